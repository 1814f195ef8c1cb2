"""Cues: the words and small patterns of the rulebook, all found in one pass over a text.

A cue is a literal, in which `…` stands for up to twelve characters of the same sentence, `(a|b)` for
one of several words and `#` for a number. People of a county can read and write that; regexes they cannot.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

NUMBER = r"[0-9零〇一二两三四五六七八九十百千万几数]"
_GAP = r"[^。！？!?；;\n]{0,12}?"
_NUMERALS = "0123456789零〇一二两三四五六七八九十百千万几数"
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
    head: str
    rest: re.Pattern[str] | None
    cue: Cue


class Scanner:
    """Finds every cue of a rulebook; the time grows with the text, hardly with the rulebook."""

    def __init__(self, cues: Iterable[tuple[str, Cue]]) -> None:
        self._by_pair: dict[str, list[_Entry]] = defaultdict(list)
        self._by_one: dict[str, list[_Entry]] = defaultdict(list)
        for pattern, cue in cues:
            for entry in _compile(pattern, cue):
                one = len(entry.head) == 1
                (self._by_one if one else self._by_pair)[entry.head[:2]].append(entry)
        self._by_pair, self._by_one = dict(self._by_pair), dict(self._by_one)

    def scan(self, text: str) -> list[Hit]:
        """Every hit, overlapping ones too, by where it starts."""
        hits: list[Hit] = []
        pairs, ones = self._by_pair, self._by_one
        for at, char in enumerate(text):
            if entries := pairs.get(text[at : at + 2]):
                _match(text, at, entries, hits)
            if char in ones:
                _match(text, at, ones[char], hits)
        return hits


def _match(text: str, at: int, entries: list[_Entry], hits: list[Hit]) -> None:
    if at and ord(text[at]) <= _LAST_ALPHABETIC and text[at].isalpha() and _joined(text[at - 1]):
        return
    for head, rest, cue in entries:
        if not text.startswith(head, at):
            continue
        end = at + len(head)
        if rest:
            tail = rest.match(text, end)
            if not tail:
                continue
            end = tail.end()
        hits.append(Hit(at, end, cue))


def _joined(before: str) -> bool:
    return before.isalpha() and ord(before) <= _LAST_ALPHABETIC


def _compile(pattern: str, cue: Cue) -> Iterable[_Entry]:
    parts = re.findall(r"\([^)]*\)|…|#|[^(…#]+", pattern.lower())
    heads, rest = _heads(parts[0]), parts[1:]
    if parts[0] == "#":
        rest = ["#*", *rest]
    tail = re.compile("".join(map(_regex, rest))) if rest else None
    return [_Entry(head, tail, cue) for head in heads]


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
