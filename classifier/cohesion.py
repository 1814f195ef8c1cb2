"""How far what stands before a clause and what stands after it are about the same, for every clause at once.

Their subjects, as the category model and the rulebook's words see them, and the pairs of letters that come
again (lexical chains, Morris and Hirst 1991).
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.clauses import FAR, Clauses
from classifier.features import Floats, summed
from classifier.grams import SLOTS, Ints, Letters
from classifier.model import Model

_NEAR, _CLOSE = 70, 50  # characters to either side
_RARE = 3.5  # how rare a bigram must be to tie two clauses
_UNKNOWN = 8.0  # rarity of those the model never saw
_LONGEST = 3  # edges of the single letters and the pairs
_FEW = 10.0  # rarity that is as good as none
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


class _Run(NamedTuple):
    """What each of many runs of clauses is about."""

    pull: Floats  # towards each subject
    square: Floats
    points: Floats  # of the rulebook's words, by subject
    chances: Floats
    subject: Ints  # the likeliest


class _Weight:
    """What the model makes of any run of clauses, of single letters and pairs only: faster, and no worse."""

    def __init__(self, letters: Letters, points: Numbers, model: Model) -> None:
        count, size, known = len(model.tops), len(letters.lengths), model.known(letters)
        margins, norms = np.zeros((size, count)), np.zeros(size)
        for start, end in pairwise(known.edges[:_LONGEST]):
            if start == end:
                continue
            columns, clause = known.columns[start:end], known.texts[start:end]
            begins = np.flatnonzero(np.diff(clause, prepend=-1))
            weight = model.rarity.take(columns)
            margins[clause[begins]] += summed(model.pull, columns, begins)
            norms += np.bincount(clause, weight * weight, minlength=size)
        self._sums, self._norms = running(np.hstack([margins, points])), running(norms)
        self._bias, self._sharpness = model.bias, np.float32(model.sharpness)
        self._cue_weight, self._count = np.float32(model.cue_weight), count

    def up_to(self, clause: Ints) -> tuple[Numbers, Numbers]:
        """The sums of all clauses before each of these: two of them make a run."""
        return self._sums.take(clause, axis=0), self._norms.take(clause)

    def run(self, start: tuple[Numbers, Numbers], end: tuple[Numbers, Numbers]) -> _Run:
        """Of the clauses from `start` to before `end`."""
        length = np.sqrt(np.maximum(end[1] - start[1], 1e-6))
        whole = (end[0] - start[0]).astype(np.float32)
        pull = whole[:, : self._count] / length.astype(np.float32)[:, None]
        points = whole[:, self._count :]
        margins = pull + self._bias + self._cue_weight * points
        raised = np.exp(np.minimum(margins * self._sharpness, _HIGHEST))
        chances = raised / raised.sum(axis=1, keepdims=True)
        return _Run(pull, np.einsum("ij,ij->i", pull, pull), points, chances, chances.argmax(axis=1))


def running(values: npt.NDArray[Any]) -> Sums:
    """Sums of all before each place, so that those of any run are one subtraction."""
    return np.concatenate([np.zeros((1, *values.shape[1:]), values.dtype), np.cumsum(values, axis=0)])


def topics(place: Around, letters: Letters, points: Numbers, model: Model) -> Columns:
    """What the clauses near the seam and all of them are about, on either side."""
    weight = _Weight(letters, points, model)
    edges = (*place.within(_NEAR), place.first, place.right, place.last)
    start, end, first, right, last = map(weight.up_to, edges)
    before, after = weight.run(start, right), weight.run(right, end)
    all_before, all_after = weight.run(first, right), weight.run(right, last)
    own = points.take(place.right, axis=0)
    return [
        *_pair(before, after),
        *_pair(all_before, all_after),
        *_alike(all_before, after),
        *_told(before.points, after.points),
        *_told(all_before.points, all_after.points),
        np.log1p(np.where(all_before.points == 0, own, 0).max(axis=1)),
        np.log1p(np.where(all_before.points > 0, own, 0).max(axis=1)),
    ]


def _told(before: Floats, after: Floats) -> Columns:
    """How far the rulebook's words on either side are the same; the most of each, of what one alone has."""
    common = np.einsum("ij,ij->i", before, after)
    squares = np.einsum("ij,ij->i", before, before) * np.einsum("ij,ij->i", after, after)
    gone = np.where(after == 0, before, 0).max(axis=1)
    new = np.where(before == 0, after, 0).max(axis=1)
    most = (before.max(axis=1), after.max(axis=1), gone, new, np.minimum(gone, new))
    return [common / np.sqrt(squares + 1e-9), *map(np.log1p, most)]


def _pair(before: _Run, after: _Run) -> Columns:
    common, cosine, kept, known = _alike(before, after)
    rows = np.arange(len(before.subject))
    left, right = before.chances[rows, before.subject], after.chances[rows, after.subject]
    same = before.subject == after.subject
    return [common, same, kept, known, left, right, np.minimum(left, right) * (1 - common), cosine]


def _alike(before: _Run, after: _Run) -> Columns:
    """Bhattacharyya coefficient, cosine, and what each side gives the other's subject."""
    rows = np.arange(len(before.pull))
    return [
        np.einsum("ij,ij->i", np.sqrt(before.chances), np.sqrt(after.chances)),
        np.einsum("ij,ij->i", before.pull, after.pull) / np.sqrt(before.square * after.square + 1e-9),
        after.chances[rows, before.subject],
        before.chances[rows, after.subject],
    ]


def ties_across(place: Around, letters: Letters, model: Model) -> Columns:
    """How much of what stands before comes again after, near the seam and in all."""
    size = len(letters.lengths)
    pairs = np.flatnonzero(np.arange(2, len(letters.owners) + 1) <= letters.ends()[:-1])
    slots = letters.slots[1].take(pairs)
    columns = model.column_of.take(slots)
    known = columns < len(model.rarity)
    weight = np.where(known, model.rarity.take(columns, mode="clip"), _UNKNOWN)
    rare = np.flatnonzero(weight > _RARE)
    clause, weight = letters.owners.take(pairs[rare]), weight[rare].astype(np.float64)
    keys = place.clauses.owner[clause] * SLOTS + slots[rare]
    keys, order = _ordered(keys)
    again = np.flatnonzero(np.diff(keys) == 0)
    source, target, strength = clause[order[again]], clause[order[again + 1]], weight[order[again + 1]]
    total = running(np.bincount(clause, weight, minlength=size))
    near_start = np.searchsorted(place.far, place.far - _CLOSE)[target]
    ties: Columns = []
    for start, end in (
        (np.maximum(source + 1, near_start), place.within(_CLOSE)[1]),
        (source + 1, place.last),
    ):
        held = np.flatnonzero(start <= target)
        steps = np.bincount(start[held], strength[held], size + 1) - np.bincount(
            target[held] + 1, strength[held], size + 1
        )
        across = np.cumsum(steps)[place.right]
        before = total[place.right] - total[place.first]
        after = total[end] - total[place.right]
        ties += [across / np.sqrt(np.minimum(before, after) + _FEW), across / (after + _FEW)]
    return ties


def _ordered(keys: Ints) -> tuple[Ints, Ints]:
    """The keys sorted, and where each stood: in one number: so many times as fast as argsort."""
    bits = len(keys).bit_length()
    packed = np.sort((keys << bits) | np.arange(len(keys)))
    return packed >> bits, packed & ((1 << bits) - 1)
