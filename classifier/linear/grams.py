"""Character n-grams of many texts at once, hashed in numpy: no vocabulary, no loop over characters."""

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int32]  # half the memory, and so about half the time
SIZES = (1, 2, 3)
BITS = 21  # of a slot: two million, so that of the grams a model knows hardly any share one
SLOTS = 1 << BITS
_MULTIPLY, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # odd constants of splitmix64
_FOLD, _TOP = np.uint64(29), np.uint64(64 - BITS)


class Letters:
    """Texts end to end, every n-gram of them hashed once, for all models that read them."""

    def __init__(self, texts: Sequence[str]) -> None:
        codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(
            np.uint64
        )
        self._divide(np.fromiter(map(len, texts), np.int64, len(texts)))
        self.slots: list[Indices] = []  # by size, of the gram that begins at each letter
        hashed = np.zeros(len(codes), np.uint64)
        for size in SIZES:
            hashed = (hashed[: max(0, len(codes) - size + 1)] + np.uint64(size)) * _MULTIPLY + codes[
                size - 1 :
            ]
            self.slots.append(((hashed ^ (hashed >> _FOLD)) * _MIX >> _TOP).astype(np.int32))

    def _divide(self, lengths: Ints) -> None:
        self.lengths = lengths
        self.bounds: Ints = np.concatenate([[0], lengths.cumsum()])  # where each begins, and the end
        owners = np.arange(len(lengths), dtype=np.int32)
        self.owners: Indices = owners.repeat(lengths)  # of each letter

    def divided(self, lengths: Ints) -> "Letters":
        """The same letters as texts of other lengths."""
        other = copy(self)
        other._divide(lengths)
        return other

    def ends(self, limits: Ints | None = None) -> Ints:
        """For each letter, where grams that begin there must end: with their text or its limit."""
        ends: Ints = np.repeat(self.bounds[:-1] + (self.lengths if limits is None else limits), self.lengths)
        return ends


class Grams(NamedTuple):
    """One entry a gram's place in a text: the text's index and the gram's slot."""

    texts: Indices
    slots: Indices
    size: int  # how many texts


def hash_grams(texts: Sequence[str]) -> Grams:
    """Every n-gram of every text, by size, then by place. None reaches from one text into the next."""
    letters = Letters(texts)
    left = letters.ends() - np.arange(len(letters.owners))
    whole = [np.flatnonzero(left >= size) for size in SIZES]
    slots = [slots.take(at) for slots, at in zip(letters.slots, whole, strict=True)]
    return Grams(letters.owners.take(np.concatenate(whole)), np.concatenate(slots), len(texts))
