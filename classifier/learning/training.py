"""Trains a model from labelled texts. scikit-learn finds the weights; what runs later is numpy."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.svm import LinearSVC

from classifier.learning.mixing import correction, held_out
from classifier.linear.features import Features, Floats, column_table, recognise, weigh
from classifier.linear.grams import SLOTS, Grams, Ints, Letters, hash_grams
from classifier.linear.model import Evidence, Model, gather, signs, softmax, two_levels

PENALTY = 2.0  # the SVM's C: of 0.3 to 3 the best on contest rows of 400 characters
_BAYES_PENALTY = 0.3  # the stretched features need a smaller one
_SEEN_IN = 2  # texts a gram must be in to be known
_SEED = 20260101
_CALIBRATION_FOLDS = 5
_FAR = -3.0  # the margin of a label a fold has never seen
PRECISIONS = (0.95, 0.97, 0.99)
Labels = npt.NDArray[np.str_]
Progress = Callable[[str], None]
_Fitted = tuple[tuple[str, ...], Floats, Floats]  # labels, their weights, their biases


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    evidence: Sequence[Evidence] = (),
    primer: Sequence[tuple[str, str]] = (),
    tell: Progress = lambda _: None,
    penalty: float = PENALTY,
    aside: Sequence[str | None] = (),
    seen_in: int = _SEEN_IN,
) -> Model:
    """A calibrated model. `a/b` labels make two levels; `evidence` is what a rulebook says of each text.

    `primer` are more (text, label) to learn from that are no messages, so nothing is calibrated on them.
    `aside` answers another question about the first texts, `x/a`, or None: a second level below no first.
    ValueError with fewer than two labels, or texts that have nothing in common.
    """
    judged = len(texts)
    texts, labels = [*texts, *(text for text, _ in primer)], [*labels, *(label for _, label in primer)]
    tops = np.array([label.partition("/")[0] for label in labels])
    if len(set(tops)) < 2:
        raise ValueError("there must be at least two different labels")
    tell("finding the n-grams")
    slots, rarity, matrix = counted(texts, judged, seen_in)
    tell(f"fitting {len(set(labels))} labels on {len(texts)} rows, {len(slots)} n-grams")
    parts = _fit_levels(matrix, tops, np.array(labels), penalty)
    names, weights, bias = _side_by_side([*parts, *_fit_aside(matrix, aside, penalty)])
    tell("calibrating")
    scores, truth = _held_out(matrix, tops, judged, penalty)
    points = gather(evidence, sorted(set(tops))) if evidence else np.zeros_like(scores)
    sharpness, cue_weight = calibrate(scores, points, truth)
    scored = (scores + points * np.float32(cue_weight)) * np.float32(sharpness)
    chances, mix = _mixed(scores, points, scored, truth)
    thresholds = tuple((goal, threshold(chances, truth, goal)) for goal in PRECISIONS)
    return Model(
        slots,
        rarity,
        **two_levels(names, weights, bias),
        sharpness=sharpness,
        cue_weight=cue_weight,
        thresholds=thresholds,
        mix=mix,
    )


def first_level(
    texts: Sequence[str],
    labels: Sequence[str],
    like: Model,
    primer: Sequence[tuple[str, str]] = (),
    seen_in: int = _SEEN_IN,
) -> Model:
    """As `train`, but the first level alone, and as sure of itself as `like`: a sixth of the work."""
    rows = [*zip(texts, labels, strict=True), *primer]
    slots, rarity, matrix = counted([text for text, _ in rows], len(texts), seen_in)
    tops = np.array([label.partition("/")[0] for _, label in rows])
    return replace(like, slots=slots, rarity=rarity, mix=None, **two_levels(*_fit(matrix, tops, PENALTY)))


def counted(texts: Sequence[str], judged: int, seen_in: int) -> tuple[Ints, Floats, csr_matrix]:
    """The slots of the grams worth knowing, their rarity, and the texts' weighted grams."""
    slots, rarity = _vocabulary(hash_grams(texts), judged, seen_in)
    if not slots.size:
        raise ValueError(f"no letter is in {seen_in} of the texts: there must be more of them")
    features = weigh(recognise(Letters(texts), column_table(slots), len(slots)), rarity)
    return slots, rarity, matrix_of(features, len(slots))


def _mixed(scores: Floats, points: Floats, scored: Floats, truth: Ints) -> tuple[Floats, Floats]:
    """The chances a correction gives rows it was not made with, and the one made with all."""
    seen = signs(scores, points)
    parts = folds(truth.tolist(), min(_CALIBRATION_FOLDS, len(truth)))
    return held_out(seen, scored, truth, parts), correction(seen, scored, truth)


def _vocabulary(grams: Grams, judged: int, seen_in: int) -> tuple[Ints, Floats]:
    """The grams worth knowing; what no real text holds would only take room."""
    once = np.unique(grams.texts.astype(np.int64) * SLOTS + grams.slots)
    found_in = np.bincount(once % SLOTS, minlength=SLOTS)
    real = np.bincount(once[once < judged * SLOTS] % SLOTS, minlength=SLOTS) > 0
    slots = np.flatnonzero(real & (found_in >= min(seen_in, grams.size)))
    rarity = np.log((1 + grams.size) / (1 + found_in[slots])) + 1
    return slots, rarity.astype(np.float32)


def matrix_of(features: Features, width: int) -> csr_matrix:
    """Texts x columns, as scikit-learn reads them."""
    return csr_matrix((features.values, features.columns, features.bounds), shape=(features.size, width))


def _fit_levels(matrix: csr_matrix, tops: Labels, labels: Labels, penalty: float) -> list[_Fitted]:
    """First level first; then, below each of it, its second level told apart among itself."""
    names, weights, bias = _fit(matrix, tops, penalty)
    parts = [(names, weights, bias)]
    for top in names:
        mine = tops == top
        leaves = {label for label in labels[mine] if "/" in label}
        if leaves:
            parts.append(_fit(matrix[mine], labels[mine], penalty, leaves))
    return parts


def _fit_aside(matrix: csr_matrix, answers: Sequence[str | None], penalty: float) -> Iterator[_Fitted]:
    answered = [at for at, answer in enumerate(answers) if answer]
    if answered:
        yield _fit(matrix[answered], np.array([answers[at] for at in answered]), penalty)


def _side_by_side(parts: Sequence[_Fitted]) -> _Fitted:
    return (
        tuple(str(name) for names, _, _ in parts for name in names),
        np.ascontiguousarray(np.concatenate([weights for _, weights, _ in parts], axis=1)),
        np.concatenate([bias for _, _, bias in parts]),
    )


def _fit(matrix: csr_matrix, labels: Labels, penalty: float, only: set[str] | None = None) -> _Fitted:
    names = sorted(set(labels))
    if len(names) == 1:
        return tuple(names), np.zeros((matrix.shape[1], 1), np.float32), np.zeros(1, np.float32)
    weights, bias = map(
        np.stack, zip(*(side(matrix, labels == name, penalty) for name in names), strict=True)
    )
    kept = [place for place, name in enumerate(names) if only is None or name in only]
    return (
        tuple(names[place] for place in kept),
        weights[kept].T.astype(np.float32),
        bias[kept].astype(np.float32),
    )


def side(matrix: csr_matrix, mine: npt.NDArray[np.bool_], penalty: float) -> tuple[Floats, float]:
    """One label against the rest: the mean of an SVM on the features as they are and one on features
    stretched by how much more often the label has them (NBSVM, Wang and Manning 2012). Both are
    linear, so together they cost no more to apply than one."""
    ratio = _ratio(matrix, mine)
    plain = LinearSVC(C=penalty, random_state=_SEED).fit(matrix, mine)
    bayes = LinearSVC(C=penalty * _BAYES_PENALTY, random_state=_SEED).fit(matrix @ diags(ratio), mine)
    weights = (plain.coef_[0] + bayes.coef_[0] * ratio) / 2
    return weights, float(plain.intercept_[0] + bayes.intercept_[0]) / 2


def _ratio(matrix: csr_matrix, mine: npt.NDArray[np.bool_]) -> Floats:
    """The logarithm of how many times likelier each gram is in the label's texts than in the others."""
    inside, outside = (
        1 + np.bincount(matrix[part].indices, minlength=matrix.shape[1]) for part in (mine, ~mine)
    )
    ratio: Floats = np.log((inside / inside.sum()) / (outside / outside.sum())).astype(np.float32)
    return ratio


def folds(labels: Sequence[str] | Sequence[int], count: int) -> Iterator[tuple[Ints, Ints]]:
    """(learn on, try on) index pairs, of every label as many as can be in each; always the same."""
    rare = min(np.unique(np.array(labels), return_counts=True)[1]) < count
    splitter = (KFold if rare else StratifiedKFold)(count, shuffle=True, random_state=_SEED)
    yield from splitter.split(np.zeros(len(labels)), np.array(labels))


def _held_out(matrix: csr_matrix, tops: Labels, judged: int, penalty: float) -> tuple[Floats, Ints]:
    """Margins of the first `judged` rows, which had no part in their making, and each one's true label."""
    names, primer = sorted(set(tops)), np.arange(judged, len(tops))
    margins = np.full((judged, len(names)), _FAR, np.float32)
    for part, check in folds(tops[:judged].tolist(), min(_CALIBRATION_FOLDS, judged)):
        learn = np.concatenate([part, primer])
        known, weights, bias = _fit(matrix[learn], tops[learn], penalty)
        places = np.array([names.index(name) for name in known])
        margins[np.ix_(check, places)] = matrix[check] @ weights + bias
    return margins, np.array([names.index(top) for top in tops[:judged]])


def calibrate(scores: Floats, points: Floats, truth: Ints) -> tuple[float, float]:
    """By what margins and by what the rulebook's points must be multiplied to be the likeliest chances."""

    def surprise(factors: npt.NDArray[np.float64]) -> float:
        chances = softmax((scores + points * np.float32(factors[1])) * np.float32(np.exp(factors[0])))
        return -float(np.log(chances[np.arange(len(truth)), truth] + 1e-9).mean())

    bounds = [(-3, 5), (0, 2) if points.any() else (0, 0)]
    best = minimize(surprise, (1.0, 0.1 if points.any() else 0.0), method="Nelder-Mead", bounds=bounds).x
    return float(np.exp(best[0])), float(best[1])


def threshold(chances: Floats, truth: Ints, precision: float) -> float:
    """The least confidence from which on the surest rows are right that often; above 1 where none is."""
    confidence = chances.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    right = (chances.argmax(axis=1) == truth)[order]
    good = np.flatnonzero(np.cumsum(right) >= precision * np.arange(1, len(right) + 1))
    return float(confidence[order[good[-1]]]) if len(good) else 1.01
