"""Which places of many texts are people's names: by what each is worth alone, and by the rest of its text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from classifier.linear.files import Arrays, built, write_arrays
from classifier.personal.alone import PlaceModel, Span
from classifier.personal.company import Company, company
from classifier.personal.lore import CLASSES, lore
from classifier.personal.signs import WORD_BITS, places

Chance = tuple[float, float, int, int]  # points by itself, then in its company, and the span
_CALLED_SO = 1.0  # points, above which it is somebody's name though a word is called so too
_SURE = 2.0  # ... though a place is
_FULL, _USUAL = 3, 2  # characters of most names; how usual in given names those of the longer ones are


@dataclass(frozen=True, slots=True)
class NameModel:
    """What places are worth alone, then in their company."""

    alone: PlaceModel
    company: Company

    def find(self, texts: Sequence[str], numbers: Sequence[Sequence[Span]]) -> list[list[Span]]:
        """The names of each text, in no order. `numbers`: what else is people's there."""
        found: list[list[Span]] = [[] for _ in texts]
        every = places(texts)
        at, points, beside = self.alone.likely(every, numbers)
        worth = self.company.points(company(every, at, points, beside))
        owners, begins, ends = at.spans()
        chances: dict[int, list[Chance]] = {}
        for index in np.flatnonzero(worth > 0).tolist():
            owner, start, end = owners[index], int(begins[index]), int(ends[index])
            if not _no_name(texts[owner], worth[index], start, end):
                chances.setdefault(int(owner), []).append(
                    (float(points[index]), float(worth[index]), start, end)
                )
        for owner, own in chances.items():
            found[owner] = [*_wherever(texts[owner], _chosen(own))]
        return found

    def save(self, path: Path) -> None:
        """As one file of plain arrays."""
        alone, company = self.alone, self.company
        known = np.flatnonzero(alone.levels)
        write_arrays(
            path,
            "names",
            weights=alone.weights.astype(np.float16),
            bias=alone.bias,
            quick=alone.quick,
            edges=company.edges,
            company=company.weights,
            company_bias=company.bias,
            words=known.astype(np.int32),
            levels=alone.levels[known],
        )


@cache
def built_names() -> NameModel:
    """The one `python -m classifier build` made. Unusable where it has not."""
    return built("persons", "names", _model)


def _model(arrays: Arrays) -> NameModel:
    levels = np.zeros(1 << WORD_BITS, np.uint8)
    levels[arrays["words"]] = arrays["levels"]
    weights = arrays["weights"].astype(np.float32)
    alone = PlaceModel(weights, float(arrays["bias"]), arrays["quick"], levels)
    return NameModel(alone, Company(arrays["edges"], arrays["company"], float(arrays["company_bias"])))


def _no_name(text: str, points: float, start: int, end: int) -> bool:
    """Whether it is a word of the region's own, no full name, or what a place or a firm is called."""
    known = lore()
    words = [word for word in known.no_names.get(text[start], ()) if text.startswith(word, start)]
    if any(points < _CALLED_SO or end - start <= len(word) for word in words):  # 韩国强 is somebody
        return True
    if text[max(0, start - 1) : start + 1] in known.inside:
        return True
    if text[start + 1 : end] in known.called or text[start + 1 : start + 3] in known.called:
        return True
    if known.firm.match(text, end):
        return True
    return points < _SURE and _is_a_place(text, text[start:end])


def _is_a_place(text: str, called: str) -> bool:
    """Whether the text speaks of a place or a firm so called anywhere."""
    place, at = lore().place, text.find(called)
    while at >= 0 and not place.match(text, at + len(called)):
        at = text.find(called, at + 1)
    return at >= 0


def _wherever(text: str, names: Sequence[Chance]) -> Iterator[Span]:
    """The names, and where a sure one stands once more, whatever is beside it there."""
    yield from (_all_of(text, start, end) for _, _, start, end in names)
    for name in {
        text[start:end] for _, points, start, end in names if end - start > 2 or points > _CALLED_SO
    }:
        if text.count(name) > 1:
            yield from (match.span() for match in re.finditer(re.escape(name), text))  # 叶(繁 is one


def _all_of(text: str, start: int, end: int) -> Span:
    """The whole name, where one with a bracket (叶(繁)) or both parents' surnames (沈周雨桐) was cut."""
    if text[end - 2] in "([（【":
        return start, end + 1
    for begin in (start, start - 1) if end - start == _FULL else ():
        if _of_both(text, begin):
            return begin, begin + 4
    return start, end


def _of_both(text: str, at: int) -> bool:
    """Whether two surnames and a given name of two characters stand there."""
    known, four = lore(), [ord(character) & 0xFFFF for character in text[max(0, at) : at + 4]]
    return (
        len(four) == 4
        and min(known.surname[four[:2]]) == len(CLASSES)
        and min(known.given[four[2:]]) > _USUAL
    )


def _chosen(chances: Sequence[Chance]) -> list[Chance]:
    """The likeliest of those that lap over each other."""
    taken: list[Chance] = []
    for chance in sorted(chances, reverse=True):
        if all(chance[3] <= other or chance[2] >= until for _, _, other, until in taken):
            taken.append(chance)
    return taken
