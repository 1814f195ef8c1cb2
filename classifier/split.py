"""Where one text becomes several matters: lists, changes of the subject, another subject's evidence."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from classifier.cues import Hit
from classifier.rulebook import Splitting
from classifier.topics import scores, subject

_ITEM = re.compile(
    r"(?:(?<=[，。；：:;,、！？\s（(])|^)(?:[①-⑳]|[（(]\d{1,2}[)）]|[1-9][)）.、．，,:：](?!\d)|[一二三四五六七八][、.](?!\w?月)"
    r"|第[一二三四五六七](?=[件个条项，,、：:是不])|其[一二三四](?=[，,、：:是])|[一二三四五]是|首先|最急[：:，]|其次|再次|最后一个|最后[，,])"
)
_END = re.compile(r"[。！？!?；;\n]+|(?<=\s)(?=[①-⑳])")
_EVIDENCE_REACH = 24  # characters before a list in which a word makes it a list of papers
_ANNOUNCE_REACH = 60


class Span(NamedTuple):
    """A stretch of the text."""

    start: int
    end: int


class _Unit(NamedTuple):
    start: int
    end: int
    mark: str  # "item", "switch" or "" for a plain sentence


class Hits:
    """The hits of one text, by place."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._hits, self._starts = hits, [hit.start for hit in hits]

    def within(self, start: int, end: int) -> Sequence[Hit]:
        """Those that begin in the stretch."""
        return self._hits[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def of(self, key: str, start: int, end: int) -> Sequence[Hit]:
        """Those of one splitting cue in the stretch."""
        return [h for h in self.within(max(0, start), end) if h.cue.table == "split" and h.cue.key == key]


def split(text: str, hits: Hits, rules: Splitting) -> list[Span]:
    """The matters' spans: they cover the text in order, at least one."""
    starts = [0]
    here: dict[str, float] = {}
    listed = False
    for unit in _units(text, hits):
        about = _about(hits, unit)
        if unit.start and len(starts) < rules.most and _opens(unit, about, here, listed, hits, rules):
            starts.append(unit.start)
            here = {}
        listed = listed or bool(hits.of("announced", unit.start, unit.end))
        for top, score in about.items():
            here[top] = here.get(top, 0.0) + score
    return [Span(a, b) for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def _opens(
    unit: _Unit, about: dict[str, float], here: dict[str, float], listed: bool, hits: Hits, rules: Splitting
) -> bool:
    if not here:
        return False
    if unit.mark == "item" and listed:
        return True
    best = max(about, key=lambda top: about[top], default=None)
    if best is None or best == max(here, key=lambda top: here[top]):
        return False
    needed = {"item": rules.bridge, "switch": rules.topic}.get(unit.mark, rules.alone)
    return about[best] - 2 * here.get(best, 0.0) * (unit.mark == "") >= needed


def _about(hits: Hits, unit: _Unit) -> dict[str, float]:
    tops: dict[str, float] = {}
    for code, score in scores(hits.within(unit.start, unit.end), "category").items():
        tops[subject(code)] = tops.get(subject(code), 0.0) + score
    return tops


def _units(text: str, hits: Hits) -> Iterator[_Unit]:
    marks = {match.end(): "" for match in _END.finditer(text)}
    marks |= {hit.start: "switch" for hit in hits.of("switch", 0, len(text))}
    marks |= dict.fromkeys(_items(text, hits), "item")
    places = sorted({0, *marks} - {len(text)})
    for start, end in zip(places, [*places[1:], len(text)], strict=True):
        yield _Unit(start, end, marks.get(start, ""))


def _items(text: str, hits: Hits) -> Iterator[int]:
    """Where list items begin, but for lists of papers, reasons and requests."""
    papers_until = -1
    for match in _ITEM.finditer(text):
        at = match.start()
        if at <= papers_until or hits.of("evidence", at - _EVIDENCE_REACH, at):
            papers_until = at + _ANNOUNCE_REACH
            continue
        yield at
