"""A matter's covered text, in pieces for a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from classifier.asking import masked
from contracts.events import Change, Matter
from contracts.personal import HIDDEN, people_in
from contracts.vocabulary import ActorKind
from feedback.reveal import covered

_COVER = re.compile(f"({re.escape(HIDDEN)})")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether it stands for something covered."""

    text: str
    covered: bool


def pieces(matter: Matter) -> Iterator[Piece]:
    """The text with what was found in it covered."""
    for part in _COVER.split(covered(matter)):
        if part:
            yield Piece(part, part == HIDDEN)


def of_a_citizen(change: Change) -> str | None:
    """The note where it is a platform's: what a citizen said later."""
    return change.note if change.actor.kind is ActorKind.PLATFORM else None


def covered_note(change: Change, matter: Matter) -> str | None:
    """The note as a timeline shows it: a citizen's words without the personal data that is found in them."""
    said = of_a_citizen(change)
    return masked(said, people_in(matter)) if said else change.note


def excerpt(matter: Matter, length: int = 80) -> str:
    """The beginning of the covered text, on one line."""
    text = " ".join(covered(matter).split())
    return text if len(text) <= length else text[:length] + "…"
