"""What the rulebook holds: what a county knows about words, as types."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from classifier.rulebook.cues import Scanner
from classifier.rulebook.places import Gazetteer
from contracts.vocabulary import Colour, Flag, Intent, Kind


@dataclass(frozen=True, slots=True)
class Category:
    """One entry of the taxonomy; the first level stands for itself where no second fits."""

    code: str
    zh: str
    en: str
    kind: Kind


@dataclass(frozen=True)
class DangerRule:
    """Meets where a hit of each concept lies within reach of the first one's."""

    id: str
    flag: Flag
    all: tuple[str, ...]
    weight: float
    within: int = 0
    distinct: bool = False
    unless: tuple[str, ...] = ()

    @cached_property
    def needs(self) -> frozenset[str]:
        """The concepts without any of which it cannot meet."""
        return frozenset(self.all)


@dataclass(frozen=True, slots=True)
class DangerRules:
    """The numbers and rules of `dangers.toml`."""

    rules: tuple[DangerRule, ...]
    colours: Mapping[Flag, Colour]
    calm: Mapping[str, float]
    calm_reach: int
    negation: tuple[str, ...]
    negation_reach: int
    negatable: frozenset[str]
    certain: float
    look: float
    watch: float
    watch_long: float
    long: int
    alone: float
    confirmed: float
    sure: float
    brief: int
    crowd: int
    several: int

    @property
    def least(self) -> float:
        """The chance of danger below which the model alone decides nothing."""
        return min(self.watch, self.watch_long, self.alone, self.sure)


@dataclass(frozen=True, slots=True)
class SplittingRules:
    """The numbers of `splitting.toml`."""

    switch_evidence: float
    item: float
    sentence: float
    story: int
    most: int
    seam: float
    seam_letters: int
    ruled: float
    terse: int
    long: int
    begin: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything the judge knows."""

    version: str
    categories: Mapping[str, Category]
    intent_order: tuple[Intent, ...]
    intent_default: Intent
    intent_names: Mapping[Intent, str]
    question: float
    dangers: DangerRules
    guest_dangers: DangerRules  # in other languages than Chinese
    splitting: SplittingRules
    gazetteer: Gazetteer
    scanner: Scanner
    guests: Scanner  # of texts in other languages than Chinese

    def name(self, code: str) -> str:
        """`公共设施/路灯`, from a code."""
        top = self.categories[code.partition("/")[0]]
        return top.zh if top.code == code else f"{top.zh}/{self.categories[code].zh}"
