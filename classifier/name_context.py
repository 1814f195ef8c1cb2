"""What stands before and behind a place where a name might stand: leads, titles, what makes it a place's."""

from functools import cache

import numpy as np
import numpy.typing as npt

from classifier.grams import Ints
from classifier.lore import HAN, LEADS, lore

_MULTIPLY, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # odd constants of splitmix64
_LONGEST = 4  # characters of a lead that are looked at
_TITLE = 2
_PLACE_REACH = 4  # characters behind a name in which what makes it a place's may begin


def hashed(keys: npt.NDArray[np.int64], bits: int) -> Ints:
    """A slot of `bits` bits for every key."""
    mixed = keys.astype(np.uint64) * _MULTIPLY
    slots: Ints = ((mixed ^ (mixed >> np.uint64(29))) * _MIX >> np.uint64(64 - bits)).astype(np.int64)
    return slots


def lead_before(codes: Ints, begin: Ints, apart: npt.NDArray[np.bool_]) -> Ints:
    """The kind of the longest lead right before, or (by three more) before what may stand between."""
    near, far = (_leads_at(codes, place) for place in (begin, begin - 1))
    return np.where(near > 0, near, np.where(apart & (far > 0), far + len(LEADS), 0))


def _leads_at(codes: Ints, at: Ints) -> Ints:
    found, table = np.zeros(len(at), np.int64), _lead_table()
    key = np.zeros(len(at), np.int64)
    for length in range(1, _LONGEST + 1):
        key = key << 16 | codes[at - length]
        kinds = table[hashed(key, 16)]
        found = np.where(kinds > 0, kinds, found)
    return found


@cache
def _lead_table() -> npt.NDArray[np.uint8]:
    table = np.zeros(1 << 16, np.uint8)
    for kind, words in reversed(list(enumerate(lore().leads.values(), 1))):
        for word in words:
            table[hashed(np.array([_key(word[: -_LONGEST - 1 : -1])]), 16)] = kind
    return table


def place_ahead(codes: Ints, end: Ints) -> Ints:
    """How far behind the place a place's or a firm's name ends, from 1; 0 if it does not. And if here."""
    known, table = lore(), _place_words()
    found = np.zeros(len(end), np.int64)
    running = np.ones(len(end), bool)
    for ahead in range(_PLACE_REACH):
        at = codes[end + ahead]
        running &= (known.kind[at] == HAN) & (known.never[at] == 0) & (known.then[at] == 0)
        worded = table[hashed(at << 16 | codes[end + ahead + 1], 16)]
        ends = running & ((known.place_ends[at] > 0) | worded)
        found = np.where(ends & (found == 0), 1 + ahead + _PLACE_REACH * worded, found)
    return found + 16 * known.place_ends[codes[end - 1]].astype(np.int64)


@cache
def _place_words() -> npt.NDArray[np.bool_]:
    table = np.zeros(1 << 16, bool)
    table[hashed(np.array([_key(word) for word in lore().place_words]), 16)] = True
    return table


def titled(codes: Ints, end: Ints) -> npt.NDArray[np.bool_]:
    """Whether what people are called behind their name stands there."""
    table = _title_table()
    one, two = codes[end], codes[end] << 16 | codes[end + 1]
    return table[hashed(one, 16)] | table[hashed(two, 16)]


@cache
def _title_table() -> npt.NDArray[np.bool_]:
    table = np.zeros(1 << 16, bool)
    table[hashed(np.array([_key(word[:_TITLE]) for word in lore().titles]), 16)] = True
    return table


def _key(characters: str) -> int:
    key = 0
    for character in characters:
        key = key << 16 | ord(character)
    return key - (1 << 64) if key >= 1 << 63 else key
