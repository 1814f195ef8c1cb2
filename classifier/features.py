"""What a linear model reads of texts: the n-grams it knows, weighted."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.grams import SLOTS, Grams, Ints

Floats = npt.NDArray[np.float32]


class Features(NamedTuple):
    """Weighted grams, the known ones only, text by text."""

    bounds: Ints  # those of text `i` stand from `bounds[i]` to `bounds[i + 1]`
    columns: Ints
    values: Floats

    @property
    def size(self) -> int:
        """How many texts."""
        return len(self.bounds) - 1


def column_table(slots: Ints) -> npt.NDArray[np.int32]:
    """The column of every slot; -1 where the gram is not known."""
    table = np.full(SLOTS, -1, np.int32)
    table[slots] = np.arange(len(slots), dtype=np.int32)
    return table


def weigh(grams: Grams, column_of: npt.NDArray[np.int32], rarity: Floats) -> Features:
    """TF-IDF with damped counts, each text's values of length one."""
    columns = column_of.take(grams.slots)
    known = np.flatnonzero(columns >= 0)
    width = np.int64(len(rarity) or 1)
    keys = np.sort(grams.texts.take(known) * width + columns.take(known))
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.diff(first, append=len(keys))
    rows, places = np.divmod(keys.take(first), width)
    values = ((1 + np.log(counts)) * rarity.take(places)).astype(np.float32)
    lengths = np.sqrt(np.bincount(rows, values * values, minlength=grams.size))
    bounds = np.searchsorted(rows, np.arange(grams.size + 1))
    return Features(bounds, places, (values / lengths.take(rows)).astype(np.float32))


def sums(features: Features, weights: Floats) -> Floats:
    """The features' product with the weights, text by text: so few rows at once stay in the cache."""
    total = np.zeros((features.size, weights.shape[1]), np.float32)
    for row, (start, end) in enumerate(pairwise(features.bounds.tolist())):
        total[row] = features.values[start:end] @ weights.take(features.columns[start:end], axis=0)
    return total
