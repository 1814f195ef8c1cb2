"""The second level: below most labels of the first most n-grams say nothing."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.linear.features import Floats, SparseRow


class Leaves(NamedTuple):
    """The labels below one of the first level, with the weights of the n-grams that have any there."""

    labels: tuple[str, ...]
    rows: npt.NDArray[Any]  # in `weights`, by column, as small integers; the first says nothing
    weights: Floats  # rows x labels
    bias: Floats

    def margins(self, row: SparseRow) -> Floats:
        """How far one text is on the side of each label."""
        columns, values = row
        margins: Floats = values @ self.weights.take(self.rows.take(columns), axis=0) + self.bias
        return margins

    def whole(self) -> Floats:
        """The weights of every column."""
        return self.weights.take(self.rows, axis=0)


def leaves_of(labels: Sequence[str], weights: Floats, bias: Floats) -> Iterator[tuple[str, Leaves]]:
    """By label of the first level: of the second level's labels, those below one side by side."""
    places = range(len(labels))
    for top, group in groupby(places, key=lambda at: labels[at].partition("/")[0]):
        first, *others = group
        some = slice(first, first + 1 + len(others))
        own = weights[:, some].astype(np.float32)
        used = np.flatnonzero(own.any(axis=1))
        rows = np.zeros(len(own), np.min_scalar_type(len(used)))
        rows[used] = np.arange(1, len(used) + 1)
        nothing = np.zeros((1, own.shape[1]), np.float32)
        yield top, Leaves(tuple(labels[some]), rows, np.concatenate([nothing, own[used]]), bias[some])
