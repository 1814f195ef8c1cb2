"""The router's rules as data: which rung first, which kinds of force, who joins. First match wins."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, PrivateAttr

from contracts.events import Matter
from contracts.vocabulary import Level
from router.data_files import DATA, read_csv, read_toml
from router.when import Sort, When

_SORTS_REMEMBERED = 4096
BY_NEED = "by_need"
_List = Literal["level", "lead", "join"]


class Ref(NamedTuple):
    """A kind of force, with the speciality where only that one will do: `department_liaison:education`."""

    kind: str
    speciality: str = ""


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

    _left: Callable[[_List, Sort], tuple[Any, ...]] = PrivateAttr()

    def model_post_init(self, _context: object) -> None:
        self._left = lru_cache(_SORTS_REMEMBERED)(
            lambda rules, sort: tuple(rule for rule in getattr(self, rules) if rule.when.may_hold(sort))
        )

    def level_of(self, matter: Matter, place: str) -> LevelRule:
        """The first rule that holds; the last row holds always."""
        rule: LevelRule = next(self._holding("level", matter, place))
        return rule

    def lead_of(self, matter: Matter, place: str) -> ForceRule:
        """The first rule that holds; the last row holds always."""
        rule: ForceRule = next(self._holding("lead", matter, place))
        return rule

    def joining(self, matter: Matter, place: str) -> Iterator[ForceRule]:
        """Every rule that holds."""
        return self._holding("join", matter, place)

    def _holding(self, rules: _List, matter: Matter, place: str) -> Iterator[Any]:
        return (rule for rule in self._left(rules, Sort.of(matter, place)) if rule.when.holds(matter))


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
