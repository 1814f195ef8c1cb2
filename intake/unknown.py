"""Fields of a posting that the hub does not know: a slip of the pen, or more than was asked.

They are dropped, since platforms send fields of their own, and told: who wrote `txet` learns of `text`.
"""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple

from contracts.misfits import looks_ours
from intake.admit import PERSON, POSTING

_NAMED = 10  # of one posting; the others are counted
_NEAR = 0.7  # of difflib's ratio: `txt` is near `text`, `colour` is near nothing


class UnknownField(NamedTuple):
    """A field's name, and the known one that may be meant."""

    field: str
    nearest: str | None


class Unknown(NamedTuple):
    """All of one posting: the first ones by name, where the name may be repeated, and how many there are."""

    named: tuple[UnknownField, ...]
    total: int


def unknown_fields(raw: object) -> Unknown:
    """Those of a raw posting and of its reporter."""
    if not isinstance(raw, Mapping):
        return Unknown((), 0)
    reporter = raw.get("reporter")
    within = reporter if isinstance(reporter, Mapping) else {}
    total = len(raw.keys() - POSTING) + len(within.keys() - PERSON)
    if not total:
        return Unknown((), 0)
    named = chain(_named(raw, POSTING, ""), _named(within, PERSON, "reporter."))
    return Unknown(tuple(islice(named, _NAMED)), total)


def _named(raw: Mapping[object, object], known: Collection[str], within: str) -> Iterator[UnknownField]:
    for name in (name for name in raw if name not in known and looks_ours(name)):
        near = _nearest(str(name), frozenset(known))
        yield UnknownField(f"{within}{name}", near and within + near)


@lru_cache(1024)  # a platform sends the same ones each time
def _nearest(name: str, known: frozenset[str]) -> str | None:
    return next(iter(get_close_matches(name.lower(), known, 1, _NEAR)), None)
