"""A linear model on hashed n-grams: two levels of labels, numpy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import add
from types import MappingProxyType

import numpy as np

from classifier.features import Features, Floats, Known, column_table, recognise, sums, weigh
from classifier.grams import Indices, Ints, Letters

Evidence = Mapping[str, float]  # points by label
EMPTY: Evidence = MappingProxyType({})


@dataclass(frozen=True)
class Model:
    """Weights for every label of both levels. `a/b` is of the second level, below `a`."""

    slots: Ints = field(repr=False)  # of the known grams, by column
    rarity: Floats = field(repr=False)  # inverse document frequency, by column
    weights: Floats = field(repr=False)  # columns x labels
    bias: Floats = field(repr=False)
    labels: tuple[str, ...]
    sharpness: float  # turns margins into calibrated chances
    cue_weight: float  # what a point of the rulebook's evidence adds to a margin
    thresholds: tuple[tuple[float, float], ...]  # (precision, the confidence from which on it is reached)

    @cached_property
    def column_of(self) -> Indices:
        return column_table(self.slots)

    @cached_property
    def top_weights(self) -> Floats:
        return np.ascontiguousarray(self.weights[:, : len(self.tops)])

    @cached_property
    def top_pulls(self) -> Floats:
        """What one of each gram adds to the margins of the first level."""
        return self.top_weights * self.rarity[:, None]

    @property
    def memory(self) -> int:
        """Bytes it takes to have it loaded."""
        loaded = (self.slots, self.rarity, self.weights, self.bias)
        made = (self.column_of, self.top_weights, self.top_pulls)
        return sum(array.nbytes for array in (*loaded, *made))

    @cached_property
    def tops(self) -> tuple[str, ...]:
        """The labels of the first level; they stand first."""
        return tuple(label for label in self.labels if "/" not in label)

    @cached_property
    def below(self) -> dict[str, slice]:
        """Where the second-level labels below each label of the first stand."""
        places: dict[str, slice] = {}
        for at, label in enumerate(self.labels[len(self.tops) :], start=len(self.tops)):
            top = label.partition("/")[0]
            places[top] = slice(places[top].start if top in places else at, at + 1)
        return places

    def known(self, letters: Letters, limits: Ints | None = None) -> Known:
        """The texts' grams that count; of each text's first letters only, where it has a limit."""
        return recognise(letters, self.column_of, limits)

    def pulls(self, known: Known, tops: Indices) -> Floats:
        """What one of each gram adds to the margin of its own first-level label, by the label's index."""
        return self.top_pulls.take(known.columns * np.int32(len(self.tops)) + tops)

    def features(self, texts: Sequence[str]) -> Features:
        """The known grams of the texts, weighted."""
        return self.weigh(self.known(Letters(texts)))

    def weigh(self, known: Known) -> Features:
        """The known grams, weighted."""
        return weigh(known, self.rarity)

    def margins(self, features: Features) -> Floats:
        """How far each text is on the side of each label: texts x labels."""
        return sums(features, self.weights) + self.bias

    def chances(self, features: Features, evidence: Sequence[Evidence] = ()) -> Floats:
        """Calibrated chances of the first level: texts x tops. `evidence` is the rulebook's points."""
        return self.likeliness(sums(features, self.top_weights) + self.bias[: len(self.tops)], evidence)

    def likeliness(self, margins: Floats, evidence: Sequence[Evidence] = ()) -> Floats:
        """Calibrated chances of the first level, from margins of at least its labels."""
        tops = margins[:, : len(self.tops)]
        if evidence and self.cue_weight:
            tops = tops + np.float32(self.cue_weight) * gather(evidence, self.tops)
        return softmax(tops * np.float32(self.sharpness))

    def leaf(self, margins: Sequence[float], top: str, evidence: Evidence = EMPTY) -> str:
        """The likeliest label below `top`, from one text's margins; `top` where there is none."""
        places = self.below.get(top)
        if places is None:
            return top
        labels = self.labels[places]
        points = [self.cue_weight * evidence.get(label, 0.0) for label in labels]
        margin = dict(zip(labels, map(add, margins[places], points), strict=True))
        return max(margin, key=margin.__getitem__)

    def name(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """The label of each text, of the second level where there is one, and its calibrated chance."""
        margins = self.margins(self.features(texts))
        chances = self.likeliness(margins)
        return [
            (self.leaf(own, self.tops[best]), round(chance, 3))
            for own, best, chance in zip(
                margins.tolist(), chances.argmax(axis=1).tolist(), chances.max(axis=1).tolist(), strict=True
            )
        ]


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


def softmax(scores: Floats) -> Floats:
    """Chances that sum to one in every row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances
