"""What margins and the rulebook's points of all subjects together say of each, learnt on held-out rows.

A subject's own margin and points are not all there is: where two of them both have much, it is mostly
the one and not the other. The correction is a linear one, held small, so that few rows change little.
"""

from collections.abc import Iterable
from typing import cast

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from classifier.linear.features import Floats
from classifier.linear.grams import Ints
from classifier.linear.model import softmax

_HELD = 10.0  # how strongly it is held small: of 3 to 30 the best, 5-fold
_STEPS = 200
Doubles = npt.NDArray[np.float64]


def correction(signs: Floats, scores: Floats, truth: Ints) -> Floats:
    """Signs x subjects: what to add to the scores, so that the true subjects are the likeliest."""
    shape, rows = (signs.shape[1], scores.shape[1]), np.arange(len(truth))
    right = np.eye(scores.shape[1])[truth]

    def surprise(flat: Doubles) -> tuple[float, Doubles]:
        mix = flat.reshape(shape)
        chances = softmax(cast(Floats, scores + signs @ mix))
        missed = -np.log(chances[rows, truth] + 1e-12).sum() + _HELD / 2 * (mix**2).sum()
        return float(missed), (signs.T @ (chances - right) + _HELD * mix).ravel()

    found = minimize(
        surprise, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}
    )
    mix: Floats = found.x.reshape(shape).astype(np.float32)
    return mix


def held_out(signs: Floats, scores: Floats, truth: Ints, parts: Iterable[tuple[Ints, Ints]]) -> Floats:
    """Corrected chances of rows that had no part in the correction."""
    chances = np.zeros_like(scores)
    for learn, check in parts:
        mix = correction(signs[learn], scores[learn], truth[learn])
        chances[check] = softmax(scores[check] + signs[check] @ mix)
    return chances
