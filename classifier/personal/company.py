"""What the rest of its text says of a place where a name might stand: how long it is, whom else it names,
where numbers and a he or a she stand. Each has a weight for every bin, and so have the place's own points."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.linear.features import Floats
from classifier.linear.grams import Ints
from classifier.personal.lore import lore
from classifier.personal.signs import Places

_FAR = 99  # characters, where there is none in the text
_NOBODY = -9  # points, where there is no other place


@dataclass(frozen=True, slots=True)
class Company:
    """Weights by bin."""

    edges: Floats  # signs x edges between their bins, the last ones infinite where there are fewer
    weights: Floats  # signs x bins
    bias: float

    def points(self, seen: Floats) -> Floats:
        """Above 0 for what is to be covered, of places x signs."""
        bins = bins_of(seen, self.edges)
        points: Floats = self.weights[np.arange(len(self.edges)), bins].sum(axis=1) + np.float32(self.bias)
        return points


def bins_of(seen: Floats, edges: Floats) -> Ints:
    """Places x signs: how many edges each sign has passed."""
    columns = [own.searchsorted(column, side="right") for own, column in zip(edges, seen.T, strict=True)]
    return np.stack(columns, axis=1)


def company(every: Places, at: Places, points: Floats, numbers: tuple[Ints, Ints]) -> Floats:
    """Places x signs, of the likely places `at` among `every` one. `numbers`: where these begin and end."""
    bounds = np.append(every.kept.searchsorted(every.offsets), len(every.kept))
    owner = bounds.searchsorted(at.begin, side="right") - 1
    start, until = bounds[owner], bounds[owner + 1]
    crowd = np.bincount(bounds.searchsorted(every.begin, side="right") - 1, minlength=len(bounds) - 1)
    sure = np.bincount(owner[points > 0], minlength=len(bounds) - 1)
    told = np.flatnonzero(lore().pronoun[at.codes])
    columns = (
        points,
        crowd[owner],
        sure[owner],
        _likeliest_other(at, owner, points),
        _next(told, at.end, until),
        _next(numbers[0], at.end, until),
        _last(numbers[1], at.begin, start),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _next(positions: Ints, end: Ints, until: Ints) -> Ints:
    coming = np.append(positions, 1 << 40)[positions.searchsorted(end)]
    return np.where(coming < until, np.minimum(coming - end, _FAR), _FAR)


def _last(positions: Ints, begin: Ints, start: Ints) -> Ints:
    gone = np.append(-(1 << 40), positions)[positions.searchsorted(begin, side="right")]
    return np.where(gone > start, np.minimum(begin - gone, _FAR), _FAR)


def _likeliest_other(at: Places, owner: Ints, points: Floats) -> Floats:
    """By place, the points of the likeliest one of its text that neither laps over it nor says the same."""
    best = np.zeros(owner.max(initial=0) + 1, np.int64)
    order = points.argsort()
    best[owner[order]] = order  # the last stays
    likeliest = best[owner]
    apart = (at.end <= at.begin[likeliest]) | (at.begin >= at.end[likeliest])
    said = _said(at)
    apart &= said != said[likeliest]
    second = np.full(len(best), _NOBODY, points.dtype)
    np.maximum.at(second, owner[apart], points[apart])
    other: Floats = np.where(apart, points[likeliest], second[owner])
    return other


def _said(at: Places) -> npt.NDArray[np.int64]:
    third = np.where(at.end - at.begin > 2, at.codes[at.begin + 2], 0)
    said: Ints = (at.codes[at.begin] << 16 | at.codes[at.begin + 1]) << 16 | third
    return said
