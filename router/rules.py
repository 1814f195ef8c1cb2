"""The router's rules as data: which rung first, which kinds of force, who joins. First match wins."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation
from pydantic import BaseModel, ConfigDict, PrivateAttr

from contracts.errors import Invalid
from contracts.events import Matter
from contracts.rule_files import checked
from contracts.vocabulary import Level
from router.data_files import DATA, read_csv, read_toml
from router.when import Sort, Told, When

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
    _words: Callable[[str], frozenset[str]] = PrivateAttr()

    def model_post_init(self, _context: object) -> None:
        self._left = lru_cache(_SORTS_REMEMBERED)(
            lambda rules, sort: tuple(rule for rule in getattr(self, rules) if rule.when.may_hold(sort))
        )

        said = {part for rule in self._all for word in rule.when.words or () for part in word}
        automaton = AhoCorasick(said, implementation=Implementation.DFA)
        # All three lists ask about one text: it is searched once.
        self._words = lru_cache(1)(
            lambda text: frozenset(automaton.find_matches_as_strings(text, overlapping=True))
        )

    @property
    def _all(self) -> tuple[Rule, ...]:
        return (*self.level, *self.lead, *self.join)

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

    def unknown(self, categories: Collection[str]) -> list[str]:
        """The categories of rules that are none of these, with each rule's code: it would never hold."""
        named = ((rule.code, code) for rule in self._all for code in sorted(rule.when.categories or ()))
        return [f"{rule}: {code}" for rule, code in named if code not in categories]

    def _holding(self, rules: _List, matter: Matter, place: str) -> Iterator[Any]:
        told = Told(self._words(matter.text), matter.headcount, matter.amount_yuan)
        return (rule for rule in self._left(rules, Sort.of(matter, place)) if rule.when.holds(told))


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
    """From `rules.toml`. Raises `Invalid` where a rule names a list that is not there, `Unusable`."""
    data = read_toml(folder / "rules.toml")
    named = data.pop("named", {})
    for rule in (rule for name in ("level", "lead", "join") for rule in data.get(name, ())):
        rule["when"] = {field: _spelled_out(value, named) for field, value in rule.get("when", {}).items()}
    return checked(data, Rules, folder / "rules.toml")


def _spelled_out(value: object, named: Mapping[str, list[str]]) -> object:
    if isinstance(value, str) and value not in named:
        raise Invalid("unknown_list", f"rules.toml: no list {value} in [named]")
    return named[value] if isinstance(value, str) else value


def load_needs(folder: Path = DATA) -> Needs:
    """From `enterprise_needs.csv`."""
    rows = read_csv(folder / "enterprise_needs.csv")
    return Needs(Need(row["row"], row["department"], tuple(row["words"].split())) for row in rows)
