"""A linear model on hashed n-grams: two levels of labels, one file of plain arrays, numpy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from classifier.grams import SLOTS, Ints, hash_grams

Floats = npt.NDArray[np.float32]
Evidence = Mapping[str, float]  # points by label
EMPTY: Evidence = MappingProxyType({})
_FORMAT = 1
BUILT = Path(__file__).parent / "built"


@dataclass(frozen=True, slots=True)
class Features:
    """Weighted grams of a batch, the known ones only: row, column and value, sorted by row."""

    rows: Ints
    columns: Ints
    values: Floats
    count: int  # of rows

    def row(self, at: int) -> tuple[Ints, Floats]:
        """The columns and values of one row."""
        start, end = np.searchsorted(self.rows, (at, at + 1))
        return self.columns[start:end], self.values[start:end]


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
    def _column_of(self) -> npt.NDArray[np.int32]:
        return column_table(self.slots)

    @property
    def memory(self) -> int:
        """Bytes it takes to have it loaded."""
        arrays = (self.slots, self.rarity, self.weights, self.bias, self._column_of)
        return sum(array.nbytes for array in arrays)

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

    def columns(self, slots: Ints) -> npt.NDArray[np.int32]:
        """The columns of hashed grams; -1 where one is not known."""
        return self._column_of[slots]

    def features(self, texts: Sequence[str]) -> Features:
        """The known grams of the texts, weighted."""
        return weigh(texts, self._column_of, self.rarity)

    def margins(self, features: Features, places: slice) -> Floats:
        """How far each text is on the side of each label of those places: texts x labels."""
        return sums(features, self.weights[:, places]) + self.bias[places]

    def chances(self, features: Features, evidence: Sequence[Evidence] = ()) -> Floats:
        """Calibrated chances of the first level: texts x tops. `evidence` is the rulebook's points."""
        margins = self.margins(features, slice(len(self.tops)))
        if evidence and self.cue_weight:
            margins += np.float32(self.cue_weight) * gather(evidence, self.tops)
        return softmax(margins * np.float32(self.sharpness))

    def leaf(self, features: Features, row: int, top: str, evidence: Evidence = EMPTY) -> str:
        """The likeliest label below `top` for one text; `top` where there is none."""
        places = self.below.get(top)
        if places is None:
            return top
        columns, values = features.row(row)
        margins = values @ self.weights[columns, places] + self.bias[places]
        labels = self.labels[places]
        points = [self.cue_weight * evidence.get(label, 0.0) for label in labels]
        return labels[int(np.argmax(margins + points))]

    def name(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """The label of each text, of the second level where there is one, and its calibrated chance."""
        features = self.features(texts)
        chances = self.chances(features)
        return [
            (self.leaf(features, row, self.tops[best]), round(float(chances[row, best]), 3))
            for row, best in enumerate(chances.argmax(axis=1).tolist())
        ]

    def save(self, path: Path) -> None:
        """Write the arrays; weights in half precision, which changes no judgement worth having."""
        labels = np.array(self.labels)
        with path.open("wb") as sink:
            np.savez_compressed(
                sink,
                format=_FORMAT,
                slots=self.slots.astype(np.int32),
                rarity=self.rarity.astype(np.float16),
                weights=self.weights.astype(np.float16),
                bias=self.bias,
                labels=labels,
                sharpness=self.sharpness,
                cue_weight=self.cue_weight,
                thresholds=np.array(self.thresholds),
            )


def load_model(path: Path) -> Model:
    """A model as `save` wrote it. ValueError where the file is something else."""
    if path.read_bytes()[:2] != b"PK":
        raise ValueError(f"{path.name} is no model of this classifier")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if int(arrays["format"]) != _FORMAT:
                raise ValueError(f"{path.name} is of another version: train it again")
            return Model(
                slots=arrays["slots"].astype(np.int64),
                rarity=arrays["rarity"].astype(np.float32),
                weights=arrays["weights"].astype(np.float32),
                bias=arrays["bias"].astype(np.float32),
                labels=tuple(map(str, arrays["labels"])),
                sharpness=float(arrays["sharpness"]),
                cue_weight=float(arrays["cue_weight"]),
                thresholds=tuple((float(goal), float(least)) for goal, least in arrays["thresholds"]),
            )
    except (KeyError, BadZipFile) as fault:
        raise ValueError(f"{path.name} is no model of this classifier") from fault


def built_model(name: str) -> Model | None:
    """A model that `python -m classifier build` made; None where it has not run."""
    path = BUILT / f"{name}.npz"
    return load_model(path) if path.exists() else None


def column_table(slots: Ints) -> npt.NDArray[np.int32]:
    """The column of every slot; -1 where the gram is not known."""
    table = np.full(SLOTS, -1, np.int32)
    table[slots] = np.arange(len(slots), dtype=np.int32)
    return table


def weigh(texts: Sequence[str], column_of: npt.NDArray[np.int32], rarity: Floats) -> Features:
    """TF-IDF with damped counts, each text's values of length one."""
    grams = hash_grams(texts)
    columns = column_of[grams.slots]
    known = columns >= 0
    width = np.int64(len(rarity) or 1)
    keys, counts = np.unique(grams.texts[known] * width + columns[known], return_counts=True)
    rows, columns = np.divmod(keys, width)
    values = ((1 + np.log(counts)) * rarity[columns]).astype(np.float32)
    lengths = np.sqrt(np.bincount(rows, values * values, minlength=len(texts)))
    return Features(rows, columns, (values / lengths[rows]).astype(np.float32), len(texts))


def sums(features: Features, weights: Floats) -> Floats:
    """The features' product with the weights, row by row."""
    total = np.zeros((features.count, weights.shape[1]), np.float32)
    if len(features.rows):
        starts = np.flatnonzero(np.diff(features.rows, prepend=-1))
        terms = features.values[:, None] * weights[features.columns]
        total[features.rows[starts]] = np.add.reduceat(terms, starts, axis=0)
    return total


def gather(evidence: Sequence[Evidence], labels: Sequence[str]) -> Floats:
    """Points as texts x labels; those of a second-level label count for its first level too."""
    place = {label: at for at, label in enumerate(labels)}
    table = np.zeros((len(evidence), len(labels)), np.float32)
    for row, points in enumerate(evidence):
        for label, point in points.items():
            for name in {label, label.partition("/")[0]} & place.keys():
                table[row, place[name]] += point
    return table


def softmax(scores: Floats) -> Floats:
    """Chances that sum to one in every row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances
