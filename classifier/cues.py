"""Cues: the words and small patterns of the rulebook, all found in one pass over a text.

A cue is a literal, in which `…` stands for up to twelve characters of the same sentence, `(a|b)` for
one of several words and `#` for a number. People of a county can read and write that; regexes they cannot.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

import ahocorasick

NUMBER = r"[0-9零〇一二两三四五六七八九十百千万几数]"
_GAP = r"[^。！？!?；;\n]{0,12}?"
_RUN = re.compile(NUMBER + "{1,8}")
_BY_START = itemgetter(0)
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


class _Group(NamedTuple):
    """The cues that begin alike: whole ones, and those with something to follow, behind one gate for all."""

    plain: tuple[Cue, ...]
    gate: re.Pattern[str] | None
    tailed: tuple[tuple[re.Pattern[str], Cue], ...]


class Scanner:
    """Finds every cue of a rulebook; the time grows with the text, hardly with the rulebook."""

    def __init__(self, cues: Iterable[tuple[str, Cue]]) -> None:
        by_head: dict[str, list[tuple[str, Cue]]] = defaultdict(list)
        for pattern, cue in cues:
            first, *rest = re.findall(r"\([^)]*\)|…|#|[^(…#]+", pattern.lower())
            for head in _heads(first):
                by_head[head].append(("".join(map(_regex, rest)), cue))
        self._after_number = _group(by_head.pop("#", []))
        self._heads = ahocorasick.Automaton()
        for head, entries in by_head.items():
            self._heads.add_word(head, (len(head), _joined(head[0]), _group(entries)))
        self._heads.make_automaton()

    def scan(self, text: str) -> list[Hit]:
        """Every hit, overlapping ones too, by where it starts."""
        hits: list[Hit] = []
        found = self._heads.iter(text) if self._heads else ()
        for last, (size, worded, group) in found:
            start = last + 1 - size
            if not (worded and start and _joined(text[start - 1])):
                _meet(text, start, last + 1, group, hits)
        for run in _RUN.finditer(text):
            _meet(text, run.start(), run.end(), self._after_number, hits)
        hits.sort(key=_BY_START)
        return hits


def _meet(text: str, start: int, end: int, group: _Group, hits: list[Hit]) -> None:
    if group.plain:
        hits.extend([Hit(start, end, cue) for cue in group.plain])
    if group.gate and group.gate.match(text, end):
        for rest, cue in group.tailed:
            if tail := rest.match(text, end):
                hits.append(Hit(start, tail.end(), cue))


def _group(entries: Sequence[tuple[str, Cue]]) -> _Group:
    tails = sorted({rest for rest, _ in entries if rest})
    return _Group(
        plain=tuple(cue for rest, cue in entries if not rest),
        gate=re.compile("|".join(tails)) if tails else None,
        tailed=tuple((re.compile(rest), cue) for rest, cue in entries if rest),
    )


def _joined(before: str) -> bool:
    return before.isalpha() and ord(before) <= _LAST_ALPHABETIC


def _heads(part: str) -> list[str]:
    return part[1:-1].split("|") if part.startswith("(") else [part]


def _regex(part: str) -> str:
    match part:
        case "…":
            return _GAP
        case "#":
            return NUMBER + "{1,8}"
    if part.startswith("("):
        return f"(?:{'|'.join(map(re.escape, part[1:-1].split('|')))})"
    return re.escape(part)
