"""Learns labels of which a text may have several: each one's margin, and which of them go together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from classifier.learning.training import matrix_of, side
from classifier.linear.features import Floats
from classifier.linear.leaves import leaves_of
from classifier.linear.model import Model
from classifier.linear.together import chances_of_sets, leaning_with, sets_of

_FOLDS = 5
_HELD = 1e-4  # how strongly scale, biases and ties are held small, beside the mean of all texts
_STEPS = 300
_FREE = 1e6  # two numbers from thousands of texts need no penalty
Marks = npt.NDArray[np.bool_]  # texts x labels
Mine = npt.NDArray[np.bool_]  # by text, whether it has any
Doubles = npt.NDArray[np.float64]


def with_several(
    model: Model, top: str, texts: Sequence[str], labels: Sequence[Sequence[str]], penalty: float
) -> Model:
    """`model` of `top` and one other, with a second level below `top`: a text has all its `labels` of it.

    It has none if it is no `top`. Chances of both levels, the first as `leaning_with` the second, are
    calibrated on texts that had no part in them.
    """
    names = sorted({name for own in labels for name in own})
    marks = np.array([[name in own for name in names] for own in labels])
    matrix = matrix_of(model.features(texts), len(model.slots))
    mine = cast(Mine, marks.any(axis=1))
    weights, bias = _fit(matrix, marks, penalty)
    margins, leanings = _held_out(matrix, marks, penalty)
    scale, base, ties = _calibrate(margins[mine], marks[mine])
    sharpness, offset = _sharpened(leaning_with(leanings, margins * scale + base), mine)
    leaves = leaves_of([f"{top}/{name}" for name in names], weights * scale, bias * scale + base)
    raised = model.bias + np.float32(offset) * np.array([one == top for one in model.tops], np.float32)
    return replace(model, leaves=dict(leaves), ties=ties, sharpness=sharpness, bias=raised)


def _fit(matrix: csr_matrix, marks: Marks, penalty: float) -> tuple[Floats, Floats]:
    """Each label's side, the mean of that among texts with any label and that among all."""
    mine = marks.any(axis=1)
    told = [(matrix[rows], marks[rows]) for rows in (mine, np.ones_like(mine))]
    sides = [[side(known, own, penalty) for own in true.T] for known, true in told]
    weights = np.mean([[weight for weight, _ in some] for some in sides], axis=0).T.astype(np.float32)
    return weights, np.mean([[bias for _, bias in some] for some in sides], axis=0).astype(np.float32)


def _held_out(matrix: csr_matrix, marks: Marks, penalty: float) -> tuple[Floats, Floats]:
    """The labels' margins, and by how much each text leans to having any: of texts that had no part in it.

    Nor had their neighbours, often the other of a pair.
    """
    margins, leanings = np.zeros(marks.shape, np.float32), np.zeros(len(marks), np.float32)
    for learn, check in KFold(_FOLDS).split(margins):
        weights, bias = _fit(matrix[learn], marks[learn], penalty)
        margins[check] = matrix[check] @ weights + bias
        weight, base = side(matrix[learn], marks[learn].any(axis=1), penalty)
        leanings[check] = 2 * (matrix[check] @ weight + base)  # the other side's margin is the negative
    return margins, leanings


def _sharpened(leanings: Floats, mine: Mine) -> tuple[float, float]:
    """What leanings must be multiplied by to be the likeliest chances, and what is added to them before."""
    found = LogisticRegression(C=_FREE).fit(leanings[:, None], mine)
    sharpness = float(found.coef_[0, 0])
    return sharpness, float(found.intercept_[0]) / sharpness


def _calibrate(margins: Floats, marks: Marks) -> tuple[float, Floats, Floats]:
    """What margins must be multiplied by, what added to each label's, and the ties: the likeliest ones."""
    count = marks.shape[1]
    sets, (first, second) = sets_of(count), np.triu_indices(count, 1)
    truth = (marks[:, None] == sets.astype(np.bool_)).all(axis=2).argmax(axis=1)
    pairs = sets[:, first] * sets[:, second]

    def parted(flat: Doubles) -> tuple[float, Doubles, Floats]:
        ties = np.zeros((count, count), np.float32)
        ties[first, second] = flat[1 + count :]
        return float(flat[0]), flat[1 : 1 + count], ties

    def surprise(flat: Doubles) -> tuple[float, Doubles]:
        scale, base, ties = parted(flat)
        chances = chances_of_sets(cast(Floats, margins * scale + base), ties)
        missed = -np.log(chances[np.arange(len(truth)), truth] + 1e-12).mean()
        spare = chances @ sets - sets[truth]
        slope = [
            [(margins * spare).sum(axis=1).mean()],
            spare.mean(axis=0),
            (chances @ pairs - pairs[truth]).mean(axis=0),
        ]
        return float(missed + _HELD / 2 * flat @ flat), np.concatenate(slope) + _HELD * flat

    start = np.zeros(1 + count + len(first))
    found = minimize(surprise, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    scale, base, ties = parted(found.x)
    return scale, base.astype(np.float32), ties
