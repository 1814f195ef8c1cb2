"""Character n-grams of many texts at once, hashed in numpy: no vocabulary, no loop over characters."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
SIZES = (1, 2, 3)
BITS = 21  # of a slot: two million, so that of the grams a model knows hardly any share one
SLOTS = 1 << BITS
_MULTIPLY, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # odd constants of splitmix64
_FOLD, _TOP = np.uint64(29), np.uint64(64 - BITS)


class Stretch(NamedTuple):
    """A part of one text."""

    text: int
    start: int
    end: int


class Grams(NamedTuple):
    """One entry a gram's place in a text or a stretch of one, by size, then by place."""

    texts: Ints  # the index of its text or stretch
    slots: Ints
    places: Ints  # of its first letter in all of them end to end
    of_size: tuple[int, ...]  # how many there are of each of `SIZES`
    size: int  # how many texts or stretches

    @property
    def sizes(self) -> Ints:
        return np.repeat(SIZES, self.of_size)


class Letters:
    """Texts end to end, every n-gram hashed once for all who read them or stretches of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(
            np.uint64
        )
        self._lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        self._starts = np.cumsum(self._lengths) - self._lengths
        hashed, self._slots = np.zeros(len(codes), np.uint64), []
        for size in SIZES:
            hashed = (hashed[: max(0, len(codes) - size + 1)] + np.uint64(size)) * _MULTIPLY + codes[
                size - 1 :
            ]
            self._slots.append(((hashed ^ (hashed >> _FOLD)) * _MIX >> _TOP).astype(np.int64))

    def grams(self) -> Grams:
        """Of every text. None reaches from one text into the next."""
        return self._within(self._starts, self._lengths)

    def of(self, stretches: Sequence[Stretch]) -> Grams:
        """Of stretches only."""
        texts, starts, ends = np.array(stretches, np.int64).reshape(-1, 3).T
        return self._within(self._starts[texts] + starts, ends - starts)

    def _within(self, starts: Ints, lengths: Ints) -> Grams:
        owners = np.repeat(np.arange(len(lengths)), lengths)
        ends = np.cumsum(lengths)
        left = np.repeat(ends, lengths) - np.arange(len(owners))
        places = np.repeat(starts + lengths, lengths) - left
        whole = [np.flatnonzero(left >= size) for size in SIZES]
        found = [hashed.take(places.take(at)) for hashed, at in zip(self._slots, whole, strict=True)]
        first = np.concatenate(whole)
        return Grams(
            texts=owners.take(first),
            slots=np.concatenate(found),
            places=first,
            of_size=tuple(map(len, whole)),
            size=len(lengths),
        )


def hash_grams(texts: Sequence[str]) -> Grams:
    """Every n-gram of every text."""
    return Letters(texts).grams()
