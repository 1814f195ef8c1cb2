"""How alike two cases are, and what speaks for it. The numbers are data: `twins.toml`."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from contracts.vocabulary import Flag, Platform
from router import fingerprint as fp
from router import marks
from router.prints import KINDS, Print
from router.reasons import reason

_OFFICE = frozenset({Platform.GRID})  # one phone reports for a whole grid
_GROUP = frozenset({Flag.WAGES_GROUP})
_LOOSE = (marks.MONTH, marks.MONEY)
_SOON, _DAY = timedelta(hours=2), timedelta(days=1)


class Weights(BaseModel):
    """What each likeness counts; see `twins.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phone: float
    phone_elsewhere: float
    office_phone: float
    town: float
    less_said: float
    category: float
    top_category: float
    related_category: float
    time: float
    text: float
    spot: float
    more_spots: float
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
    copy_days: int
    max_rows: int
    max_rows_here: int
    words_alone: float
    least_text: float
    same_voice: float
    same_form: float
    copy_text: float
    copy_from: int
    own: frozenset[str]
    related: tuple[frozenset[str], ...]
    weights: Weights

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)

    @property
    def reach(self) -> timedelta:
        """How far back anything is looked for."""
        return timedelta(days=self.copy_days)

    def is_own(self, one: Print) -> bool:
        """Whether it is a matter of its caller's own."""
        return not self.own.isdisjoint((one.category, _top(one.category)))


def judge(new: Print, old: Print, rules: TwinRules) -> Score:
    """How alike they are; nothing at all where too little of the text is shared."""
    w = rules.weights
    text = 1.0 if _copied(new, old) else fp.likeness(list(new.sketch), list(old.sketch))
    if text < _least(new, old, rules):
        return Score({}, 0, text)
    apart = abs(new.received_at - old.received_at)
    differ = _exchanged if text >= rules.same_form else _apart
    parts = {
        "phone": _phone(new, old, w),
        "place": w.town if new.in_town and new.place == old.place else w.less_said,
        "category": _category(new.category, old.category, rules),
        "time": w.time * max(0.0, 1.0 if apart <= _SOON else 1 - apart / rules.window),
        "text": w.text * text,
        "spot": w.other_spot if differ(set(new.spots), set(old.spots)) else _spots(new, old, w),
        "respondent": w.respondent * (new.respondent is not None and new.respondent == old.respondent),
        "number": w.other_number * any(differ(*both) for both in _by_kind(new, old, text >= rules.same_form)),
    }
    return Score(parts, int(apart.total_seconds() // 60), text, new.in_town and new.place == old.place)


def _copied(new: Print, old: Print) -> bool:
    return bool(set(_of(new, marks.WHOLE)) & set(_of(old, marks.WHOLE)))


def _least(new: Print, old: Print, rules: TwinRules) -> float:
    """Another person's wages are another matter, unless told word for word; what is told long after is told
    anew, unless it is nearly a copy. A caller who comes back to one office another day tells another matter
    in the same voice."""
    own = rules.is_own(new) and rules.is_own(old) and not _GROUP.issubset(new.flags)
    if own and not _one_caller(new, old):
        return 1.0
    apart = abs(new.received_at - old.received_at)
    if apart > rules.window:
        return rules.copy_text
    if not set(new.spots).isdisjoint(old.spots):
        return rules.least_text
    if not _one_caller(new, old):
        return rules.words_alone
    return rules.same_voice if new.platform == old.platform and apart > _DAY else rules.least_text


def _by_kind(new: Print, old: Print, same_form: bool) -> Iterator[tuple[set[int], set[int]]]:
    """The buildings, house numbers … of both; in texts of one form also the months and sums, which people
    who tell freely of one matter each put in their own way."""
    for kind in range(marks.WHOLE):
        if same_form or kind not in _LOOSE:
            yield set(_of(new, kind)), set(_of(old, kind))


def _of(one: Print, kind: int) -> list[int]:
    return [number for number in one.numbers if number % KINDS == kind]


def _apart(one: set[int], other: set[int]) -> bool:
    """Both say something, and nothing of it is the same."""
    return bool(one and other) and one.isdisjoint(other)


def _exchanged(one: set[int], other: set[int]) -> bool:
    """Each says something the other does not."""
    return bool(one - other and other - one)


def _spots(new: Print, old: Print, w: Weights) -> float:
    shared = len(set(new.spots) & set(old.spots))
    return w.spot + w.more_spots * min(shared - 1, 2) if shared else 0


def _top(category: str) -> str:
    return category.partition("/")[0]


def _phone(new: Print, old: Print, w: Weights) -> float:
    if not _one_caller(new, old):
        return 0
    if not _OFFICE.isdisjoint((new.platform, old.platform)):
        return w.office_phone
    return w.phone if new.platform == old.platform else w.phone_elsewhere


def _one_caller(new: Print, old: Print) -> bool:
    return new.caller is not None and new.caller == old.caller


def _category(new: str, old: str, rules: TwinRules) -> float:
    if new == old:
        return rules.weights.category
    tops = {_top(new), _top(old)}
    if len(tops) == 1:
        return rules.weights.top_category
    return rules.weights.related_category * any(tops <= group for group in rules.related)
