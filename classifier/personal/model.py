"""Which places of many texts are people's names: one linear model over their signs, asked in two steps."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.linear.features import Floats
from classifier.linear.files import BUILT
from classifier.linear.grams import Ints
from classifier.personal.context import hashed
from classifier.personal.lore import CLASSES, lore
from classifier.personal.signs import WORD_BITS, Places, places, quick_signs, signs

Span = tuple[int, int]
_JOINS = re.compile(r"[与和跟同及、，,/ \d.)）]+")  # what stands between the names of a list
_JOIN_REACH = 5
_LISTED = 2.0  # points for standing beside a name in a list
_STRIDE = 512  # places
_THRESHOLD = -1.5  # a name missed is worse than a word hidden
_FEW_PLACES, _LONGER = 12, 0.9  # a longer text has more places, but hardly more names
_FULL, _USUAL = 3, 2  # characters of most names; how usual in given names those of the longer ones are
_SURE = 1.0  # points, above which it is somebody's name though a place is called so too


@dataclass(frozen=True, slots=True)
class NameModel:
    """Weights by slot; most places are no names by the quick ones alone."""

    weights: Floats
    bias: float
    quick: Floats
    levels: npt.NDArray[np.uint8]  # of words of everyday life, by slot

    def find(self, texts: Sequence[str], numbers: Sequence[Sequence[Span]]) -> list[list[Span]]:
        """The names of each text, in no order. `numbers`: what else is people's there."""
        found: list[list[Span]] = [[] for _ in texts]
        chances: dict[int, list[tuple[float, int, int]]] = {}
        every = places(texts)
        maybe = every.take(self.quick[quick_signs(every, self.levels)].sum(axis=1) > 0)
        owners, begins, ends = maybe.spans()
        points = self.points(maybe, numbers_of(maybe, numbers)) - _long(every, len(texts))[owners]
        worth = np.flatnonzero(points > _THRESHOLD - _LISTED)
        columns = (column[worth].tolist() for column in (owners, points, begins, ends))
        for owner, *chance in zip(*columns, strict=True):
            if not _no_name(texts[owner], *chance):
                chances.setdefault(owner, []).append(tuple(chance))
        for owner, own in chances.items():
            found[owner] = [*_wherever(texts[owner], _chosen(texts[owner], own))]
        return found

    def points(self, at: Places, numbers: tuple[Ints, Ints]) -> Floats:
        """Above 0 for what rather is a name."""
        every = np.arange(len(at.begin))
        strides = np.split(
            every, every[_STRIDE::_STRIDE]
        )  # what fits the cache is done sooner, in less memory
        points = [self.weights[signs(at.take(own), self.levels, numbers)].sum(axis=1) for own in strides]
        return np.concatenate(points) + np.float32(self.bias)

    def save(self, path: Path) -> None:
        """As one file of plain arrays."""
        known = np.flatnonzero(self.levels)
        with path.open("wb") as sink:
            np.savez_compressed(
                sink,
                weights=self.weights.astype(np.float16),
                bias=self.bias,
                quick=self.quick,
                words=known.astype(np.int32),
                levels=self.levels[known],
            )


@cache
def built_names() -> NameModel | None:
    """The one `python -m classifier build` made; None where it has not run."""
    path = BUILT / "names.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        levels = np.zeros(1 << WORD_BITS, np.uint8)
        levels[arrays["words"]] = arrays["levels"]
        weights = arrays["weights"].astype(np.float32)
        return NameModel(weights, float(arrays["bias"]), arrays["quick"], levels)


def word_levels(words: dict[str, int]) -> npt.NDArray[np.uint8]:
    """The levels of words of two characters, by slot."""
    table = np.zeros(1 << WORD_BITS, np.uint8)
    keys = np.array([ord(word[0]) << 16 | ord(word[1]) for word in words])
    table[hashed(keys, WORD_BITS)] = list(words.values())
    return table


def _long(every: Places, texts: int) -> Floats:
    """By text, how much less its places count for its being long."""
    owners, _, _ = every.spans()
    many = np.bincount(owners, minlength=texts) / _FEW_PLACES
    less: Floats = (_LONGER * np.log(np.maximum(many, 1))).astype(np.float32)
    return less


def numbers_of(at: Places, numbers: Sequence[Sequence[Span]]) -> tuple[Ints, Ints]:
    """Where among the codes numbers begin and end, in order."""
    edges = [
        (offset + start, offset + end)
        for offset, own in zip(at.offsets.tolist(), numbers, strict=True)
        for start, end in own
    ]
    pairs = np.array(edges, np.int64).reshape(-1, 2)
    starts, ends = (np.searchsorted(at.kept, np.sort(column)) for column in pairs.T)
    return starts, ends


def _no_name(text: str, points: float, start: int, end: int) -> bool:
    """Whether it is a word of the region's own, no full name, or what a place or a firm is called."""
    known = lore()
    words = [word for word in known.no_names.get(text[start], ()) if text.startswith(word, start)]
    if any(points < 0 or end - start <= len(word) for word in words):  # 韩国强 is somebody
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


def _wherever(text: str, names: Sequence[tuple[float, int, int]]) -> Iterator[Span]:
    """The names, and where a sure one stands once more, whatever is beside it there."""
    yield from (_all_of(text, start, end) for _, start, end in names)
    for name in {text[start:end] for points, start, end in names if end - start > 2 or points > 0}:
        if text.count(name) > 1:
            yield from (match.span() for match in re.finditer(name, text))


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


def _chosen(text: str, chances: Sequence[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    """The likeliest first; beside it in a list less is enough."""
    taken: list[tuple[float, int, int]] = []
    while True:
        best = max(
            (
                (points + _LISTED * _listed(text, start, end, taken), start, end)
                for points, start, end in chances
                if all(end <= other or start >= until for _, other, until in taken)
            ),
            default=(_THRESHOLD, 0, 0),
        )
        if best[0] <= _THRESHOLD:
            return taken
        taken.append(best)


def _listed(text: str, start: int, end: int, taken: Sequence[tuple[float, int, int]]) -> bool:
    return any(
        (0 < other - end <= _JOIN_REACH and _JOINS.fullmatch(text, end, other))
        or (0 < start - until <= _JOIN_REACH and _JOINS.fullmatch(text, until, start))
        for _, other, until in taken
    )
