"""What a place is worth as a name by itself: one linear model over its signs, asked in two steps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.linear.features import Floats
from classifier.linear.grams import Ints
from classifier.personal.context import hashed
from classifier.personal.signs import WORD_BITS, Places, quick_signs, signs

Span = tuple[int, int]
Edges = tuple[Ints, Ints]
_STRIDE = 512  # places
_LEAST = -4.0  # points, below which no company makes a place a name


@dataclass(frozen=True, slots=True)
class PlaceModel:
    """Weights by slot; most places are no names by the quick ones alone."""

    weights: Floats
    bias: float
    quick: Floats
    levels: npt.NDArray[np.uint8]  # of words of everyday life, by slot

    def likely(self, every: Places, numbers: Sequence[Sequence[Span]]) -> tuple[Places, Floats, Edges]:
        """The places that may be names by themselves, their points, and where numbers begin and end."""
        maybe = every.take(self.quick[quick_signs(every, self.levels)].sum(axis=1) > 0)
        edges = edges_of(maybe, numbers)
        points = self.points(maybe, edges)
        likely = points > _LEAST
        return maybe.take(likely), points[likely], edges

    def points(self, at: Places, numbers: Edges) -> Floats:
        """Above 0 for what rather is a name."""
        every = np.arange(len(at.begin))
        strides = np.split(
            every, every[_STRIDE::_STRIDE]
        )  # what fits the cache is done sooner, in less memory
        points = [self.weights[signs(at.take(own), self.levels, numbers)].sum(axis=1) for own in strides]
        return np.concatenate(points) + np.float32(self.bias)


def word_levels(words: dict[str, int]) -> npt.NDArray[np.uint8]:
    """The levels of words of two characters, by slot."""
    table = np.zeros(1 << WORD_BITS, np.uint8)
    keys = np.array([ord(word[0]) << 16 | ord(word[1]) for word in words])
    table[hashed(keys, WORD_BITS)] = list(words.values())
    return table


def edges_of(at: Places, numbers: Sequence[Sequence[Span]]) -> Edges:
    """Where among the codes numbers begin and end, in order."""
    edges = [
        (offset + start, offset + end)
        for offset, own in zip(at.offsets.tolist(), numbers, strict=True)
        for start, end in own
    ]
    pairs = np.array(edges, np.int64).reshape(-1, 2)
    starts, ends = (np.searchsorted(at.kept, np.sort(column)) for column in pairs.T)
    return starts, ends
