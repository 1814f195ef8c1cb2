"""Free text with what was found in it covered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts.events import Found, Matter
from contracts.personal import HIDDEN, PersonalKind, mask

_AS: dict[str, PersonalKind] = {"name": "name", "phone": "phone", "id_number": "id_number"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether it stands for something covered."""

    text: str
    covered: bool = False


def covered(text: str, found: Iterable[Found]) -> Iterator[Piece]:
    """The text in pieces; what was found is masked as common practice has it."""
    at = 0
    for one in sorted(found, key=lambda one: one.start):
        if one.end <= at:
            continue
        if one.start > at:
            yield Piece(text[at : one.start])
        raw = text[max(one.start, at) : one.end]
        yield Piece(mask(_AS[one.kind], raw) if one.kind in _AS and one.start >= at else HIDDEN, covered=True)
        at = one.end
    if at < len(text):
        yield Piece(text[at:])


def excerpt(matter: Matter, length: int = 80) -> str:
    """The beginning of the matter's covered text, on one line."""
    text = " ".join("".join(piece.text for piece in covered(matter.text, matter.found)).split())
    return text if len(text) <= length else text[:length] + "…"


def masked_person(matter: Matter) -> dict[str, Any]:
    """The reporter as everybody with the case may see them."""
    person = matter.reporter
    return {
        "name": person.name and mask("name", person.name),
        "phone": person.phone and mask("phone", person.phone),
        "id_number": person.id_number and mask("id_number", person.id_number),
    }
