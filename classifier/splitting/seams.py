"""What speaks for a seam between two matters, as numbers: for every clause of many texts at once.

What stands before and after it (`cohesion.py`, `chains.py`); what the rules see; the length and place of it
all; and all that beside the other clauses of its text.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from classifier.linear.features import Floats
from classifier.linear.grams import Ints, Letters
from classifier.linear.model import Model
from classifier.reading import Reading
from classifier.splitting.chains import letters_again, words_again
from classifier.splitting.clauses import BEGINS_SENTENCE, Clauses, Sign, Stop, points_of, words_of
from classifier.splitting.cohesion import Around, Columns, Sums, running, topics
from classifier.splitting.wording import Wording, wording

LETTERS = 1 << 15  # slots of the table
_PREFIX = 3  # letters a clause begins with, hashed as one, two and three
_AFTER, _BEFORE = 10, 4  # letters and pairs of them to either side of the seam, wherever they stand
_AROUND = np.array([-3, *range(_AFTER), *(-2 - place for place in range(_BEFORE))])
_APART = np.array([0, *[2] * _AFTER, *[4] * _BEFORE], np.uint64)  # so that they are told apart
_SINGLE = np.array([*range(_AFTER), *(-1 - place for place in range(_BEFORE))])
_SINGLE_APART = np.array([*[6] * _AFTER, *[8] * _BEFORE], np.uint64)
# By kind of stop: whether a sentence begins, whether one goes on, and what that adds to the letters' hash.
_STOPS = np.array([kind for kind in Stop if kind != Stop.NOTHING])[:, None]
_WITHIN_SENTENCE = np.isin(list(Stop), (Stop.COMMA, Stop.WORD, Stop.MARK))
_SALT = BEGINS_SENTENCE + np.uint64(1)
_WIDE = dict(zip(map(ord, ",:;?!"), map(ord, "，：；？！"), strict=True))
_MIX, _TOP = np.uint64(0x9E3779B97F4A7C15), np.uint64(49)


class Seams(NamedTuple):
    """Every clause but each text's first."""

    clause: Ints
    numbers: Floats  # seams x numbers
    letters: Ints  # seams x hashed letters around it, in a table of `LETTERS`
    told: Sums  # before each clause: the points of the rulebook's words in all texts
    wording: Wording


def seams(readings: Sequence[Reading], clauses: Clauses, model: Model) -> Seams:
    """The numbers of every seam; empty where every text is one clause."""
    texts = [reading.plain for reading in readings]
    right = np.flatnonzero(clauses.start > 0)
    place, whole = Around(clauses, right), Letters(texts)
    letters = whole.divided(clauses.end - clauses.start)
    words = words_of(readings, clauses)
    points = points_of(words, clauses, model.tops)
    subjects = topics(place, letters, points, model)
    ties = [*letters_again(place, letters, model), *words_again(place, words)]
    compared = _side_by_side([*(subjects[at] for at in _BESIDE), ties[0]])
    numbers = [*subjects, *ties, *_shape(place), *_rules(place), *_beside(compared, place)]
    around, told = _letters(texts, clauses, right), running(points.sum(axis=1))
    return Seams(right, _side_by_side(numbers).T, around, told, wording(whole))


def _side_by_side(columns: Columns) -> Floats:
    """Numbers x seams: many times as fast as a stack of so many."""
    joined: Floats = np.concatenate(columns, dtype=np.float32, casting="same_kind")
    return joined.reshape(len(columns), -1)


# Of the topics' numbers, those that count beside the text's others.
_BESIDE = (0, 6, 7, 8, 14, 15, 16, 17, 20, 25, 26, 31)


def _shape(place: Around) -> Columns:
    """Lengths of what is around the seam, and what it comes after."""
    clauses, right = place.clauses, place.right
    at, size, stop = clauses.start[right], place.size, clauses.stop
    sentence = np.cumsum(BEGINS_SENTENCE[stop])
    letters = np.bincount(sentence, clauses.end - clauses.start)
    stops = np.bincount(clauses.owner, stop == Stop.FULL)[place.owner]
    after, before = sentence[right], sentence[right - 1]
    lengths = (
        *(at, size - at, size, clauses.end[right] - at, at - clauses.start[right - 1]),
        *(letters[after], letters[before], sentence[place.last - 1] - sentence[place.first]),
    )
    logs = np.log(np.concatenate(lengths) + 1.0).reshape(len(lengths), -1)
    return [
        *logs[:3],
        at / size,
        at < 15,
        size - at < 12,
        *logs[3:],
        np.log((stops + 1) / size * 100),
        *(stop[right] == _STOPS),
    ]


def _rules(place: Around) -> Columns:
    """What the rules see; a mark counts all the more where there is no full stop."""
    signs, right = place.clauses.signs, place.right
    lists = running(signs[:, Sign.LISTED])
    listed = lists[place.last] > lists[place.first]
    seen, before = signs[right].T, signs[right - 1].T
    marked = seen[Sign.LISTED] | seen[Sign.ITEM] | seen[Sign.SWITCH]
    return [
        *seen[: Sign.RULED],
        before[Sign.TURN],
        before[Sign.WISH],
        place.clauses.announced[place.owner] > 0,
        listed,
        listed & ~seen[Sign.LISTED],
        marked & _WITHIN_SENTENCE[place.clauses.stop[right]],
    ]


def _beside(numbers: Floats, place: Around) -> Columns:
    """Each number less the text's mean, least and most."""
    if not len(place.begins):
        return [numbers[0]] * (3 * len(numbers))
    sums = np.add.reduceat(numbers, place.begins, axis=1, dtype=np.float64) / place.counts
    least, most = (which.reduceat(numbers, place.begins, axis=1) for which in (np.minimum, np.maximum))
    of_text = np.repeat(np.stack([sums, least, most], axis=1), place.counts, axis=2)
    beside: Columns = (numbers[:, None] - of_text).reshape(-1, numbers.shape[1])
    return beside


def _letters(texts: Sequence[str], clauses: Clauses, right: Ints) -> Ints:
    """The first letters after the seam, the last two before it, and those around it, by kind of stop."""
    pad = "\0" * (max(_AFTER, _BEFORE) + 1)
    joined = pad + "".join(text + pad for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(text) + len(pad) for text in texts), np.int64, len(texts))
    at = (np.cumsum(lengths) - lengths)[clauses.owner[right]] + clauses.start[right] + len(pad)
    for half, wide in _WIDE.items():
        codes[codes == half] = wide
    salt = _SALT[clauses.stop[right]]
    pairs = ((codes[:-1] + np.uint64(1)) * _MIX + codes[1:]) * _MIX
    around = pairs[at[:, None] + _AROUND] + (salt[:, None] + _APART) * _MIX
    single = (codes + np.uint64(3)) * _MIX
    lone = single[at[:, None] + _SINGLE] + (salt[:, None] + _SINGLE_APART) * _MIX
    found = []
    for place in range(_PREFIX):
        salt = (salt + codes[at + place]) * _MIX
        found.append(salt)
    slots: Ints = (np.concatenate([np.stack(found, axis=1), around, lone], axis=1) >> _TOP).astype(np.int64)
    return slots
