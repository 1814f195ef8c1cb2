"""What the wording of a whole text says of how many matters it has, wherever the words stand."""

from typing import NamedTuple

import numpy as np

from classifier.linear.features import Floats
from classifier.linear.grams import BITS, Indices, Ints, Letters

_TABLE_BITS = 16
TABLE = 1 << _TABLE_BITS  # slots of letters and pairs of them
# Letters that say nothing, which every text has besides: else a few short words would say the most.
_SILENT = 120
QUESTIONS = 2  # whether there are several matters; if so, whether there are more than two


class Wording(NamedTuple):
    """Of every letter of many texts, and of every pair of letters in one text, its text and its slot."""

    owners: Indices
    slots: Indices
    lengths: Ints  # letters by text

    def leaning(self, weights: Floats) -> Floats:
        """What all letters of each text weigh, on the mean: texts x questions.

        It only speaks against dividing: words of several matters make no seam where there is none.
        """
        weighed = weights.take(self.slots, axis=0)
        sums = [np.bincount(self.owners, column, len(self.lengths)) for column in weighed.T]
        leaning = (np.stack(sums, axis=1) * self.share[:, None]).astype(np.float32)
        return np.minimum(leaning, 0)

    @property
    def share(self) -> Floats:
        """Of each text, that one letter is."""
        share: Floats = (1 / (self.lengths + _SILENT)).astype(np.float32)
        return share


def wording(letters: Letters) -> Wording:
    """The wording of whole texts."""
    owners, (single, pairs, *_) = letters.owners, letters.slots
    within = np.flatnonzero(owners[1:] == owners[:-1])  # no pair reaches from one text into the next
    slots = np.concatenate([single, pairs.take(within)]) >> (BITS - _TABLE_BITS)
    return Wording(np.concatenate([owners, owners.take(within)]), slots, letters.lengths)
