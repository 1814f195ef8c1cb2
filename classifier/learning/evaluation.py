"""How good a model of these rows is: every row is judged by a model that never saw it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from classifier.learning.training import PRECISIONS, Labels, folds, train

_BINS = 10


@dataclass(frozen=True)
class Evaluation:
    """What every row was, what it was taken for, how surely, and by which thresholds it was let through."""

    truth: Labels
    taken: Labels
    confidence: npt.NDArray[np.float32]
    let_through: Mapping[float, npt.NDArray[np.bool_]]  # by the precision promised

    @property
    def names(self) -> list[str]:
        return sorted(set(self.truth))

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        return np.equal(self.truth, self.taken)

    @property
    def accuracy(self) -> float:
        return float(self.right.mean())

    @property
    def macro_f1(self) -> float:
        return float(np.mean([f1 for *_, f1, _ in self.per_class()]))

    def per_class(self) -> list[tuple[str, float, float, float, int]]:
        """Name, precision, recall, F1, rows."""
        columns = precision_recall_fscore_support(self.truth, self.taken, labels=self.names, zero_division=0)
        precision, recall, f1, rows = (column.tolist() for column in columns)
        return list(zip(self.names, precision, recall, f1, rows, strict=True))

    def confusion(self) -> npt.NDArray[np.int64]:
        """Rows by what they are, columns by what they were taken for."""
        table: npt.NDArray[np.int64] = confusion_matrix(self.truth, self.taken, labels=self.names)
        return table

    def coverage(self) -> list[tuple[float, float, float]]:
        """Precision promised, share of rows let through, precision among them."""
        return [
            (goal, float(through.mean()), float(self.right[through].mean()) if through.any() else 1.0)
            for goal, through in self.let_through.items()
        ]

    def calibration(self) -> list[tuple[float, float, int]]:
        """Mean confidence, share right and rows, of ten stretches of confidence."""
        stretch = np.minimum((self.confidence * _BINS).astype(int), _BINS - 1)
        filled = [stretch == place for place in range(_BINS) if (stretch == place).any()]
        return [
            (float(self.confidence[at].mean()), float(self.right[at].mean()), int(at.sum())) for at in filled
        ]

    @property
    def calibration_error(self) -> float:
        """How far confidence is from the share right, on average (ECE)."""
        return sum(abs(said - was) * rows for said, was, rows in self.calibration()) / len(self.truth)


def evaluate(
    texts: Sequence[str], labels: Sequence[str], count: int, tell: Callable[[str], None] = lambda _: None
) -> Evaluation:
    """Cross-validate with `count` folds; thresholds come from the rows learnt on, never from those judged.

    ValueError with fewer rows than folds, and where `train` raises it.
    """
    if len(texts) < count:
        raise ValueError(f"{count} folds take {count} labelled rows at least; there are {len(texts)}")
    truth = np.array([label.partition("/")[0] for label in labels])
    taken, confidence = np.empty_like(truth), np.zeros(len(truth), np.float32)
    let_through = {goal: np.zeros(len(truth), np.bool_) for goal in PRECISIONS}
    for number, (learn, check) in enumerate(folds(list(truth), count), start=1):
        tell(f"fold {number} of {count}")
        model = train([texts[at] for at in learn], truth[learn].tolist())
        chances = model.chances(model.features([texts[at] for at in check]))
        taken[check] = np.array(model.tops)[chances.argmax(axis=1)]
        confidence[check] = chances.max(axis=1)
        for goal, least in model.thresholds:
            let_through[goal][check] = confidence[check] >= least
    return Evaluation(truth, taken, confidence, let_through)
