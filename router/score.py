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


def judge(new: Print, old: Print, w: Weights, window: timedelta, least_text: float) -> Score:
    """How alike they are; nothing at all where neither the text nor a spot is shared."""
    text = fp.likeness(list(new.sketch), list(old.sketch))
    shared = len(set(new.spots) & set(old.spots))
    if text < least_text and not shared:
        return Score({}, 0, text)
    apart = abs(new.received_at - old.received_at)
    parts = {
        "phone": _phone(new, old, w),
        "place": w.town if new.in_town and new.place == old.place else w.less_said,
        "category": _category(new, old, w),
        "time": w.time * (1.0 if apart <= _SOON else 1 - apart / window),
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


def _category(new: Print, old: Print, w: Weights) -> float:
    if new.category == old.category:
        return w.category
    return w.top_category * (new.category.partition("/")[0] == old.category.partition("/")[0])


def _disjoint(one: Sequence[int], other: Sequence[int]) -> bool:
    return bool(one and other) and set(one).isdisjoint(other)
