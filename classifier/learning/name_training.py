"""Learns what is a name. scikit-learn finds the weights; what runs later is numpy."""

import random
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from classifier.learning.corpora import corpus
from classifier.learning.everyday import everyday
from classifier.learning.name_texts import NamedText, Names, Span, implanted, labelled, placed, renamed
from classifier.linear.features import Floats
from classifier.linear.grams import Ints
from classifier.personal.alone import Edges, PlaceModel, edges_of, word_levels
from classifier.personal.company import Company, bins_of, company
from classifier.personal.houses import find_houses
from classifier.personal.model import NameModel
from classifier.personal.numbers import find_numbers
from classifier.personal.signs import QUICK_BITS, SLOT_BITS, Places, places, quick_signs, signs
from classifier.rulebook.text import normalise

_COPIES, _NAMELESS_COPIES = 30, 15  # of each labelled text, with other names
_PLACED_COPIES = 2
_PENALTY = 0.3  # the regression's C
_STEPS, _CLOSE = 100, 1e-4
_NEXT_TO, _AROUND = 0.3, 0.1  # how much a place counts that laps over a name, or has a name and more in it
_QUICK_LOSES = 0.0015  # of invented names, odder than people's
_FOLDS = 2
_BINS = 12  # of what company says
_COMPANY_PENALTY = 0.3
_BESIDE_NAMES = 4.0  # how much what is no name counts there in a text that names somebody
_CAUTION = 2.8  # points: a name missed is worse than a word hidden
_SEED = 20260101
Levels = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]


class Examples(NamedTuple):
    """Places of some texts, and how much each counts as no name: 0 for a name."""

    at: Places
    numbers: Edges
    weight: npt.NDArray[np.float64]


def nameless() -> list[str]:
    """The texts of the other corpora, which have hardly a name in them."""
    texts = [row["text"] for name in ("categories", "danger", "danger_plain") for row in corpus(name)]
    texts += ["".join(matter["text"] for matter in row["matters"]) for row in corpus("split")]
    return list(dict.fromkeys(map(normalise, texts)))


def train_names(rows: Sequence[dict[str, Any]]) -> NameModel:
    """The model, from labelled texts (`text`, `personal`) and all the hub's others."""
    others, words = nameless(), everyday()
    names, levels = Names(others, words, random.Random(_SEED)), word_levels(words)  # noqa: S311  nothing secret
    heard = []
    for fold in range(_FOLDS):  # what company says is learnt where the places' own model has not learnt
        alone = _alone(_without(rows, fold), _without(others, fold), names, levels)
        told = [*map(labelled, rows[fold::_FOLDS]), *(NamedText(text, ()) for text in others[fold::_FOLDS])]
        heard.append(_in_company(alone, told))
    return NameModel(
        _alone(rows, others, names, levels), _company(*map(np.concatenate, zip(*heard, strict=True)))
    )


def _without(rows: Sequence[Any], fold: int) -> list[Any]:
    return [row for number, row in enumerate(rows) if number % _FOLDS != fold]


def _in_company(
    alone: PlaceModel, told: Sequence[NamedText]
) -> tuple[Floats, Bools, npt.NDArray[np.float64]]:
    """What the likely places of these texts have around them, which are names, and how much each counts."""
    texts = [one.text for one in told]
    every = places(texts)
    at, points, edges = alone.likely(every, _numbers(texts))
    named = _weights(at, [one.names for one in told]) == 0
    owners, _, _ = at.spans()
    beside = np.array([bool(one.names) for one in told])[owners]
    return company(every, at, points, edges), named, np.where(beside & ~named, _BESIDE_NAMES, 1.0)


def _company(seen: Floats, named: Bools, counts: npt.NDArray[np.float64]) -> Company:
    edges = np.stack([_edges(column) for column in seen.T])
    bins = bins_of(seen, edges) + np.arange(len(edges)) * (_BINS + 1)
    weights, bias = _regression(bins, len(edges) * (_BINS + 1), named, counts, _COMPANY_PENALTY)
    return Company(edges, weights.reshape(len(edges), _BINS + 1), bias + _CAUTION)


def _edges(column: Floats) -> Floats:
    """Where about as many are on either side of each; fewer, where many are the same."""
    found = np.unique(np.quantile(column, np.arange(1, _BINS) / _BINS))
    edges: Floats = np.append(found, np.full(_BINS - len(found), np.inf)).astype(np.float32)
    return edges


def _alone(rows: Sequence[dict[str, Any]], others: Sequence[str], names: Names, levels: Levels) -> PlaceModel:
    copies = [labelled(row) for row in rows]
    copies += [
        renamed(row, names)
        for row in rows
        for _ in range((_COPIES if row["personal"] else _NAMELESS_COPIES) - 1)
    ]
    some = [told for told in (implanted(text, names) for text in others) if told]
    around = _examples(some)
    beside = around.weight != 1  # what else is there the texts themselves have shown
    parts = [
        _examples(copies),
        _examples([NamedText(text, ()) for text in others]),
        Examples(around.at.take(beside), around.numbers, around.weight[beside]),
        *(_of_places(others, names) for _ in range(_PLACED_COPIES)),
    ]
    return _fit(parts, levels)


def _examples(told: Sequence[NamedText]) -> Examples:
    texts = [one.text for one in told]
    at = places(texts)
    return Examples(at, edges_of(at, _numbers(texts)), _weights(at, [one.names for one in told]))


def _numbers(texts: Sequence[str]) -> list[list[Span]]:
    return [[(s, e) for s, e, _ in (*find_numbers(text), *find_houses(text))] for text in texts]


def _of_places(texts: Sequence[str], names: Names) -> Examples:
    """What is like a name where invented places are."""
    told = [told for told in (placed(text, names) for text in texts) if told]
    all_places = _examples([NamedText(one.text, ()) for one in told])
    overlaps = _weights(all_places.at, [one.names for one in told]) != 1
    return Examples(all_places.at.take(overlaps), all_places.numbers, np.ones(overlaps.sum()))


def _weights(at: Places, names: Sequence[Iterable[tuple[int, int]]]) -> npt.NDArray[np.float64]:
    """By place: 0 for a name, else how much it counts as none."""
    weights = np.ones(len(at.begin))
    for index, (owner, begin, end) in enumerate(
        zip(*(column.tolist() for column in at.spans()), strict=True)
    ):
        for start, until in names[owner]:
            if (begin, end) == (start, until):
                weights[index] = 0
            elif begin < until and start < end:
                weights[index] = _AROUND if begin <= start and until <= end else _NEXT_TO
    return weights


def _fit(parts: Sequence[Examples], levels: Levels) -> PlaceModel:
    """The quick weights first; the others learn from what these let through."""
    weight = np.concatenate([part.weight for part in parts])
    quick_slots = np.concatenate([quick_signs(part.at, levels) for part in parts])
    is_name, counts = weight == 0, np.where(weight == 0, 1.0, weight)
    quick, _ = _regression(quick_slots, 1 << QUICK_BITS, is_name, counts, _PENALTY)
    points = quick[quick_slots].sum(axis=1)
    least = np.float32(np.quantile(points[weight == 0], _QUICK_LOSES))
    through = points > least
    each = np.split(through, np.cumsum([len(part.weight) for part in parts])[:-1])
    slots = [signs(part.at.take(own), levels, part.numbers) for part, own in zip(parts, each, strict=True)]
    weights, bias = _regression(
        np.concatenate(slots), 1 << SLOT_BITS, is_name[through], counts[through], _PENALTY
    )
    return PlaceModel(weights, bias, quick - least / quick_slots.shape[1], levels)


def _regression(
    slots: Ints, size: int, named: Bools, counts: npt.NDArray[np.float64], penalty: float
) -> tuple[Floats, float]:
    rows, columns = slots.shape
    matrix = csr_matrix(
        (np.ones(rows * columns, np.float32), slots.ravel().astype(np.int32), np.arange(rows + 1) * columns),
        shape=(rows, size),
    )
    regression = LogisticRegression(C=penalty, max_iter=_STEPS, tol=_CLOSE)
    with warnings.catch_warnings(category=ConvergenceWarning, action="ignore"):  # near enough
        found = regression.fit(matrix, named, sample_weight=counts)
    return found.coef_[0].astype(np.float32), float(found.intercept_[0])
