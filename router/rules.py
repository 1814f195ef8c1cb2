"""The router's rules as data: which rung first, which kinds of force, who joins. First match wins."""

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from contracts.events import Matter
from contracts.vocabulary import Colour, Flag, Intent, Kind, Level, Platform
from router.data_files import DATA, read_csv, read_toml

Test = Callable[[Matter, str], bool]
BY_NEED = "by_need"


class Ref(NamedTuple):
    """A kind of force, with the speciality where only that one will do: `department_liaison:education`."""

    kind: str
    speciality: str = ""


class When(BaseModel):
    """All that is said must hold; what is left out does not matter. Lists mean: any of these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flags: frozenset[Flag] | None = None
    kinds: frozenset[Kind] | None = None
    intents: frozenset[Intent] | None = None
    platforms: frozenset[Platform] | None = None
    colours: frozenset[Colour] | None = None
    categories: frozenset[str] | None = None  # whole codes or top-level ones
    words: tuple[str, ...] | None = None
    place: frozenset[Literal["town", "county", "none"]] | None = None
    foreign: bool | None = None  # another language than Chinese
    headcount_min: int | None = None
    amount_min: int | None = None  # yuan

    def holds(self, matter: Matter, place: str) -> bool:
        """Whether the matter, known to be at `place` (a code or empty), is meant."""
        return all(test(matter, place) for test in self._tests)

    @cached_property
    def _tests(self) -> list[Test]:
        return [_TESTS[name](value) for name in _TESTS if (value := getattr(self, name)) is not None]


def _place_sort(place: str) -> str:
    return "none" if not place else "county" if len(place) == 6 else "town"


def _codes(category: str) -> set[str]:
    return {category, category.partition("/")[0]}


_TESTS: dict[str, Callable[..., Test]] = {
    "flags": lambda v: lambda m, p: not v.isdisjoint(m.flags),
    "kinds": lambda v: lambda m, p: m.kind in v,
    "intents": lambda v: lambda m, p: m.intent in v,
    "platforms": lambda v: lambda m, p: m.platform in v,
    "colours": lambda v: lambda m, p: m.colour in v,
    "categories": lambda v: lambda m, p: not v.isdisjoint(_codes(m.category)),
    "words": lambda v: lambda m, p: any(word in m.text for word in v),
    "place": lambda v: lambda m, p: _place_sort(p) in v,
    "foreign": lambda v: lambda m, p: v is not m.language.startswith("zh"),
    "headcount_min": lambda v: lambda m, p: (m.headcount or 0) >= v,
    "amount_min": lambda v: lambda m, p: (m.amount_yuan or 0) >= v,
}


class Rule(BaseModel):
    """One row: its code, whom it means, and its reason in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    when: When = When()
    zh: str
    en: str


class LevelRule(Rule):
    """Which rung has it first."""

    level: Level


class ForceRule(Rule):
    """Which kinds of force, in order of preference within a rung."""

    kinds: tuple[str, ...]

    @cached_property
    def refs(self) -> tuple[Ref, ...]:
        return tuple(Ref(*kind.split(":")) for kind in self.kinds)


class Limits(BaseModel):
    """Numbers of the field, all [judged]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attempts: int  # hand-offs after which the county centre arbitrates
    confidence: float  # below, a person decides


class Rules(BaseModel):
    """The file `rules.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: Limits
    level: tuple[LevelRule, ...]
    lead: tuple[ForceRule, ...]
    join: tuple[ForceRule, ...]

    def level_of(self, matter: Matter, place: str) -> LevelRule:
        """The first rule that holds; the last row holds always."""
        return next(rule for rule in self.level if rule.when.holds(matter, place))

    def lead_of(self, matter: Matter, place: str) -> ForceRule:
        """The first rule that holds; the last row holds always."""
        return next(rule for rule in self.lead if rule.when.holds(matter, place))

    def joining(self, matter: Matter, place: str) -> Iterable[ForceRule]:
        """Every rule that holds."""
        return (rule for rule in self.join if rule.when.holds(matter, place))


class Need(NamedTuple):
    """A row of the enterprise list."""

    row: str
    department: str
    words: tuple[str, ...]


class Needs:
    """The 21 kinds of enterprise need and the department that answers for each."""

    def __init__(self, rows: Iterable[Need]) -> None:
        self._rows = tuple(rows)
        self.departments = {need.department for need in self._rows}

    def best(self, text: str) -> Need:
        """The row with most of its words in the text; the last row where none has any."""
        best = max(self._rows, key=lambda need: _hits(need, text))
        return best if _hits(best, text) else self._rows[-1]


def _hits(need: Need, text: str) -> int:
    return sum(word in text for word in need.words)


def load_rules(folder: Path = DATA) -> Rules:
    """From `rules.toml`."""
    return Rules.model_validate(read_toml(folder / "rules.toml"))


def load_needs(folder: Path = DATA) -> Needs:
    """From `enterprise_needs.csv`."""
    rows = read_csv(folder / "enterprise_needs.csv")
    return Needs(Need(row["row"], row["department"], tuple(row["words"].split())) for row in rows)
