"""Cues: the words and small patterns of the rulebook, all found in one pass over a text.

A cue is a literal, in which `…` stands for up to twelve characters of the same sentence, `(a|b)` for
one of several words and `#` for a number. People of a county can read and write that; regexes they cannot.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

import ahocorasick

NUMBER = r"[0-9零〇一二两三四五六七八九十百千万几数]"
_GAP = r"[^。！？!?；;\n]{0,12}?"
_NUMERALS = "0123456789零〇一二两三四五六七八九十百千万几数"
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


class _Entry(NamedTuple):
    size: int  # of the head, the literal the cue begins with
    rest: re.Pattern[str] | None
    cue: Cue
    worded: bool  # begins at the beginning of a word


class Scanner:
    """Finds every cue of a rulebook; the time grows with the text, hardly with the rulebook."""

    def __init__(self, cues: Iterable[tuple[str, Cue]]) -> None:
        by_head: dict[str, list[_Entry]] = defaultdict(list)
        for pattern, cue in cues:
            for head, entry in _compile(pattern, cue):
                by_head[head].append(entry)
        self._heads = ahocorasick.Automaton()
        for head, entries in by_head.items():
            self._heads.add_word(head, tuple(entries))
        self._heads.make_automaton()

    def scan(self, text: str) -> list[Hit]:
        """Every hit, overlapping ones too, by where it starts."""
        hits: list[Hit] = []
        if self._heads:
            for last, entries in self._heads.iter(text):
                for size, rest, cue, worded in entries:
                    start, end = last + 1 - size, last + 1
                    if worded and start and _joined(text[start - 1]):
                        continue
                    if rest:
                        tail = rest.match(text, end)
                        if not tail:
                            continue
                        end = tail.end()
                    hits.append(Hit(start, end, cue))
        hits.sort(key=_BY_START)
        return hits


def _joined(before: str) -> bool:
    return before.isalpha() and ord(before) <= _LAST_ALPHABETIC


def _compile(pattern: str, cue: Cue) -> Iterable[tuple[str, _Entry]]:
    parts = re.findall(r"\([^)]*\)|…|#|[^(…#]+", pattern.lower())
    rest = ["#*", *parts[1:]] if parts[0] == "#" else parts[1:]
    tail = re.compile("".join(map(_regex, rest))) if rest else None
    return [(head, _Entry(len(head), tail, cue, _joined(head[0]))) for head in _heads(parts[0])]


def _heads(part: str) -> list[str]:
    if part == "#":
        return list(_NUMERALS)
    return part[1:-1].split("|") if part.startswith("(") else [part]


def _regex(part: str) -> str:
    match part:
        case "…":
            return _GAP
        case "#":
            return NUMBER + "{1,8}"
        case "#*":
            return NUMBER + "{0,7}"
    if part.startswith("("):
        return f"(?:{'|'.join(map(re.escape, part[1:-1].split('|')))})"
    return re.escape(part)
