"""The clauses of many texts, and what the rules see at each: two matters may meet where a clause begins."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.linear.grams import Ints
from classifier.reading import Reading, ruled
from classifier.rulebook.evidence import subject
from classifier.rulebook.marks import Mark, Marks
from classifier.rulebook.quantities import number
from classifier.rulebook.rules import SplittingRules

# Begins with one character of a set, which the regex engine looks for faster than for anything else.
_END = re.compile(
    r"[。！？!?…；;，,：:\s](?:(?<=[。！？!?…\n])[。！？!?…\n]*[”’）)」』]*()|(?<=[；;])[；;]*()"
    r"|(?<=[，,：:])()|(?<=[一-鿿]\s)\s*(?=[一-鿿①-⑳])())"
)
_UNBROKEN = 26  # characters without any stop, in which a mere word may begin a clause
FAR = 1 << 40  # more than any text has characters
_LEAST = 6  # characters between such a word and what is next to it


class Stop(IntEnum):
    """What a clause comes after; the first four as the pattern's groups count them."""

    NOTHING = 0
    FULL = 1
    HALF = 2
    COMMA = 3
    GAP = 4
    WORD = 5
    MARK = 6


BEGINS_SENTENCE = np.isin(list(Stop), (Stop.NOTHING, Stop.FULL, Stop.HALF, Stop.GAP))  # by stop


class Sign(IntEnum):
    """What the rules see in a clause."""

    LISTED = 0
    ITEM = 1
    SWITCH = 2
    TURN = 3
    WISH = 4
    RULED = 5  # a mark at which the rules alone would begin a matter
    DENIED = 6  # a word like 另外 that only adds to the matter at hand


_SIGNS = {Mark.LISTED: Sign.LISTED, Mark.ITEM: Sign.ITEM, Mark.SWITCH: Sign.SWITCH}


class Clauses(NamedTuple):
    """Every clause of every text, one entry each, in order."""

    owner: Ints  # the index of its text
    start: Ints
    end: Ints
    stop: Ints  # of `Stop`, before it
    signs: npt.NDArray[np.bool_]  # clauses x `Sign`
    announced: Ints  # by text: how many matters it says there are; 0 where it does not say


def clauses_of(readings: Sequence[Reading], rules: SplittingRules) -> Clauses:
    """At least one clause a text; they cover it."""
    texts = [_clauses(reading, rules) for reading in readings]
    counts = [len(starts) for starts, _, _ in texts]
    starts = np.fromiter(chain.from_iterable(starts for starts, _, _ in texts), np.int64)
    ends = np.append(starts[1:], 0)
    firsts = np.cumsum(counts) - counts
    ends[firsts[1:] - 1] = [len(reading.plain) for reading in readings[:-1]]
    ends[-1:] = len(readings[-1].plain)
    signs = np.zeros((len(starts), len(Sign)), np.bool_)
    for first, (_, _, seen) in zip(firsts.tolist(), texts, strict=True):
        for clause, sign in seen:
            signs[first + clause, sign] = True
    return Clauses(
        owner=np.repeat(np.arange(len(texts)), counts),
        start=starts,
        end=ends,
        stop=np.fromiter(chain.from_iterable(stops for _, stops, _ in texts), np.int64),
        signs=signs,
        announced=np.array(list(map(_announced, readings)), np.int64),
    )


class Words(NamedTuple):
    """The rulebook's words of the categories in all texts, one entry each."""

    clause: Ints
    category: Ints  # its place in `categories`
    weight: npt.NDArray[np.float64]
    categories: tuple[str, ...]  # of both levels


def words_of(readings: Sequence[Reading], clauses: Clauses) -> Words:
    """In which clause each begins, and what it speaks of."""
    found = [reading.hits.of("category") for reading in readings]
    cues = [cue for hits in found for _, _, cue in hits]
    place = {code: at for at, code in enumerate(sorted({cue.key for cue in cues}))}
    owner = np.repeat(np.arange(len(found)), list(map(len, found)))
    start = np.fromiter((hit[0] for hits in found for hit in hits), np.int64, len(cues))
    begins = clauses.owner * FAR + clauses.start
    return Words(
        clause=np.searchsorted(begins, owner * FAR + start, side="right") - 1,
        category=np.fromiter((place[cue.key] for cue in cues), np.int64, len(cues)),
        weight=np.fromiter((cue.weight for cue in cues), np.float64, len(cues)),
        categories=tuple(place),
    )


def points_of(words: Words, clauses: Clauses, tops: Sequence[str]) -> npt.NDArray[np.float64]:
    """The points of the rulebook's words in each clause: clauses x subjects."""
    place = {top: at for at, top in enumerate(tops)}
    column = np.array([place.get(subject(code), -1) for code in words.categories], np.int64)[words.category]
    known, count, width = column >= 0, len(clauses.start), len(tops)
    table: npt.NDArray[np.float64] = np.bincount(
        (words.clause * width + column)[known], words.weight[known], count * width
    ).astype(float)
    return table.reshape(count, width)


def _announced(reading: Reading) -> int:
    first = next(iter(reading.hits.keyed("announced", 0, len(reading.plain))), None)
    return number(reading.plain[first.start]) if first else 0


def _clauses(reading: Reading, rules: SplittingRules) -> tuple[list[int], list[int], list[tuple[int, Sign]]]:
    """Starts, stops, and the signs by clause."""
    stops = _stops(reading.plain, reading.marks, rules)
    starts = sorted(stops)
    seen = [(bisect_right(starts, at) - 1, sign) for at, sign in _seen(reading, rules)]
    return starts, [stops[at] for at in starts], seen


def _stops(plain: str, marks: Marks, rules: SplittingRules) -> dict[int, int]:
    size, stops = len(plain), {0: int(Stop.NOTHING)}
    for match in _END.finditer(plain):
        if 0 < match.end() < size:
            stops[match.end()] = match.lastindex or Stop.FULL
    for at in marks:
        if 0 < at < size:
            stops.setdefault(at, Stop.MARK)
    for start, end in pairwise([*sorted(stops), size]):
        if end - start > _UNBROKEN:
            for match in rules.begin.finditer(plain, start + _LEAST, end - _LEAST):
                stops[match.start()] = Stop.WORD
    return stops


def _seen(reading: Reading, rules: SplittingRules) -> Iterator[tuple[int, Sign]]:
    """Where each sign stands."""
    marks = reading.marks
    if marks:
        yield from ((at, _SIGNS[mark]) for at, mark in marks.items())
        if len(reading.plain) <= rules.long:  # in longer ones nobody asks
            yield from ((start, Sign.RULED) for start, _ in ruled(reading, rules).spans if start in marks)
    for start, _, cue in reading.hits.of("split"):
        if cue.key == "turn":
            yield start, Sign.TURN
        elif cue.key == "switch" and start not in marks:
            yield start, Sign.DENIED
    yield from ((hit[0], Sign.WISH) for hit in reading.hits.of("intent"))
