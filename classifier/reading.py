"""A text as far as the rulebook alone can read it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple, Protocol, TypeVar

from classifier.personal.extract import find_all
from classifier.rulebook.cues import Hit, Hits
from classifier.rulebook.dangers import Concepts, Danger, find_concepts, find_dangers
from classifier.rulebook.evidence import scores
from classifier.rulebook.language import detect
from classifier.rulebook.marks import Marks, Span, marked, split
from classifier.rulebook.quantities import People, people
from classifier.rulebook.rules import Rulebook, SplittingRules
from classifier.rulebook.text import normalise
from contracts.events import Found


class Reading(NamedTuple):
    """What stands where in one text."""

    text: str  # as it was written
    plain: str  # in one spelling, as long
    language: str
    hits: Hits
    marks: Marks
    spans: Sequence[Span]  # of its matters; as one, until it is divided
    people: Sequence[People]
    concepts: Concepts
    dangers: Sequence[Danger]
    found: tuple[Found, ...]  # personal data

    def __repr__(self) -> str:
        return f"Reading of {len(self.plain)} characters"  # whose words they are is nobody's business


class _Standing(Protocol):
    """What stands somewhere in a text."""

    @property
    def start(self) -> int: ...


_Found = TypeVar("_Found", bound=_Standing)


class Part(NamedTuple):
    """One matter of a text."""

    whole: Reading
    span: Span

    @property
    def text(self) -> str:
        return self.whole.plain[self.span.start : self.span.end]

    @property
    def written(self) -> str:
        """Its text as it was written: capitals, and other peoples' characters."""
        return self.whole.text[self.span.start : self.span.end]

    @property
    def size(self) -> int:
        """In characters."""
        return self.span.end - self.span.start

    @property
    def says(self) -> bool:
        """Whether there is a word in it at all: of nothing, models would say what comes most often."""
        return any(map(str.isalnum, self.text))

    def own(self, found: Iterable[_Found]) -> list[_Found]:
        """Those that begin in it, of what was found in the whole text."""
        start, end = self.span
        return [one for one in found if start <= one.start < end]

    @property
    def message(self) -> "Part":
        """The message it is a matter of, as one matter."""
        return Part(self.whole, Span(0, len(self.whole.plain)))

    @property
    def evidence(self) -> Mapping[str, float]:
        """Points by category."""
        return scores(self.whole.hits.within(*self.span, "category"))

    @property
    def wishes(self) -> Sequence[Hit]:
        """The cues of what the citizen wants."""
        return self.whole.hits.within(*self.span, "intent")

    @property
    def dangers(self) -> list[Danger]:
        return [danger for danger in self.whole.dangers if self.span.start <= danger.at < self.span.end]


def read(text: str, rulebook: Rulebook) -> Reading:
    """Everything the rules find in `text`."""
    (reading,) = read_all([text], rulebook)
    return reading


def read_all(texts: Sequence[str], rulebook: Rulebook, personal: bool = True) -> list[Reading]:
    """Everything the rules find in each, search by search: so what each searches with stays in the cache.

    Without `personal` data where there is no model of names yet: nothing is learnt from these.
    """
    plain, languages = list(map(normalise, texts)), list(map(detect, texts))
    hits = [_scanned(*text, rulebook) for text in zip(plain, languages, strict=True)]
    found = find_all(texts, plain, languages) if personal else repeat((), len(texts))
    return [_reading(*text, rulebook) for text in zip(texts, plain, languages, hits, found, strict=True)]


def _scanned(plain: str, language: str, rulebook: Rulebook) -> Hits:
    hits = (rulebook.scanner if language == "zh" else rulebook.guests).scan(plain)
    hits.hide("danger", "blind")
    hits.hide("category", "town")
    return hits


def _reading(
    text: str, plain: str, language: str, hits: Hits, found: tuple[Found, ...], rulebook: Rulebook
) -> Reading:
    counted = people(plain)
    dangers = rulebook.dangers if language == "zh" else rulebook.guest_dangers
    concepts = find_concepts(plain, hits.of("danger"), counted, dangers)
    return Reading(
        text=text,
        plain=plain,
        language=language,
        hits=hits,
        marks=marked(plain, hits),
        spans=(Span(0, len(plain)),),
        people=counted,
        concepts=concepts,
        dangers=find_dangers(plain, concepts, dangers),
        found=found,
    )


def ruled(reading: Reading, rules: SplittingRules) -> Reading:
    """Divided by the rules alone."""
    return reading._replace(spans=split(reading.plain, reading.hits, reading.marks, rules))
