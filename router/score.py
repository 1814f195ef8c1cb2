"""How alike two cases are, and what speaks for it. The numbers are data: `twins.toml`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from contracts.vocabulary import Platform
from router import fingerprint as fp
from router.prints import Print
from router.reasons import reason

_OFFICE = frozenset({Platform.GRID})  # one phone reports for a whole grid
_SOON = timedelta(hours=2)


class Weights(BaseModel):
    """What each likeness counts; see `twins.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phone: float
    office_phone: float
    town: float
    less_said: float
    category: float
    top_category: float
    related_category: float
    time: float
    text: float
    spot: float
    respondent: float
    other_spot: float
    other_number: float


class Score(NamedTuple):
    """What spoke for and against."""

    parts: dict[str, float]
    minutes: int
    text: float
    same_town: bool = False

    @property
    def total(self) -> float:
        return sum(self.parts.values())

    def why(self) -> tuple[str, ...]:
        said = {
            "phone": "twin.phone",
            "place": "twin.place" if self.same_town else "twin.place_fits",
            "category": "twin.category",
            "time": reason("twin.minutes", minutes=self.minutes),
            "text": reason("twin.text", share=f"{self.text:.2f}"),
            "spot": "twin.spot",
            "respondent": "twin.respondent",
        }
        for_it = (why for name, why in said.items() if self.parts[name] > 0)
        return (reason("twin.score", score=f"{self.total:.2f}"), *for_it)


class TwinRules(BaseModel):
    """The file `twins.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float
    window_days: int
    max_rows: int
    least_text: float
    copy_from: int
    related: tuple[frozenset[str], ...]
    weights: Weights

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)


def judge(new: Print, old: Print, rules: TwinRules) -> Score:
    """How alike they are; nothing at all where neither the text nor a spot is shared."""
    w = rules.weights
    text = fp.likeness(list(new.sketch), list(old.sketch))
    shared = len(set(new.spots) & set(old.spots))
    if text < rules.least_text and not shared:
        return Score({}, 0, text)
    apart = abs(new.received_at - old.received_at)
    parts = {
        "phone": _phone(new, old, w),
        "place": w.town if new.in_town and new.place == old.place else w.less_said,
        "category": _category(new.category, old.category, rules),
        "time": w.time * (1.0 if apart <= _SOON else 1 - apart / rules.window),
        "text": w.text * text,
        "spot": w.spot * min(shared, 2) or w.other_spot * bool(new.spots and old.spots),
        "respondent": w.respondent * (new.respondent is not None and new.respondent == old.respondent),
        "number": w.other_number * _disjoint(new.numbers, old.numbers),
    }
    return Score(parts, int(apart.total_seconds() // 60), text, new.in_town and new.place == old.place)


def _phone(new: Print, old: Print, w: Weights) -> float:
    if new.caller is None or new.caller != old.caller:
        return 0
    return w.office_phone if not _OFFICE.isdisjoint((new.platform, old.platform)) else w.phone


def _category(new: str, old: str, rules: TwinRules) -> float:
    if new == old:
        return rules.weights.category
    tops = {new.partition("/")[0], old.partition("/")[0]}
    if len(tops) == 1:
        return rules.weights.top_category
    return rules.weights.related_category * any(tops <= group for group in rules.related)


def _disjoint(one: Sequence[int], other: Sequence[int]) -> bool:
    return bool(one and other) and set(one).isdisjoint(other)
