"""Learns which letters and pairs of letters stand in texts with several matters."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression

from classifier.linear.features import Floats
from classifier.linear.grams import Ints, Letters
from classifier.splitting.wording import TABLE, Wording, wording

_PENALTY = 10.0  # the regression's C: of 2 to 30 no other is better
_SEEN_IN = 3  # texts
# Nobody's wording: a telephone's digits would say more than all the words around it.
_NUMBERS = wording(Letters([f"{number:02}" for number in range(100)])).slots


def fit_wording(wordings: Sequence[Wording], counts: Ints, weight: npt.NDArray[np.float64]) -> Floats:
    """The weights, slots x questions, from texts with so many seams each."""
    shares = vstack([_shares(one) for one in wordings]).tocsr()
    seen_in = np.bincount(shares.indices, minlength=TABLE)
    rarity = np.log((1 + len(counts)) / (1 + seen_in)) + 1
    rarity[seen_in < _SEEN_IN] = 0
    rarity[_NUMBERS] = 0
    matrix, several = (shares @ diags(rarity)).tocsr(), counts > 0
    questions = (several, weight), (counts > 1, weight * several)
    answers = [_regression(matrix, answer, counted) for answer, counted in questions]
    weights: Floats = (np.stack(answers, axis=1) * rarity[:, None]).astype(np.float32)
    return weights


def _shares(told: Wording) -> csr_matrix:
    """How much of each text its slots are: texts x slots."""
    share = told.share.take(told.owners)
    matrix = csr_matrix((share, (told.owners, told.slots)), shape=(len(told.lengths), TABLE))
    matrix.sum_duplicates()
    return matrix


def _regression(
    matrix: csr_matrix, answer: npt.NDArray[np.bool_], weight: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    regression = LogisticRegression(C=_PENALTY, solver="liblinear", fit_intercept=False, random_state=0)
    weights: npt.NDArray[np.float64] = regression.fit(matrix, answer, sample_weight=weight).coef_[0]
    return weights
