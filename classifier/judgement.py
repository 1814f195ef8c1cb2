"""What goes into a judgement and what comes out of it. Spans are half-open offsets in characters."""

from dataclasses import dataclass, field
from datetime import date

from contracts.events import Fact, Found
from contracts.vocabulary import Colour, Flag, Intent, Kind, Platform


@dataclass(frozen=True, slots=True)
class Hints:
    """What the platform said beside the text. Every field may be missing."""

    platform: Platform | None = None
    town_code: str | None = None
    address: str | None = field(default=None, repr=False)
    intent_hint: Intent | None = None
    non_police: bool = False
    on: date | None = None  # the day it was written: last week is counted from it


@dataclass(frozen=True, slots=True)
class JudgedMatter:
    """One matter: where it stands in the text and what it is."""

    start: int
    end: int
    intent: Intent
    kind: Kind
    category: str
    second_category: str | None
    confidence: float  # 0 to 1, as `Topic` has it
    colour: Colour
    town_code: str | None  # nine digits; six where only the county is known
    flags: tuple[Flag, ...]
    look: bool
    why: tuple[str, ...] = field(repr=False)  # rule ids with the words that met them: a person's data
    headcount: int | None
    amount_yuan: int | None
    respondent: str | None = field(repr=False)
    would: str | None = None  # what the model in shadow would say; counted, never acted on


@dataclass(frozen=True, slots=True)
class Judgement:
    """The matters of one text, in order, covering it without overlap; at least one."""

    matters: tuple[JudgedMatter, ...]
    found: tuple[Found, ...]
    facts: tuple[Fact, ...] = field(repr=False)
    language: str  # ISO 639-1, the one a mediator should speak
    address: str | None = field(repr=False)
