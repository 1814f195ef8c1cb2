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


class Grams(NamedTuple):
    """One entry a gram's place in a text: the text's index and the gram's slot."""

    texts: Ints
    slots: Ints


def hash_grams(texts: Sequence[str]) -> Grams:
    """Every n-gram of every text, by size, then by place. Grams never reach from one text into the next."""
    codes = np.frombuffer("\0".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    owner = np.repeat(np.arange(len(texts)), lengths)[: len(codes)]
    left = np.repeat(np.cumsum(lengths), lengths)[: len(codes)] - np.arange(1, len(codes) + 1)
    hashed, parts = np.zeros(len(codes), np.uint64), []
    for size in range(1, max(SIZES) + 1):
        here = len(codes) - size + 1
        hashed = (hashed[:here] + np.uint64(size)) * _MULTIPLY + codes[size - 1 :]
        if size in SIZES and here > 0:
            whole = left[:here] >= size
            mixed = hashed[whole]
            parts.append((owner[:here][whole], ((mixed ^ (mixed >> _FOLD)) * _MIX >> _TOP).astype(np.int64)))
    if not parts:
        return Grams(np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Grams(np.concatenate([own for own, _ in parts]), np.concatenate([slots for _, slots in parts]))
