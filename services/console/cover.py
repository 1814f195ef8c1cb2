"""A matter's covered text, in pieces for a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contracts.events import Matter
from contracts.personal import HIDDEN
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


def excerpt(matter: Matter, length: int = 80) -> str:
    """The beginning of the covered text, on one line."""
    text = " ".join(covered(matter).split())
    return text if len(text) <= length else text[:length] + "…"
