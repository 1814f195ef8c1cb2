"""Where one matter passes into the next: one learnt decision over all seams of a text."""

from bisect import bisect, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, starmap
from pathlib import Path

import numpy as np

from classifier.clauses import Clauses, Sign, clauses_of
from classifier.cohesion import Sums, running
from classifier.features import Floats
from classifier.model import Model
from classifier.model_file import BUILT
from classifier.reading import Reading
from classifier.rules import Splitting
from classifier.seams import Seams, seams
from classifier.split import Span

_MOST = 4.0  # times what a mark counts in the shortest message


@dataclass(frozen=True, slots=True)
class SeamModel:
    """A logistic regression on a seam's numbers and letters."""

    weights: Floats = field(repr=False)  # by number
    letters: Floats = field(repr=False)  # by hashed letter
    bias: float

    def scores(self, found: Seams) -> Floats:
        """Log odds that a matter begins at each seam."""
        scores: Floats = found.numbers @ self.weights + self.letters[found.letters].sum(axis=1) + self.bias
        return scores

    def save(self, path: Path) -> None:
        with path.open("wb") as sink:
            np.savez_compressed(sink, weights=self.weights, letters=self.letters, bias=self.bias)


def built_seams() -> SeamModel | None:
    """The one `python -m classifier build` made; None where it has not run."""
    path = BUILT / "seams.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        return SeamModel(arrays["weights"], arrays["letters"], float(arrays["bias"]))


def divide(
    readings: Sequence[Reading], categories: Model, model: SeamModel, rules: Splitting
) -> list[Reading]:
    """The readings, their spans as the model sees them instead of the rules alone."""
    if not readings:
        return []
    clauses = clauses_of(readings, rules)
    found = seams(readings, clauses, categories)
    scores = _ruled(model.scores(found), found, clauses, rules)
    place = running(clauses.end - clauses.start)
    firsts = np.flatnonzero(clauses.start == 0).tolist()
    cuts = [list(edges) for edges in pairwise([*firsts, len(clauses.start)])]
    worth = np.flatnonzero(scores >= rules.seam)
    for at in found.clause[worth[np.argsort(-scores[worth], kind="stable")]].tolist():
        taken = cuts[int(clauses.owner[at])]
        if len(taken) <= rules.most and _free(at, taken, place, found.told, rules.seam_letters):
            insort(taken, at)
    return [
        reading._replace(spans=list(starmap(Span, pairwise((place[taken] - place[taken[0]]).tolist()))))
        for reading, taken in zip(readings, cuts, strict=True)
    ]


def _ruled(scores: Floats, found: Seams, clauses: Clauses, rules: Splitting) -> Floats:
    """What the rules know of marks besides: most in the shortest messages, where a model has little to go by,
    nothing in long letters, where lists and words order one matter."""
    sizes = np.maximum.reduceat(clauses.end, np.flatnonzero(clauses.start == 0))[clauses.owner[found.clause]]
    signs = clauses.signs[found.clause]
    besides = rules.ruled * np.clip(rules.terse / (sizes + 1), 1, _MOST) * (sizes <= rules.long)
    ruled = (scores + besides * signs[:, Sign.RULED]).astype(np.float32)
    return np.where(signs[:, Sign.DENIED], -np.inf, ruled)


def _free(at: int, taken: Sequence[int], place: Sums, told: Sums, least: int) -> bool:
    """Whether a matter may begin at a clause: surer ones were there first, neither side may be empty."""
    here = bisect(taken, at)
    before, after = taken[here - 1], taken[here]
    far = min(place[at] - place[before], place[after] - place[at]) >= least
    return bool(far and told[before] < told[at] < told[after])
