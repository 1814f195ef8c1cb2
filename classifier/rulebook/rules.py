"""What the rulebook holds: what a county knows about words, as types, which check what its files say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass as table

from classifier.rulebook.cues import Scanner
from classifier.rulebook.places import Gazetteer
from contracts.vocabulary import Colour, Flag, Intent, Kind

_COUNTED = {"crowd", "several"}  # concepts told by numbers
_STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
_FIRST = r"(?:[^()…]|\([^()…|]+(?:\|[^()…|]+)*\))"
_CUE = re.compile(rf"{_FIRST}(?:[^()…]|…(?!…|$)|\([^()…]*\))*")


def check_cue(text: str) -> str:
    """The cue as it is. ValueError where it is none."""
    if not _CUE.fullmatch(text):
        raise ValueError(f"{text!r} is no cue: (a|b) without another in it, … between words, # for a number")
    return text


def _any_of(words: object) -> object:
    if isinstance(words, list) and words and all(isinstance(word, str) and word for word in words):
        return re.compile("|".join(map(re.escape, words)))
    return words


CueText = Annotated[str, AfterValidator(check_cue)]
CueTexts = tuple[CueText, ...]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Category:
    """One entry of the taxonomy; the first level stands for itself where no second fits."""

    code: str
    zh: str
    en: str
    kind: Kind


@table(frozen=True, config=_STRICT)
class DangerRule:
    """Meets where a hit of each concept lies within reach of the first one's."""

    id: str
    flag: Flag
    all: Annotated[tuple[str, ...], Field(min_length=1)]
    weight: Share
    within: int = 0
    distinct: bool = False
    unless: tuple[str, ...] = ()

    @cached_property
    def needs(self) -> frozenset[str]:
        """The concepts without any of which it cannot meet."""
        return frozenset(self.all)


@table(frozen=True, config=_STRICT)
class DangerRules:
    """The words, numbers and rules of `dangers.toml`."""

    blind: CueTexts
    concepts: Mapping[str, CueTexts]
    rule: tuple[DangerRule, ...]
    colours: Mapping[Flag, Colour]
    calm: Mapping[str, Share]
    calm_reach: int
    negation: tuple[str, ...]
    negation_reach: int
    negatable: frozenset[str]
    certain: Share
    look: Share
    watch: Share
    watch_long: Share
    watch_guests: Share
    long: int
    alone: Share
    confirmed: Share
    sure: Share
    brief: int
    crowd: int
    several: int

    @model_validator(mode="after")
    def _agrees(self) -> "DangerRules":
        known = self.concepts.keys() | _COUNTED
        used = [(f"rule[{rule.id}]", name) for rule in self.rule for name in (*rule.all, *rule.unless)]
        used += [("calm", name) for name in self.calm] + [("negatable", name) for name in self.negatable]
        wrong = [f"{place}: there is no concept {name!r}" for place, name in used if name not in known]
        wrong += [f"colours: {flag} has none" for flag in Flag if flag not in self.colours]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def least(self) -> float:
        """The chance of danger below which the model alone decides nothing."""
        return min(self.watch, self.watch_long, self.alone, self.sure)


@table(frozen=True, config=_STRICT)
class SplittingRules:
    """The words and numbers of `splitting.toml`."""

    switch_evidence: float
    item: float
    sentence: float
    story: int
    most: Annotated[int, Field(ge=1)]
    seam: float
    seam_letters: int
    ruled: float
    terse: int
    long: int
    begin: Annotated[re.Pattern[str], BeforeValidator(_any_of)]
    switch: CueTexts
    turn: CueTexts
    evidence: CueTexts
    announced: CueTexts
    same: CueTexts
    heading: CueTexts


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
