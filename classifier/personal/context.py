"""What stands before and behind a place where a name might stand: leads, titles, what makes it a place's."""

from functools import cache

import numpy as np
import numpy.typing as npt

from classifier.linear.grams import Ints
from classifier.personal.lore import HAN, LEADS, lore

_MULTIPLY, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # odd constants of splitmix64
_LONGEST = 4  # characters of a lead that are looked at
_LEAD = np.arange(_LONGEST)
_TITLE = 2
_PLACE_REACH = 4  # characters behind a name in which what makes it a place's may begin
_AHEAD = np.arange(_PLACE_REACH + 1)[:, None]


def hashed(keys: npt.NDArray[np.int64], bits: int) -> Ints:
    """A slot of `bits` bits for every key."""
    mixed = keys.astype(np.uint64) * _MULTIPLY
    slots: Ints = ((mixed ^ (mixed >> np.uint64(29))) * _MIX >> np.uint64(64 - bits)).astype(np.int64)
    return slots


def lead_before(codes: Ints, begin: Ints, apart: npt.NDArray[np.bool_]) -> Ints:
    """The kind of the longest lead right before, or (by three more) before what may stand between."""
    keys = codes[np.concatenate([begin, begin - 1]) - 1 - _LEAD[:, None]]
    for length in range(1, _LONGEST):
        keys[length] |= keys[length - 1] << 16
    kinds = _lead_table()[hashed(keys, 16)].astype(np.int64)
    longest = kinds[0]
    for longer in kinds[1:]:
        np.copyto(longest, longer, where=longer > 0)
    near, far = longest[: len(begin)], longest[len(begin) :]
    return np.where(near > 0, near, np.where(apart & (far > 0), far + len(LEADS), 0))


@cache
def _lead_table() -> npt.NDArray[np.uint8]:
    table = np.zeros(1 << 16, np.uint8)
    for kind, words in reversed(list(enumerate(lore().leads.values(), 1))):
        for word in words:
            table[hashed(np.array([_key(word[: -_LONGEST - 1 : -1])]), 16)] = kind
    return table


def place_ahead(codes: Ints, end: Ints) -> Ints:
    """How far behind the place a place's or a firm's name ends, from 1; 0 if it does not. And if here."""
    ahead, ends = codes[end + _AHEAD], lore().place_ends
    worded = _place_words()[hashed(ahead[:-1] << 16 | ahead[1:], 16)]
    there = np.logical_and.accumulate(_of_a_place()[ahead[:-1]]) & (worded | (ends[ahead[:-1]] > 0))
    first = there.argmax(axis=0)
    found: Ints = there.any(axis=0) * (1 + first + _PLACE_REACH * worded[first, np.arange(len(end))])
    return found + 16 * ends[codes[end - 1]].astype(np.int64)


@cache
def _of_a_place() -> npt.NDArray[np.bool_]:
    """The characters a place's name may go on with."""
    known = lore()
    goes_on: npt.NDArray[np.bool_] = (known.kind == HAN) & (known.never == 0) & (known.then == 0)
    return goes_on


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
