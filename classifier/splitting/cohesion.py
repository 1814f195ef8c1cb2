"""How far what stands before a clause and what stands after it are about the same, for every clause at once.

That is their subjects, as the category model and the rulebook's words see them.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.linear.features import Floats, summed
from classifier.linear.grams import Ints, Letters
from classifier.linear.model import Model
from classifier.splitting.clauses import FAR, Clauses

_NEAR = 70  # characters to either side
_HIGHEST = 80.0  # whose power does not overflow; only a few letters said over and over reach it
Numbers = npt.NDArray[np.float64]
Columns = list[Numbers]
Sums = npt.NDArray[Any]  # of all before each place


class Around:
    """Which clauses stand before and after each seam."""

    def __init__(self, clauses: Clauses, right: Ints) -> None:
        self.clauses, self.right = clauses, right
        self.owner = clauses.owner[right]
        self.first = np.searchsorted(clauses.owner, self.owner)
        self.last = np.searchsorted(clauses.owner, self.owner, side="right")
        self.far = clauses.owner * FAR + clauses.start
        self.begins = np.flatnonzero(np.diff(self.owner, prepend=-1))  # each text's first seam
        self.counts = np.diff(self.begins, append=len(right))
        sizes = clauses.end[np.searchsorted(clauses.owner, self.owner, side="right") - 1]
        self.size = sizes.astype(np.float64)

    def within(self, reach: int) -> tuple[Ints, Ints]:
        """From which clause to which one the characters within reach stand."""
        at = self.far[self.right]
        start = np.searchsorted(self.far, at - reach)
        end = np.searchsorted(self.far, at + reach)
        return (
            np.minimum(np.maximum(start, self.first), self.right - 1),
            np.maximum(np.minimum(end, self.last), self.right + 1),
        )


class _Runs(NamedTuple):
    """What runs of clauses are about: those before each seam, near and all, then those after it."""

    pull: Floats  # towards each subject: runs x seams x subjects
    points: Floats  # of the rulebook's words
    chances: Floats
    subject: Ints  # the likeliest: runs x seams

    def some(self, which: slice) -> "_Runs":
        """Of the kinds of runs those."""
        return _Runs(self.pull[which], self.points[which], self.chances[which], self.subject[which])


def running(values: npt.NDArray[Any]) -> Sums:
    """Sums of all before each place, so that those of any run are one subtraction."""
    sums = np.zeros((len(values) + 1, *values.shape[1:]), np.result_type(values, np.int64))
    np.cumsum(values, axis=0, out=sums[1:])
    return sums


def topics(place: Around, letters: Letters, points: Numbers, model: Model) -> Columns:
    """What the clauses near the seam and all of them are about, on either side."""
    runs = _runs(place, letters, points, model)
    before, after = runs.some(slice(0, 2)), runs.some(slice(2, 4))
    all_before, near_after = runs.some(slice(1, 2)), runs.some(slice(2, 3))
    near, whole = zip(*_pair(before, after), strict=True)
    near_told, whole_told = zip(*_told(before.points, after.points), strict=True)
    own, had = points.take(place.right, axis=0), all_before.points[0] > 0
    return [
        *near,
        *whole,
        *(column[0] for column in _alike(all_before, near_after)),
        *near_told,
        *whole_told,
        np.log1p((own * ~had).max(axis=1)),
        np.log1p((own * had).max(axis=1)),
    ]


def _runs(place: Around, letters: Letters, points: Numbers, model: Model) -> _Runs:
    start, end = place.within(_NEAR)
    edges = np.stack([start, place.first, place.right, end, place.last])
    sums, norms = _pulls(letters, model)
    told = _between(points, edges)
    length: Floats = np.sqrt(np.maximum(_between(norms, edges), np.float32(1e-6)))
    pull = _between(sums, edges) / length[..., None]
    chances = told * np.float32(model.cue_weight)
    chances += pull
    chances += model.bias
    chances *= np.float32(model.sharpness)
    np.exp(np.minimum(chances, _HIGHEST, out=chances), out=chances)
    subject = chances.argmax(axis=2)
    chances /= chances.sum(axis=2, keepdims=True)
    return _Runs(pull, told, chances, subject)


def _pulls(letters: Letters, model: Model) -> tuple[Numbers, Numbers]:
    """What each clause adds to every subject's margin, and to the square of a run's length: of single letters
    and pairs only, which is faster and no worse."""
    size, known = len(letters.lengths), model.known(letters, sizes=2)
    margins, norms = np.zeros((size, len(model.tops))), np.zeros(size)
    for start, end in pairwise(known.edges):
        columns, clause = known.columns[start:end], known.texts[start:end]
        begins = np.flatnonzero(np.diff(clause, prepend=-1))
        weight = model.rarity.take(columns)
        margins[clause.take(begins)] += summed(model.weights, columns, weight, begins)
        norms += np.bincount(clause, weight * weight, minlength=size)
    return margins, norms


def _between(values: Numbers, edges: Ints) -> Floats:
    """The sums of the clauses' values near before, all before, near after and all after each seam."""
    sums = running(values).take(edges, axis=0)
    between = np.empty((4, *sums.shape[1:]), np.float32)
    np.subtract(sums[2], sums[:2], out=between[:2], casting="same_kind")
    np.subtract(sums[3:], sums[2], out=between[2:], casting="same_kind")
    return between


def _told(before: Floats, after: Floats) -> Columns:
    """How far the rulebook's words on either side are the same; the most of each, of what one alone has."""
    common = _dot(before, after)
    squares = _dot(before, before) * _dot(after, after)
    gone = (before * (after == 0)).max(axis=2)
    new = (after * (before == 0)).max(axis=2)
    most = (before.max(axis=2), after.max(axis=2), gone, new, np.minimum(gone, new))
    return [common / np.sqrt(squares + 1e-9), *map(np.log1p, most)]


def _pair(before: _Runs, after: _Runs) -> Columns:
    common, cosine, kept, known = _alike(before, after)
    left, right = before.chances.max(axis=2), after.chances.max(axis=2)
    same = before.subject == after.subject
    return [common, same, kept, known, left, right, np.minimum(left, right) * (1 - common), cosine]


def _alike(before: _Runs, after: _Runs) -> Columns:
    """Bhattacharyya coefficient, cosine, and what each side gives the other's subject."""
    square = _dot(before.pull, before.pull) * _dot(after.pull, after.pull)
    return [
        _dot(np.sqrt(before.chances), np.sqrt(after.chances)),
        _dot(before.pull, after.pull) / np.sqrt(square + 1e-9),
        np.take_along_axis(after.chances, before.subject[..., None], 2)[..., 0],
        np.take_along_axis(before.chances, after.subject[..., None], 2)[..., 0],
    ]


def _dot(one: Floats, other: Floats) -> Floats:
    """Of each two rows."""
    products: Floats = np.einsum("rij,rij->ri", one, other)
    return products
