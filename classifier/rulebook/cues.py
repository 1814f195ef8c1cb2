"""Cues: the words and small patterns of the rulebook, all found in one pass over a text.

A cue is a literal, in which `…` stands for up to twelve characters of the same sentence, `(a|b)` for
one of several words and `#` for a number. People of a county can read and write that; regexes they cannot.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import itemgetter
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from classifier.rulebook.text import normalise

NUMBER = r"[0-9零〇一二两三四五六七八九十百千万几数]"
_GAP = r"[^。！？!?；;\n]{0,12}?"
_RUN = NUMBER + "{1,8}"
_BY_START, _BY_END = itemgetter(0), itemgetter(1)
_LAST_ALPHABETIC = 0x52F  # Latin, Greek and Cyrillic: a cue there begins at the beginning of a word


@dataclass(frozen=True, slots=True)
class Cue:
    """What a hit stands for: `key` of `table`, and how much it weighs."""

    table: str
    key: str
    weight: float


class Hit(NamedTuple):
    """A cue's place in a text."""

    start: int
    end: int
    cue: Cue


# Past the constructor that NamedTuple writes in Python: half the time, for eighty hits a message.
_hit: Callable[[tuple[int, int, Cue]], Hit] = partial(tuple.__new__, Hit)


class Hits:
    """The hits of one text, by table and place."""

    def __init__(self, hits: Iterable[Hit]) -> None:
        self._tables: dict[str, list[Hit]] = defaultdict(list)
        for hit in sorted(hits, key=_BY_START):
            self._tables[hit[2].table].append(hit)

    def of(self, table: str) -> Sequence[Hit]:
        """All of one table, by where they start."""
        return self._tables.get(table, ())

    def within(self, start: int, end: int, table: str) -> Sequence[Hit]:
        """Those of one table that begin in the stretch."""
        hits = self._tables.get(table)
        return between(hits, start, end) if hits else ()

    def hide(self, table: str, inside: str) -> None:
        """Forgets those of one table that begin inside one of another."""
        hidden = {at for start, end, _ in self.of(inside) for at in range(start, end)}
        if hidden and table in self._tables:
            self._tables[table] = [hit for hit in self._tables[table] if hit[0] not in hidden]

    def keyed(self, key: str, start: int, end: int) -> Sequence[Hit]:
        """Those of one splitting cue in the stretch."""
        return [hit for hit in self.within(max(0, start), end, "split") if hit.cue.key == key]


def between(hits: Sequence[Hit], start: int, end: int) -> Sequence[Hit]:
    """Those that begin in the stretch, of hits by where they start."""
    return hits[bisect_left(hits, (start,)) : bisect_left(hits, (end,))]


class _Tail(NamedTuple):
    """What must follow the beginning of a cue."""

    rest: re.Pattern[str]
    cue: Cue


class _Head(NamedTuple):
    """A beginning that cues share: whole ones, and those with a tail, behind one gate for all."""

    worded: bool  # only at the beginning of a word
    whole: tuple[Cue, ...]
    gate: re.Pattern[str] | None
    tails: tuple[_Tail, ...]


class Scanner:
    """Finds every cue of a rulebook; the time grows with the text, hardly with the rulebook."""

    def __init__(self, cues: Iterable[tuple[str, Cue]], beside: "Scanner | None" = None) -> None:
        """Of these cues, and of those that `beside` has already."""
        self._beside = beside
        by_head: dict[str, list[tuple[str, Cue]]] = defaultdict(list)
        for pattern, cue in cues:
            first, *rest = re.findall(r"\([^)]*\)|…|#|[^(…#]+", normalise(pattern))
            for head in _alternatives(first):
                by_head[head].append(("".join(map(_regex, rest)), cue))
        numbered = by_head.pop("#", [])
        self._numbered = (
            re.compile(f"({_RUN}+)(?:{_any(tail for tail, _ in numbered)})") if numbered else None
        )
        self._number = _head("#", numbered)
        self._heads = [_head(word, entries) for word, entries in by_head.items()]
        self._words = AhoCorasick(by_head)

    def scan(self, text: str) -> Hits:
        """Every hit, overlapping ones too."""
        hits = self._found(text)
        if self._beside:
            hits = sorted([*self._beside._found(text), *hits], key=_BY_END)
        return Hits(hits)

    def _found(self, text: str) -> list[Hit]:
        hits: list[Hit] = []
        heads = self._heads
        for which, start, end in self._words.find_matches_as_indexes(text, overlapping=True):
            worded, whole, gate, tails = heads[which]
            if worded and start and _joined(text[start - 1]):
                continue
            for cue in whole:
                hits.append(_hit((start, end, cue)))  # noqa: PERF401  most have one or none
            if gate and gate.match(text, end):
                hits += _tailed(text, start, end, tails)
        if self._numbered:
            for run in self._numbered.finditer(text):
                hits += _tailed(text, run.start(), run.end(1), self._number.tails)
        return hits


def _tailed(text: str, start: int, end: int, tails: Iterable[_Tail]) -> Iterator[Hit]:
    """The cues whose tails follow as well."""
    for rest, cue in tails:
        if tail := rest.match(text, end):
            yield Hit(start, tail.end(), cue)


def _head(word: str, entries: Sequence[tuple[str, Cue]]) -> _Head:
    tails = [(rest, cue) for rest, cue in entries if rest]
    return _Head(
        worded=_joined(word[0]),
        whole=tuple(cue for rest, cue in entries if not rest),
        gate=_compiled(_any(rest for rest, _ in tails)) if tails else None,
        tails=tuple(_Tail(_compiled(rest), cue) for rest, cue in tails),
    )


@cache
def _compiled(rest: str) -> re.Pattern[str]:
    """One for all cues that end alike; `re` forgets what it compiled after some hundreds."""
    return re.compile(rest)


def _any(tails: Iterable[str]) -> str:
    """One regex for all, with one gap before those that begin with one: much faster than a gap each."""
    different = sorted(set(tails))
    near = [tail for tail in different if not tail.startswith(_GAP)]
    far = [tail.removeprefix(_GAP) for tail in different if tail.startswith(_GAP)]
    return "|".join([*near, *([f"{_GAP}(?:{'|'.join(far)})"] if far else [])])


def _joined(before: str) -> bool:
    return before.isalpha() and ord(before) <= _LAST_ALPHABETIC


def _alternatives(part: str) -> list[str]:
    return part[1:-1].split("|") if part.startswith("(") else [part]


def _regex(part: str) -> str:
    match part:
        case "…":
            return _GAP
        case "#":
            return _RUN
    words = "|".join(map(re.escape, _alternatives(part)))
    return f"(?:{words})" if part.startswith("(") else words
