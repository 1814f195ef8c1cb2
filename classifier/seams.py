"""What speaks for a seam between two matters, as numbers: for every clause of many texts at once.

What stands before and after it (`cohesion.py`); what the rules see; the length and place of it all; and all
that beside the other clauses of its text.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from classifier.clauses import Clauses, Sign, Stop, points_of
from classifier.cohesion import Around, Columns, Numbers, Sums, running, ties_across, topics
from classifier.features import Floats
from classifier.grams import Ints, Letters
from classifier.model import Model
from classifier.reading import Reading

LETTERS = 1 << 15  # slots of the table
_PREFIX = 3  # letters a clause begins with, hashed as one, two and three
_AFTER, _BEFORE = 10, 4  # pairs of letters to either side of the seam, wherever they stand
_MIX, _TOP = np.uint64(0x9E3779B97F4A7C15), np.uint64(49)


class Seams(NamedTuple):
    """Every clause but each text's first."""

    clause: Ints
    numbers: Floats  # seams x numbers
    letters: Ints  # seams x hashed letters around it, in a table of `LETTERS`
    told: Sums  # before each clause: the points of the rulebook's words in all texts


def seams(readings: Sequence[Reading], clauses: Clauses, model: Model) -> Seams:
    """The numbers of every seam; empty where every text is one clause."""
    texts = [reading.plain for reading in readings]
    right = np.flatnonzero(clauses.start > 0)
    place = Around(clauses, right)
    stretches = zip(clauses.owner.tolist(), clauses.start.tolist(), clauses.end.tolist(), strict=True)
    letters = Letters([texts[owner][start:end] for owner, start, end in stretches])
    points = points_of(readings, clauses, model.tops)
    subjects = topics(place, letters, points, model)
    ties = ties_across(place, letters, model)
    beside = [column for at in _BESIDE for column in _beside(subjects[at], place)]
    beside += _beside(ties[0], place)
    numbers = np.stack([*subjects, *ties, *_shape(place), *_rules(place), *beside], axis=1)
    return Seams(
        right, numbers.astype(np.float32), _letters(texts, clauses, right), running(points.sum(axis=1))
    )


_BESIDE = (
    0,
    6,
    7,
    8,
    14,
    15,
    16,
    17,
    20,
    25,
    26,
    31,
)  # of the topics' numbers, those that count beside the text's others


def _shape(place: Around) -> Columns:
    """Lengths of what is around the seam, and what it comes after."""
    clauses, right = place.clauses, place.right
    at, size, stop = clauses.start[right].astype(np.float64), place.size, clauses.stop
    sentence = np.cumsum((stop <= Stop.HALF) | (stop == Stop.GAP))
    letters = np.bincount(sentence, clauses.end - clauses.start)
    stops = np.bincount(clauses.owner, stop == Stop.FULL)[place.owner]
    return [
        np.log(at + 1),
        np.log(size - at + 1),
        np.log(size + 1),
        at / size,
        (at < 15) * 1.0,
        (size - at < 12) * 1.0,
        np.log(clauses.end[right] - at + 1),
        np.log(at - clauses.start[right - 1] + 1),
        np.log(letters[sentence[right]] + 1),
        np.log(letters[sentence[right - 1]] + 1),
        np.log(sentence[place.last - 1] - sentence[place.first] + 1),
        np.log((stops + 1) / size * 100),
        *((stop[right] == kind) * 1.0 for kind in Stop if kind != Stop.NOTHING),
    ]


def _rules(place: Around) -> Columns:
    """What the rules see; a mark counts all the more where there is no full stop."""
    signs, right = place.clauses.signs, place.right
    lists = running(signs[:, Sign.LISTED] * 1.0)
    listed = (lists[place.last] - lists[place.first] > 0) * 1.0
    seen, before = list(signs[right, : Sign.RULED].T * 1.0), signs[right - 1] * 1.0
    marked = signs[right, : Sign.TURN].any(axis=1)
    within = np.isin(place.clauses.stop[right], (Stop.COMMA, Stop.WORD, Stop.MARK)) * 1.0
    return [
        *seen,
        before[:, Sign.TURN],
        before[:, Sign.WISH],
        (place.clauses.announced[place.owner] > 0) * 1.0,
        listed,
        listed * (1 - seen[Sign.LISTED]),
        marked * within,
    ]


def _beside(column: Numbers, place: Around) -> Columns:
    """A number less the text's mean, least and most."""
    if not len(column):
        return [column] * 3
    values = column * 1.0
    sums = np.add.reduceat(values, place.begins) / place.counts
    least, most = np.minimum.reduceat(values, place.begins), np.maximum.reduceat(values, place.begins)
    return [values - np.repeat(which, place.counts) for which in (sums, least, most)]


def _letters(texts: Sequence[str], clauses: Clauses, right: Ints) -> Ints:
    """The first letters after the seam, the last two before it, and the pairs around it, by kind of stop."""
    pad = "\0" * (max(_AFTER, _BEFORE) + 1)
    joined = pad + "".join(text + pad for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(text) + len(pad) for text in texts), np.int64, len(texts))
    at = (np.cumsum(lengths) - lengths)[clauses.owner[right]] + clauses.start[right] + len(pad)
    stop = clauses.stop[right]
    hashed = ((stop <= Stop.HALF) | (stop == Stop.GAP)) + np.uint64(1)
    pairs = ((codes[:-1] + np.uint64(1)) * _MIX + codes[1:]) * _MIX
    ends = pairs[at - 3] + hashed * _MIX
    after = [pairs[at + place] + (hashed + np.uint64(2)) * _MIX for place in range(_AFTER)]
    before = [pairs[at - 2 - place] + (hashed + np.uint64(4)) * _MIX for place in range(_BEFORE)]
    found = []
    for place in range(_PREFIX):
        hashed = (hashed + codes[at + place]) * _MIX
        found.append(hashed)
    slots: Ints = (np.stack([*found, ends, *after, *before], axis=1) >> _TOP).astype(np.int64)
    return slots
