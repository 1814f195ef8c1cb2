"""A linear model on hashed n-grams: two levels of labels, numpy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from classifier.linear.features import (
    Columns,
    Features,
    Floats,
    Known,
    SparseRow,
    column_table,
    recognise,
    sums,
    weigh,
)
from classifier.linear.grams import SIZES, Indices, Ints, Letters
from classifier.linear.leaves import Leaves, leaves_of

Evidence = Mapping[str, float]  # points by label
EMPTY: Evidence = MappingProxyType({})
_FEW = 4.0  # points that are hardly evidence: beside so many a share is only half as large
_LOUD = 3.0  # brings margins and shares to the size of a one


@dataclass(frozen=True)
class Model:
    """Weights for every label of both levels. `a/b` is of the second level, below `a`."""

    slots: Ints = field(repr=False)  # of the known grams, by column
    rarity: Floats = field(repr=False)  # inverse document frequency, by column
    weights: Floats = field(repr=False)  # of the first level: columns x labels
    bias: Floats = field(repr=False)
    tops: tuple[str, ...]  # the labels of the first level
    leaves: Mapping[str, Leaves] = field(repr=False)  # below those of the first level that have any
    sharpness: float  # turns margins into calibrated chances
    cue_weight: float  # what a point of the rulebook's evidence adds to a margin
    thresholds: tuple[tuple[float, float], ...]  # (precision, the confidence from which on it is reached)
    mix: Floats | None = field(default=None, repr=False)  # what `signs` say beside: signs x first level
    # Where a text may have several labels of the second level: labels x labels, see `together`.
    ties: Floats | None = field(default=None, repr=False)

    @cached_property
    def column_of(self) -> Columns:
        return column_table(self.slots)

    @property
    def memory(self) -> int:
        """Bytes its arrays take by now: some are made when they are first asked for."""
        arrays = [held for held in vars(self).values() if isinstance(held, np.ndarray)]
        arrays += [array for below in self.leaves.values() for array in (below.rows, below.weights)]
        return sum(array.nbytes for array in arrays)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of both levels, the first level's first."""
        return (*self.tops, *(label for below in self.leaves.values() for label in below.labels))

    def known(self, letters: Letters, limits: Ints | None = None, sizes: int = len(SIZES)) -> Known:
        """The texts' grams that count, of so many sizes; of each text's first letters only, where it has a
        limit."""
        return recognise(letters, self.column_of, len(self.slots), limits, sizes)

    def pulls(self, known: Known, tops: Indices) -> Floats:
        """What one of each gram adds to the margin of its own first-level label, by the label's index."""
        own: Floats = self.weights.take(known.columns * np.int32(len(self.tops)) + tops)
        return own * self.rarity.take(known.columns)

    def features(self, texts: Sequence[str]) -> Features:
        """The known grams of the texts, weighted."""
        return self.weigh(self.known(Letters(texts)))

    def weigh(self, known: Known) -> Features:
        """The known grams, weighted."""
        return weigh(known, self.rarity)

    def margins(self, features: Features) -> Floats:
        """How far each text is on the side of each label of the first level: texts x labels."""
        return sums(features, self.weights) + self.bias

    def chances(self, features: Features, evidence: Sequence[Evidence] = ()) -> Floats:
        """Calibrated chances of the first level: texts x tops. `evidence` is the rulebook's points."""
        return self.likeliness(self.margins(features), evidence)

    def likeliness(self, margins: Floats, evidence: Sequence[Evidence] = ()) -> Floats:
        """Calibrated chances of the first level, from its margins."""
        points = gather(evidence, self.tops) if evidence else np.zeros_like(margins)
        scores = (margins + np.float32(self.cue_weight) * points) * np.float32(self.sharpness)
        return softmax(scores if self.mix is None else scores + signs(margins, points) @ self.mix)

    def leaf(self, row: SparseRow, top: str, evidence: Evidence = EMPTY) -> str:
        """The likeliest label below `top`, for one text; `top` where there is none."""
        below = self.leaves.get(top)
        if below is None:
            return top
        points = np.array([evidence.get(label, 0.0) for label in below.labels]) if evidence else 0.0
        return below.labels[int((below.margins(row) + self.cue_weight * points).argmax())]

    def name(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """The label of each text, of the second level where there is one, and its calibrated chance."""
        features = self.features(texts)
        chances = self.chances(features)
        return [
            (self.leaf(row, self.tops[best]), round(chance, 3))
            for row, best, chance in zip(
                features.each(), chances.argmax(axis=1).tolist(), chances.max(axis=1).tolist(), strict=True
            )
        ]


def two_levels(labels: Sequence[str], weights: Floats, bias: Floats) -> dict[str, Any]:
    """What a model keeps of weights for all labels (columns x labels), those of the first level first."""
    count = sum("/" not in label for label in labels)
    return {
        "tops": tuple(labels[:count]),
        "weights": weights[:, :count].astype(np.float32, order="C"),
        "bias": bias[:count].astype(np.float32),
        "leaves": dict(leaves_of(labels[count:], weights[:, count:], bias[count:].astype(np.float32))),
    }


def gather(evidence: Sequence[Evidence], tops: Sequence[str]) -> Floats:
    """Points as texts x labels of the first level; those of the second count for it."""
    place = {label: at for at, label in enumerate(tops)}
    places, points = [], []
    for row, own in enumerate(evidence):
        for label, point in own.items():
            if (at := place.get(label.partition("/")[0])) is not None:
                places.append(row * len(tops) + at)
                points.append(point)
    table = np.bincount(np.array(places, np.int64), points, minlength=len(evidence) * len(tops))
    return table.reshape(len(evidence), len(tops)).astype(np.float32)


def signs(margins: Floats, points: Floats) -> Floats:
    """What a correction looks at: all margins, each label's share of all points, and a one."""
    shares = points / (points.sum(axis=1, keepdims=True) + _FEW)
    ones = np.ones((len(points), 1), np.float32)
    return np.concatenate([_LOUD * margins, _LOUD * shares, ones], axis=1).astype(np.float32)


def softmax(scores: Floats) -> Floats:
    """Chances that sum to one in every row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances
