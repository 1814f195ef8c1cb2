"""What stands before a clause and comes again after it, for every clause at once: lexical chains (Morris and
Hirst 1991), of pairs of letters and of the categories that the rulebook's words speak of.
"""

from typing import NamedTuple

import numpy as np

from classifier.linear.grams import SLOTS, Ints, Letters
from classifier.linear.model import Model
from classifier.splitting.clauses import Words
from classifier.splitting.cohesion import Around, Columns, Numbers, running

_RARE = 3.5  # how rare a bigram must be to tie two clauses
_UNKNOWN = 8.0  # rarity of those the model never saw
_LETTERS_REACH, _WORDS_REACH = 50, 70  # characters to either side that are near
_FEW_LETTERS, _FEW_WORDS = 10.0, 3.0  # rarity and points that are as good as none


class _Chains(NamedTuple):
    """What is said in all clauses, one entry each time, and from where to where it ties them."""

    clause: Ints
    weight: Numbers
    source: Ints  # the clause where something is said that comes again
    target: Ints  # the next clause where it comes
    strength: Numbers
    first: Ints  # the entries that are the first of their chain
    last: Ints

    def across(self, place: Around, start: Ints) -> Numbers:
        """How much ties what is before each seam to what is after, of the chains that reach from `start`."""
        size, held = len(place.far), np.flatnonzero(start <= self.target)
        begins = np.bincount(start[held], self.strength[held], size + 1)
        ends = np.bincount(self.target[held] + 1, self.strength[held], size + 1)
        return np.cumsum(begins - ends)[place.right]


def letters_again(place: Around, letters: Letters, model: Model) -> Columns:
    """How much of the rare pairs of letters before comes again after, near the seam and in all."""
    owners, slots = letters.owners, letters.slots[1]
    columns = model.column_of.take(slots)
    weight = model.rarity.take(columns, mode="clip")
    weight[columns >= len(model.rarity)] = _UNKNOWN
    rare = np.flatnonzero((weight > _RARE) & (owners[1:] == owners[:-1]))
    clause, pair = (of.take(rare).astype(np.int64) for of in (owners, slots))
    chains = _chains(place, clause, pair, weight.take(rare).astype(np.float64))
    return [tie for ties in _ties(place, chains, _LETTERS_REACH, _FEW_LETTERS) for tie in ties[:2]]


def words_again(place: Around, words: Words) -> Columns:
    """How much of the categories the words before speak of comes again after; how much of them is new, or
    gone for good."""
    chains = _chains(place, words.clause, words.category, words.weight)
    near, far = _ties(place, chains, _WORDS_REACH, _FEW_WORDS)
    said, new, gone = (
        running(np.bincount(chains.clause[part], chains.weight[part], len(place.far)))
        for part in (slice(None), chains.first, chains.last)
    )
    start, end = place.within(_WORDS_REACH)
    first, right, last = place.first, place.right, place.last
    own, own_new = said[right + 1] - said[right], new[right + 1] - new[right]
    new_near, new_far, gone_before = new[end] - new[right], new[last] - new[right], gone[right] - gone[first]
    points = [new_near, own_new, own - own_new, gone_before, new_far]
    points += [np.minimum(gone_before, new_far), np.minimum(gone_before, new_near)]
    points += [said[end] - said[right], said[right] - said[start]]
    return [*near, *far, *map(np.log1p, points)]


def _chains(place: Around, clause: Ints, key: Ints, weight: Numbers) -> _Chains:
    """Of entries whose keys are the same within one text; they come in the texts' order."""
    keys, order = _ordered(place.clauses.owner[clause] * SLOTS + key)
    new = np.diff(keys, prepend=-1, append=-1) != 0
    again = np.flatnonzero(~new[1:-1])
    source, target = order[again], order[again + 1]
    first, last = order[np.flatnonzero(new[:-1])], order[np.flatnonzero(new[1:])]
    return _Chains(clause, weight, clause[source], clause[target], weight[target], first, last)


def _ties(place: Around, chains: _Chains, reach: int, few: float) -> list[Columns]:
    """Beside what either side has, beside what is after, and in all: near the seam, and in the whole text."""
    total = running(np.bincount(chains.clause, chains.weight, len(place.far)))
    near_start = np.searchsorted(place.far, place.far - reach)[chains.target]
    before = total[place.right] - total[place.first]
    ties = []
    for start, end in (
        (np.maximum(chains.source + 1, near_start), place.within(reach)[1]),
        (chains.source + 1, place.last),
    ):
        across, after = chains.across(place, start), total[end] - total[place.right]
        beside = across / np.sqrt(np.minimum(before, after) + few)
        ties.append([beside, across / (after + few), np.log1p(np.maximum(across, 0))])
    return ties


def _ordered(keys: Ints) -> tuple[Ints, Ints]:
    """The keys sorted, and where each stood: in one number: so many times as fast as argsort."""
    bits = len(keys).bit_length()
    packed = np.sort((keys << bits) | np.arange(len(keys)))
    return packed >> bits, packed & ((1 << bits) - 1)
