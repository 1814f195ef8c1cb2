"""Learns what guests write: one logistic regression an answer, all on the same signs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from classifier.alarm import CALM, DANGER
from classifier.guests.model import GuestModel, signs, spoken
from classifier.learning.corpora import wholes
from classifier.learning.training import Labels, calibrate, counted, folds
from classifier.linear.features import Floats
from classifier.linear.grams import Ints
from classifier.rulebook.evidence import subject
from classifier.rulebook.rules import Rulebook
from contracts.vocabulary import Flag

_STEPS = 100
_FOLDS = 3
_SEEN_IN = 3  # texts a word must be in to be known
_LOUD = 4.0  # words beside meaning, for a penalty that is the same for both
# What each subject's own words add to it beside what is learnt: ordinary letters say what they are about more
# plainly than those that were written to be learnt from. All of a letter's words count 6, so at most 2.
_PLAIN = 1 / 3
_Fitted = tuple[Floats, Floats]  # signs x answers, and what each is with no sign at all


def train_guests(rulebook: Rulebook, rows: Sequence[Mapping[str, Any]]) -> GuestModel:
    """Of texts with their category, intent and flags; chances are calibrated on texts not learnt from."""
    subjects = np.array([subject(row["category"]) for row in rows])
    wanted = np.array([row["intent"] for row in rows])
    fears = np.array([[flag in row["flags"] for flag in Flag] for row in rows])
    dangerous = fears.any(axis=1)
    tops = tuple(map(str, np.unique(subjects)))
    parts = wholes([row["text"] for row in rows], rulebook)
    meant, words = signs(parts, tops), spoken(parts)
    slots, rarity, said = counted(words, len(words), _SEEN_IN)
    seen = hstack([csr_matrix(meant), said * _LOUD], "csr", np.float32)
    fitted = [
        _calibrated(seen, subjects),
        _fit(seen, wanted),
        *(_fit(seen[dangerous], own) for own in fears[dangerous].T),
        _calibrated(seen, np.where(dangerous, DANGER, CALM)),
    ]
    weights, bias = (np.concatenate(both, axis=-1) for both in zip(*fitted, strict=True))
    weights[: len(tops), : len(tops)] += _PLAIN * np.eye(len(tops), dtype=np.float32)
    return GuestModel(
        weights[: meant.shape[1]],
        bias,
        slots,
        rarity,
        weights[meant.shape[1] :] * np.float32(_LOUD),
        tops,
        tuple(map(str, np.unique(wanted))),
        tuple(Flag),
    )


def _fit(seen: csr_matrix, labels: Labels | npt.NDArray[np.bool_]) -> _Fitted:
    """A column for each label; of two labels one, for the second in their order."""
    model = LogisticRegression(max_iter=_STEPS).fit(seen, labels)
    return model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)


def _calibrated(seen: csr_matrix, labels: Labels) -> _Fitted:
    weights, bias = _fit(seen, labels)
    margins, truth = _held_out(seen, labels)
    sharpness, _ = calibrate(margins, np.zeros_like(margins), truth)
    return weights * np.float32(sharpness), bias * np.float32(sharpness)


def _held_out(seen: csr_matrix, labels: Labels) -> tuple[Floats, Ints]:
    """Margins of all labels, of texts that had no part in them, and each text's true one."""
    names, truth = np.unique(labels, return_inverse=True)
    margins = np.zeros((len(labels), len(names)), np.float32)
    for learn, check in folds(labels.tolist(), _FOLDS):
        weights, bias = _fit(seen[learn], labels[learn])
        found = seen[check] @ weights + bias
        margins[check, -found.shape[1] :] = found
    return margins, truth
