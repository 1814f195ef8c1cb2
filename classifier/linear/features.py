"""What a linear model reads of texts: the n-grams it knows, weighted."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.linear.grams import SIZES, SLOTS, Indices, Ints, Letters

_RUNS = 96  # of columns at once
Floats = npt.NDArray[np.float32]
Columns = npt.NDArray[Any]  # as small integers as hold them
SparseRow = tuple[Ints, Floats]  # columns and values of one text


class Known(NamedTuple):
    """The grams of some texts that a model knows, by size, then by place."""

    texts: Indices
    columns: Indices  # the model's
    places: Ints  # of the first letter, in all texts end to end
    edges: Sequence[int]  # where those of each size begin, and the end of all
    bounds: Ints  # where each text begins, and the end of all


class Features(NamedTuple):
    """Weighted grams, each once a text, text by text."""

    bounds: Ints  # those of text `i` stand from `bounds[i]` to `bounds[i + 1]`
    columns: Ints
    values: Floats

    @property
    def size(self) -> int:
        """How many texts."""
        return len(self.bounds) - 1

    def row(self, text: int) -> SparseRow:
        """The columns and values of one."""
        own = slice(*self.bounds[text : text + 2].tolist())
        return self.columns[own], self.values[own]

    def each(self) -> Iterator[SparseRow]:
        """The columns and values of every text."""
        for start, end in pairwise(self.bounds.tolist()):
            yield self.columns[start:end], self.values[start:end]


def column_table(slots: Ints) -> Columns:
    """The column of every slot; that behind the last where the gram is not known."""
    small = len(slots) <= np.iinfo(np.uint16).max  # half the memory again, and less to keep in the cache
    table = np.full(SLOTS, len(slots), np.uint16 if small else np.int32)
    table[slots] = np.arange(len(slots))
    return table


def recognise(
    letters: Letters, column_of: Columns, many: int, limits: Ints | None = None, sizes: int = len(SIZES)
) -> Known:
    """The grams that have one of so many columns; of each text's first letters only, where it has a limit."""
    left, places, columns = letters.ends(limits) - np.arange(len(letters.owners)), [], []
    for size, slots in zip(SIZES[:sizes], letters.slots, strict=False):
        found = column_of.take(slots)
        known = np.flatnonzero((found < many) & (left[: len(found)] >= size))
        places.append(known)
        columns.append(found.take(known))
    edges, where = [0, *accumulate(map(len, places))], np.concatenate(places)
    return Known(
        letters.owners.take(where), np.concatenate(columns, dtype=np.int32), where, edges, letters.bounds
    )


def weigh(known: Known, rarity: Floats) -> Features:
    """TF-IDF with damped counts, each text's values of length one."""
    size, width = len(known.bounds) - 1, len(rarity) or 1
    narrow = size * width < np.iinfo(np.int32).max  # sorted twice as fast
    keys = np.sort(known.texts * (np.int32 if narrow else np.int64)(width) + known.columns)
    new = np.ones(len(keys) + 1, np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:-1])
    edges = np.flatnonzero(new)
    counts = edges[1:] - edges[:-1]
    once = keys.take(edges[:-1])
    rows = once // width
    columns = once - rows * width  # many times as fast as divmod
    values = ((1 + np.log(counts)) * rarity.take(columns)).astype(np.float32)
    lengths = np.sqrt(np.bincount(rows, values * values, minlength=size))
    bounds = np.searchsorted(rows, np.arange(size + 1))
    return Features(bounds, columns, (values / lengths.take(rows)).astype(np.float32))


def summed(rows: Floats, columns: Indices, factors: Floats, begins: Ints) -> Floats:
    """Of many runs of columns, which begin where `begins` says, the sums of their rows, each row times its
    factor. So few runs at once that they stay in the cache."""
    total = np.empty((len(begins), rows.shape[1]), np.float32)
    edges = [*begins[::_RUNS].tolist(), len(columns)]
    for at, (start, end) in zip(range(0, len(begins), _RUNS), pairwise(edges), strict=True):
        own = rows.take(columns[start:end], axis=0)
        own *= factors[start:end, None]
        np.add.reduceat(own, begins[at : at + _RUNS] - start, out=total[at : at + _RUNS])
    return total


def sums(features: Features, weights: Floats) -> Floats:
    """The features' product with the weights, text by text: so few rows at once stay in the cache."""
    total = np.zeros((features.size, weights.shape[1]), np.float32)
    for row, (columns, values) in enumerate(features.each()):
        total[row] = values @ weights.take(columns, axis=0)
    return total
