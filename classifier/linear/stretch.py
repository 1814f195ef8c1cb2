"""The worst stretch of a long text: one dangerous sentence is outvoted by a letter's calm rest."""

from typing import NamedTuple

import numpy as np

from classifier.linear.features import Floats, Known
from classifier.linear.grams import Ints, Letters
from classifier.linear.model import Model

STRETCH = 90  # letters: of 30 to 90 the best, and two sentences of a letter
_LONG = 120  # letters from which on a text is more than its worst stretch
_NOTHING = 1e-3  # a stretch of signs the model does not know has no length


class Sides(NamedTuple):
    """The two labels between which a text stands, by their index in the first level."""

    of: int
    against: int


def leaning(
    model: Model, known: Known, margins: Floats, letters: Letters, sizes: Ints, sides: Sides
) -> Floats:
    """By how much each text is on one side rather than the other; a long one as its worst stretch is too.

    `margins` are those of the whole texts, `sizes` how many of their first letters may be in a stretch.
    """
    whole: Floats = margins[:, sides.of] - margins[:, sides.against]
    long = np.flatnonzero(sizes >= _LONG)
    if long.size:
        bias = model.bias[sides.of] - model.bias[sides.against]
        whole[long] = (whole[long] + _worst(model, known, letters, sizes, sides)[long] + bias) / 2
    return whole


def _worst(model: Model, known: Known, letters: Letters, sizes: Ints, sides: Sides) -> Floats:
    """The highest of all stretches of each text; -inf where it has none."""
    rarity = model.rarity.take(known.columns)
    weights = model.weights.take(known.columns, axis=0)
    pulls = (weights[:, sides.of] - weights[:, sides.against]) * rarity
    within = np.flatnonzero(letters.ends(sizes) - np.arange(len(letters.owners)) >= STRETCH)
    pulled, squared = (
        _sums(known.places, of, len(letters.owners), within) for of in (pulls, rarity * rarity)
    )
    worst, owners = np.full(len(sizes), -np.inf, np.float32), letters.owners.take(within)
    begins = np.flatnonzero(np.diff(owners, prepend=-1))
    leans = (pulled / np.sqrt(np.maximum(squared, _NOTHING))).astype(np.float32)
    worst[owners.take(begins)] = np.maximum.reduceat(leans, begins) if len(begins) else ()
    return worst


def _sums(places: Ints, values: Floats, size: int, starts: Ints) -> Floats:
    """The sum of the values at each stretch's places."""
    until = np.concatenate([[0], np.cumsum(np.bincount(places, values, minlength=size))])
    summed: Floats = until.take(starts + STRETCH) - until.take(starts)
    return summed
