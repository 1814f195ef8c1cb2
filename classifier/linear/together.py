"""Labels of which a text may have several: how likely each is, by its margin and by what goes together."""

from functools import cache
from itertools import combinations

import numpy as np

from classifier.linear.features import Floats
from classifier.linear.model import softmax

_MOST = 3  # labels of one text: of 9,343 dangerous ones none has more
_HIGHEST = 0.2  # of 0 to 0.4 the best at as many looks at ordinary letters


def leaning_with(leanings: Floats, margins: Floats) -> Floats:
    """By how much each text leans to having any label, as itself and as its likeliest label say.

    What is dangerous in seven ways is more than one line can part from the rest.
    """
    both: Floats = leanings + np.float32(_HIGHEST) * margins.max(axis=1)
    return both


@cache
def sets_of(count: int) -> Floats:
    """Every set of one to three of so many labels: sets x labels, 1 where it has the label."""
    some = [own for size in range(1, _MOST + 1) for own in combinations(range(count), size)]
    sets = np.zeros((len(some), count), np.float32)
    for row, own in enumerate(some):
        sets[row, own] = 1
    return sets


def chances_of_sets(margins: Floats, ties: Floats | None) -> Floats:
    """Texts x sets: a set's score is the sum of its labels' margins and of the ties between them (Ising).

    `margins` are texts x labels, `ties` labels x labels, each pair's above the diagonal; None: all are 0.
    """
    sets = sets_of(margins.shape[1])
    tied = 0 if ties is None else ((sets @ ties) * sets).sum(axis=1)
    return softmax(margins @ sets.T + tied)


def chances_of_labels(margins: Floats, ties: Floats | None) -> Floats:
    """Texts x labels: the chance that each is one of the text's own."""
    each: Floats = chances_of_sets(margins, ties) @ sets_of(margins.shape[1])
    return each
