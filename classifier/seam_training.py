"""Learns where matters part. scikit-learn finds the weights; what runs later is numpy."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression

from classifier.clauses import clauses_of
from classifier.model import Model
from classifier.reading import Reading
from classifier.rules import Splitting
from classifier.seams import LETTERS, Seams, seams
from classifier.shift import SeamModel

_PENALTY = 0.2  # the regression's C: of 0.05 to 0.2 the best in cross-validation
_STRETCH = 0.3  # of the numbers beside the letters
_LONG, _COUNTS_MORE = 130, 2.0  # a long text with one matter must not be cut: it counts as so many


class Told(NamedTuple):
    """A text and where its second and later matters begin."""

    reading: Reading
    begins: Sequence[int]
    weight: float = 1.0


class Examples(NamedTuple):
    """Seams and whether a matter begins there."""

    numbers: npt.NDArray[np.float32]
    letters: csr_matrix
    begins: npt.NDArray[np.bool_]
    weight: npt.NDArray[np.float64]


def examples(told: Sequence[Told], categories: Model, rules: Splitting) -> Examples:
    """Every seam of the texts."""
    readings = [one.reading for one in told]
    clauses = clauses_of(readings, rules)
    found = seams(readings, clauses, categories)
    owners, starts = clauses.owner[found.clause], clauses.start[found.clause]
    begins = [start in told[owner].begins for owner, start in zip(owners, starts, strict=True)]
    counts = np.array([_count(one) for one in told])
    return Examples(found.numbers, _matrix(found), np.array(begins), counts[owners])


def fit(parts: Sequence[Examples]) -> SeamModel:
    """The regression; what it does to the numbers first is folded into its weights."""
    numbers = np.vstack([part.numbers for part in parts])
    mean, scale = numbers.mean(axis=0), (numbers.std(axis=0) + 1e-6) / _STRETCH
    letters = vstack([part.letters for part in parts])
    matrix = hstack([csr_matrix((numbers - mean) / scale), letters])
    regression = LogisticRegression(C=_PENALTY, solver="liblinear", max_iter=300, random_state=0).fit(
        matrix.tocsr(),
        np.concatenate([part.begins for part in parts]),
        sample_weight=np.concatenate([part.weight for part in parts]),
    )
    found = regression.coef_[0]
    weights = found[: len(mean)] / scale
    return SeamModel(
        weights.astype(np.float32),
        found[len(mean) :].astype(np.float32),
        float(regression.intercept_[0] - weights @ mean),
    )


def _count(one: Told) -> float:
    return one.weight if one.begins or len(one.reading.plain) <= _LONG else _COUNTS_MORE


def _matrix(found: Seams) -> csr_matrix:
    rows = np.repeat(np.arange(len(found.letters)), found.letters.shape[1])
    ones = np.ones(len(rows), np.float32)
    return csr_matrix((ones, (rows, found.letters.ravel())), shape=(len(found.letters), LETTERS))
