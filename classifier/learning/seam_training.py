"""Learns where matters part. scikit-learn and scipy find the weights; what runs later is numpy."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression

from classifier.learning.wording_training import fit_wording
from classifier.linear.features import Floats
from classifier.linear.model import Model
from classifier.reading import Reading
from classifier.rulebook.rules import SplittingRules
from classifier.splitting.clauses import Clauses, clauses_of
from classifier.splitting.dividing import SeamModel
from classifier.splitting.seams import LETTERS, Seams, seams
from classifier.splitting.ways import SIGNS, Ways

_PENALTY = 0.2  # the regression's C: of 0.05 to 0.2 the best in cross-validation
_STRETCH = 0.5  # of the numbers beside the letters
_LONG, _COUNTS_MORE = 130, 2.0  # a long text with one matter must not be cut: it counts as so many
_RIDGE = 3.0  # of the ways' weights: of 1 to 30 the best in cross-validation


class Told(NamedTuple):
    """A text and where its second and later matters begin."""

    reading: Reading
    begins: Sequence[int]
    weight: float = 1.0
    made_up: bool = False  # of others: it shows how matters begin and end, not how people tell them


class Examples(NamedTuple):
    """The seams of many texts, and whether a matter begins there."""

    told: Sequence[Told]
    clauses: Clauses
    found: Seams
    begins: npt.NDArray[np.bool_]
    weight: npt.NDArray[np.float64]


def examples(told: Sequence[Told], categories: Model, rules: SplittingRules) -> Examples:
    """Every seam of the texts."""
    readings = [one.reading for one in told]
    clauses = clauses_of(readings, rules)
    found = seams(readings, clauses, categories)
    owners, starts = clauses.owner[found.clause], clauses.start[found.clause]
    begins = [start in told[owner].begins for owner, start in zip(owners, starts, strict=True)]
    counts = np.array([_count(one) for one in told])
    return Examples(told, clauses, found, np.array(begins), counts[owners])


def fit(parts: Sequence[Examples], rules: SplittingRules) -> SeamModel:
    """The seams' weights from all parts; the ways', from what the seams of the others say of each part."""
    ways, counts = [], []
    for part in parts:
        others = _fit_seams([other for other in parts if other is not part])
        every = others.ways_of(part.found, part.clauses, rules)
        real = [(way, len(one.begins)) for way, one in zip(every, part.told, strict=True) if not one.made_up]
        ways += [way for way, _ in real]
        counts += [count for _, count in real]
    return replace(_fit_seams(parts), ways=_fit_ways(ways, counts))


def _fit_seams(parts: Sequence[Examples]) -> SeamModel:
    """The regression; what it does to the numbers first is folded into its weights."""
    numbers = np.vstack([part.found.numbers for part in parts])
    mean, scale = numbers.mean(axis=0), (numbers.std(axis=0) + 1e-6) / _STRETCH
    letters = vstack([_matrix(part.found) for part in parts])
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
        _fit_wording(parts),
        np.zeros(SIGNS, np.float32),
    )


def _fit_wording(parts: Sequence[Examples]) -> Floats:
    told = [one for part in parts for one in part.told]
    counts = np.array([len(one.begins) for one in told])
    weight = np.array([one.weight for one in told])
    return fit_wording([part.found.wording for part in parts], counts, weight)


def _fit_ways(ways: Sequence[Ways], counts: Sequence[int]) -> Floats:
    """By what each sign must be multiplied so that the right number of seams is the likeliest (conditional
    logit, McFadden 1974)."""
    signs = np.array([row for way in ways for row in way.signs])
    scale = signs.std(axis=0) + 1e-6
    signs /= scale
    begins = np.cumsum([0, *(len(way.signs) for way in ways)])[:-1]
    owner = np.repeat(np.arange(len(ways)), [len(way.signs) for way in ways])
    right = begins + [min(count, len(way.seams)) for way, count in zip(ways, counts, strict=True)]

    def surprise(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        worth = signs @ weights
        worth -= np.maximum.reduceat(worth, begins)[owner]
        chances = np.exp(worth) / np.add.reduceat(np.exp(worth), begins)[owner]
        slope = signs.T @ chances - signs[right].sum(axis=0) + 2 * _RIDGE * weights
        return float(_RIDGE * weights @ weights - np.log(chances[right]).sum()), slope

    found = minimize(surprise, np.zeros(SIGNS), jac=True, method="L-BFGS-B").x
    weights: Floats = (found / scale).astype(np.float32)
    return weights


def _count(one: Told) -> float:
    single_and_long = not one.begins and len(one.reading.plain) > _LONG
    return one.weight * (_COUNTS_MORE if single_and_long else 1.0)


def _matrix(found: Seams) -> csr_matrix:
    rows = np.repeat(np.arange(len(found.letters)), found.letters.shape[1])
    ones = np.ones(len(rows), np.float32)
    return csr_matrix((ones, (rows, found.letters.ravel())), shape=(len(found.letters), LETTERS))
