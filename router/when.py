"""Whom a rule of the router means."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict

from contracts.events import Matter
from contracts.vocabulary import Colour, Flag, Intent, Kind, Platform

Test = Callable[[Any, Any], bool]
# `退回+非我方` means both: split when loaded, so that no matter pays for it.
Words = Annotated[
    tuple[tuple[str, ...], ...], BeforeValidator(lambda words: tuple(tuple(w.split("+")) for w in words))
]


class When(BaseModel):
    """All that is said must hold; what is left out does not matter. Lists mean: any of these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flags: frozenset[Flag] | None = None
    kinds: frozenset[Kind] | None = None
    intents: frozenset[Intent] | None = None
    platforms: frozenset[Platform] | None = None
    colours: frozenset[Colour] | None = None
    categories: frozenset[str] | None = None  # whole codes or top-level ones
    words: Words | None = None  # any of these; of `a+b` all parts, anywhere in the text
    place: frozenset[Literal["town", "county", "none"]] | None = None
    foreign: bool | None = None  # another language than Chinese
    headcount_min: int | None = None
    amount_min: int | None = None  # yuan

    def may_hold(self, sort: "Sort") -> bool:
        """Whether matters of this sort can be meant at all."""
        return all(test(value, sort) for test, value in self._of_sort)

    def holds(self, told: "Told") -> bool:
        """Whether the matter that tells this is meant, of a sort that may be."""
        return all(test(value, told) for test, value in self._of_matter)

    @cached_property
    def _of_sort(self) -> list[tuple[Test, Any]]:
        return self._said(_OF_SORT)

    @cached_property
    def _of_matter(self) -> list[tuple[Test, Any]]:
        return self._said(_OF_MATTER)

    def _said(self, tests: Mapping[str, Test]) -> list[tuple[Test, Any]]:
        return [(test, value) for name, test in tests.items() if (value := getattr(self, name)) is not None]


class Sort(NamedTuple):
    """What of a matter is of closed sets: few sorts make up most of a day."""

    flags: tuple[Flag, ...]
    kind: Kind
    intent: Intent
    platform: Platform
    colour: Colour
    category: str
    place: str
    foreign: bool

    @classmethod
    def of(cls, matter: Matter, place: str) -> "Sort":
        """The sort of a matter known to be at `place` (a code or empty)."""
        where = "none" if not place else "county" if len(place) == 6 else "town"
        return cls(
            matter.flags,
            matter.kind,
            matter.intent,
            matter.platform,
            matter.colour,
            matter.category,
            where,
            not matter.language.startswith("zh"),
        )


class Told(NamedTuple):
    """What of a matter is its own."""

    words: frozenset[str]  # of the rules' words those that stand in its text
    headcount: int | None
    amount_yuan: int | None


def codes(category: str) -> set[str]:
    """A category's whole code and its top-level one."""
    return {category, category.partition("/")[0]}


_OF_SORT: dict[str, Test] = {
    "flags": lambda wanted, sort: not wanted.isdisjoint(sort.flags),
    "kinds": lambda wanted, sort: sort.kind in wanted,
    "intents": lambda wanted, sort: sort.intent in wanted,
    "platforms": lambda wanted, sort: sort.platform in wanted,
    "colours": lambda wanted, sort: sort.colour in wanted,
    "categories": lambda wanted, sort: not wanted.isdisjoint(codes(sort.category)),
    "place": lambda wanted, sort: sort.place in wanted,
    "foreign": lambda wanted, sort: sort.foreign is wanted,
}
_OF_MATTER: dict[str, Test] = {
    "words": lambda wanted, told: bool(told.words) and any(map(told.words.issuperset, wanted)),
    "headcount_min": lambda least, told: (told.headcount or 0) >= least,
    "amount_min": lambda least, told: (told.amount_yuan or 0) >= least,
}
