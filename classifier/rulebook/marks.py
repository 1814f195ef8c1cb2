"""Where one text becomes several matters: lists, changes of the subject, another subject's evidence."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from classifier.rulebook.cues import Hit, Hits
from classifier.rulebook.evidence import scores, subject
from classifier.rulebook.quantities import number
from classifier.rulebook.rules import SplittingRules

_NTH, _STOP = "[一二三四五六七八]", r"[，、,．.：:\s是]"
# Where an item may begin; such a character is looked for faster than all of the items.
_MAY_BEGIN = re.compile(r"[第【其（(请①-⑳1-9一二三四五六七八再首最](?<![^，。；：:;,、！？\s（(】].)")
_ITEM = re.compile(
    rf"(?P<sure>第{_NTH}(?:[件个条项样桩起](?=事|问|{_STOP}|情|不)|部分|(?=不))|【第{_NTH}部分】|其{_NTH}(?={_STOP})"
    rf"|[（(]{_NTH}[)）]|请求{_NTH}：)"
    r"|[①-⑳]|[（(]\d{1,2}[)）]|[1-9][)）.、．，,:：](?!\d)|[一二三四五六七八][、.](?!\w?月)|[一二三四五六七八]，"
    r"|第[一二三四五六七](?=[，,、：:是])|[一二三四五]是|一[个件桩样]是|再一[个件样]"
    r"|首先|最急[：:，]|其次|再次|最后一个|最后[，,]"
)
_END = re.compile(r"[。！？!?；;\n]+|(?<=\s)(?=[①-⑳])")
_FIRST = re.compile(r"[①(（【]?第?[1一](?![个件桩样]是)|①|其一|请求一|首先|最急")
_LABELLED = re.compile(r"(?:(?<=[。；：:;])|^)[^，。；：:;、\d\s]{1,4}：")
_LEAST_LABELLED = 3  # speakers or offices, from which on each one's words are a matter
_SEMICOLON = re.compile(r"[；;]")
_EVIDENCE_REACH = 24  # characters before a list in which a word makes it a list of papers
_COURTESY = "praise"  # thanks at the beginning of a letter are no matter of their own
_LIST_REACH = 60  # characters in which a list of papers goes on


class Mark(StrEnum):
    """Why a unit might begin another matter, the surest first."""

    LISTED = "listed"  # an item of a list of matters, said to be one
    ITEM = "item"
    SWITCH = "switch"
    SENTENCE = "sentence"


Marks = Mapping[int, Mark]


class Span(NamedTuple):
    """A stretch of the text."""

    start: int
    end: int


class _Unit(NamedTuple):
    start: int
    end: int
    mark: Mark


def split(text: str, hits: Hits, marks: Marks, rules: SplittingRules) -> list[Span]:
    """The matters' spans: they cover the text in order, at least one."""
    starts, here = [0], _Matter()
    for unit in _units(text, marks):
        about = _about(hits, unit)
        if len(starts) < rules.most and _opens(unit, about, here, rules):
            starts.append(unit.start)
            here = _Matter()
        here.add(unit, about)
    return [Span(a, b) for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


class _Matter:
    """What the matter at hand is about so far."""

    def __init__(self) -> None:
        self.tops: dict[str, float] = {}
        self.size = 0

    def add(self, unit: _Unit, about: dict[str, float]) -> None:
        self.size += unit.end - unit.start
        for top, score in about.items():
            self.tops[top] = self.tops.get(top, 0.0) + score

    def best(self) -> str | None:
        return max(self.tops, key=self.tops.__getitem__, default=None)


def _opens(unit: _Unit, about: dict[str, float], here: _Matter, rules: SplittingRules) -> bool:
    if unit.mark is Mark.LISTED:
        return True
    best = max(about, key=about.__getitem__, default=None)
    if best is None or here.best() in (None, best):
        return False
    match unit.mark:
        case Mark.ITEM:
            return about[best] >= rules.item
        case Mark.SWITCH:
            return about[best] >= rules.switch_evidence
    return here.size >= rules.story and about[best] - 2 * here.tops.get(best, 0.0) >= rules.sentence


def _about(hits: Hits, unit: _Unit) -> dict[str, float]:
    tops: dict[str, float] = {}
    for code, score in scores(hits.within(unit.start, unit.end, "category")).items():
        if (top := subject(code)) != _COURTESY:
            tops[top] = tops.get(top, 0.0) + score
    return tops


def marked(text: str, hits: Hits) -> Marks:
    """Where a list or a word says that another matter begins."""
    return {hit.start: Mark.SWITCH for hit in _switches(text, hits)} | _items(text, hits)


def _units(text: str, marks: Marks) -> Iterator[_Unit]:
    ends = (match.end() for match in _END.finditer(text))
    places = sorted({0, *(at for at in (*ends, *marks) if at < len(text))})
    for start, end in zip(places, [*places[1:], len(text)], strict=True):
        yield _Unit(start, end, marks.get(start, Mark.SENTENCE))


def _switches(text: str, hits: Hits) -> Iterator[Hit]:
    """Words that change the subject, but for those that only add to it (另外补充, 另外…不要求)."""
    found = hits.keyed("switch", 0, len(text))
    adding = [hit.start for hit in hits.keyed("same", 0, len(text))] if found else []
    if not adding:  # as in most texts
        yield from found
        return
    ends = [*(match.start() for match in _END.finditer(text)), len(text)]
    for hit in found:
        sentence = ends[bisect_left(ends, hit.end)]
        if bisect_left(adding, hit.start) == bisect_left(adding, sentence):
            yield hit


def _items(text: str, hits: Hits) -> dict[int, Mark]:
    """Where the second and later items of lists begin, but for lists of papers, reasons and requests."""
    announced = next(iter(hits.keyed("announced", 0, len(text))), None)
    if announced and (unmarked := _unmarked(text, announced)):
        return unmarked
    if len(labelled := _labelled(text, hits)) >= _LEAST_LABELLED:
        return dict.fromkeys(labelled[1:], Mark.LISTED)
    items: dict[int, Mark] = {}
    papers_until = -1
    for match in _found(text):
        at = match.start()
        if at <= papers_until or hits.keyed("evidence", at - _EVIDENCE_REACH, at):
            papers_until = at + _LIST_REACH
        elif not _FIRST.match(match.group()):
            sure = match["sure"] or (announced and announced.start < at)
            items[at] = Mark.LISTED if sure else Mark.ITEM
    return items


def _found(text: str) -> Iterator[re.Match[str]]:
    """Every item, none in another."""
    end = 0
    for first in _MAY_BEGIN.finditer(text):
        if first.start() >= end and (item := _ITEM.match(text, first.start())):
            end = item.end()
            yield item


def _labelled(text: str, hits: Hits) -> list[int]:
    """Where speakers or offices begin, if there may be enough of them."""
    if text.count("：") < _LEAST_LABELLED:
        return []
    labels = _LABELLED.finditer(text)
    return [label.start() for label in labels if not hits.keyed("heading", *label.span())]


def _unmarked(text: str, announced: Hit) -> dict[int, Mark]:
    """A list of as many stretches between semicolons as were announced, before it or at its end."""
    ends = [match.end() for match in _SEMICOLON.finditer(text)]
    return dict.fromkeys(ends, Mark.LISTED) if len(ends) + 1 == number(text[announced.start]) else {}
