"""A text as far as the rulebook alone can read it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from classifier.cues import Hit
from classifier.dangers import Concepts, Danger, find_concepts, find_dangers
from classifier.language import detect
from classifier.quantities import People, people
from classifier.rules import Rulebook
from classifier.split import Hits, Span, split
from classifier.text import normalise
from classifier.topics import scores


class Reading(NamedTuple):
    """What stands where in one text."""

    plain: str
    language: str
    hits: Hits
    spans: Sequence[Span]
    people: Sequence[People]
    concepts: Concepts
    dangers: Sequence[Danger]


class Part(NamedTuple):
    """One matter of a text."""

    whole: Reading
    span: Span

    @property
    def text(self) -> str:
        return self.whole.plain[self.span.start : self.span.end]

    @property
    def evidence(self) -> Mapping[str, float]:
        """Points by category."""
        return scores(self.whole.hits.within(*self.span, "category"))

    @property
    def wishes(self) -> Sequence[Hit]:
        """The cues of what the citizen wants."""
        return self.whole.hits.within(*self.span, "intent")

    @property
    def people(self) -> list[People]:
        return [some for some in self.whole.people if self.span.start <= some.start < self.span.end]

    @property
    def dangers(self) -> list[Danger]:
        return [danger for danger in self.whole.dangers if self.span.start <= danger.at < self.span.end]


def read(text: str, rulebook: Rulebook) -> Reading:
    """Everything the rules find in `text`."""
    plain = normalise(text)
    hits = _sighted(rulebook.scanner.scan(plain))
    placed = Hits(hits)
    counted = people(plain)
    concepts = find_concepts(plain, hits, counted, rulebook.dangers)
    dangers = find_dangers(plain, concepts, rulebook.dangers)
    spans = split(plain, placed, rulebook.splitting)
    return Reading(plain, detect(text), placed, spans, counted, concepts, dangers)


def _sighted(hits: list[Hit]) -> list[Hit]:
    """Without the danger cues that begin inside a word that only looks dangerous."""
    blind = [False] * (max((hit.end for hit in hits), default=0) + 1)
    for hit in hits:
        if hit.cue.table == "blind":
            blind[hit.start : hit.end] = [True] * (hit.end - hit.start)
    return [hit for hit in hits if hit.cue.table != "danger" or not blind[hit.start]]
