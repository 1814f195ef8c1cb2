"""What the rulebook's files look like that a county may write itself, and what must agree between them."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from classifier.rulebook.rules import Category, CueTexts, DangerRules, SplittingRules, check_cue
from contracts.places import is_place
from contracts.vocabulary import Flag, Intent, Kind

REST = "other"  # of what fits nowhere


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Child(_Table):
    """A category of the second level."""

    zh: str
    en: str
    kind: Kind | None = None  # that of the first level
    strong: CueTexts = ()
    foreign: CueTexts = ()
    words: CueTexts = ()
    weak: CueTexts = ()


class Top(Child):
    """A category of the first level; what else is in it are those of the second."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Child]

    kind: Kind


class Taxonomy(_Table):
    """`taxonomy.toml`."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Top]

    version: str

    @model_validator(mode="after")
    def _has_a_rest(self) -> "Taxonomy":
        if REST not in self.__pydantic_extra__:
            raise ValueError(f"the category {REST} is missing: what fits nowhere is of it")
        return self

    def entries(self) -> Iterator[tuple[Category, Child]]:
        """Every category with its words, each of the first level before its own."""
        for top, body in self.__pydantic_extra__.items():
            yield Category(top, body.zh, body.en, body.kind), body
            for code, child in body.__pydantic_extra__.items():
                yield Category(f"{top}/{code}", child.zh, child.en, child.kind or body.kind), child


def _whole(names: Mapping[Intent, str]) -> Mapping[Intent, str]:
    if missing := [wish.value for wish in Intent if wish not in names]:
        raise ValueError(f"{', '.join(missing)} must have a name, too")
    return names


class Intents(_Table):
    """`intents.toml`."""

    order: tuple[Intent, ...]
    default: Intent
    question: float
    names: Annotated[Mapping[Intent, str], AfterValidator(_whole)]
    words: Mapping[Intent, Mapping[float, CueTexts]]


def _known_town(code: str) -> str:
    if not is_place(code):
        raise ValueError(f"{code!r} is no town's code of contracts/data/towns.csv, and no county's")
    return code


class Places(_Table):
    """`places.toml`."""

    common: tuple[str, ...]
    blind: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    village_endings: tuple[str, ...]
    village_words: tuple[str, ...]
    lost: tuple[str, ...]
    aliases: Mapping[str, Annotated[str, AfterValidator(_known_town)]]


def listed(words: str) -> list[str]:
    """Of lines with commas; a space behind a word belongs to it."""
    split = (word.lstrip() for line in words.splitlines() for word in line.split(","))
    return [word for word in split if word]


def _cues(words: str) -> str:
    for word in listed(words):
        check_cue(word)
    return words


_Listed = Annotated[str, AfterValidator(_cues)]


class Guests(_Table):
    """`foreign.toml`; of categories the taxonomy lacks it says nothing."""

    category: Mapping[str, _Listed]
    weak: Mapping[str, _Listed] = {}
    danger: Mapping[str, _Listed]
    sure: Mapping[Flag, _Listed] = {}  # words that tell a flag by themselves
    look: Mapping[Flag, _Listed] = {}
    intent: Mapping[Intent, _Listed]


class RuleFiles(_Table):
    """All of them, by name."""

    taxonomy: Taxonomy
    intents: Intents
    dangers: DangerRules
    splitting: SplittingRules
    places: Places
    foreign: Guests

    @model_validator(mode="after")
    def _agree(self) -> "RuleFiles":
        if unknown := self.foreign.danger.keys() - self.dangers.concepts.keys():
            raise ValueError(
                f"foreign.toml: danger: dangers.toml has no concept {', '.join(sorted(unknown))}"
            )
        return self
