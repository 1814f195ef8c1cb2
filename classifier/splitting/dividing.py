"""Where one matter passes into the next: every seam of a text is weighed, then every way to divide it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, starmap
from pathlib import Path

import numpy as np

from classifier.linear.features import Floats
from classifier.linear.files import Arrays, built, write_arrays
from classifier.linear.model import Model
from classifier.reading import Reading
from classifier.rulebook.marks import Span
from classifier.rulebook.rules import SplittingRules
from classifier.splitting.clauses import Clauses, clauses_of
from classifier.splitting.seams import Seams, seams
from classifier.splitting.ways import Ways, ways_of


@dataclass(frozen=True, slots=True)
class SeamModel:
    """A logistic regression on a seam's numbers and letters, a conditional one on the ways to divide."""

    weights: Floats = field(repr=False)  # by number
    letters: Floats = field(repr=False)  # by hashed letter
    bias: float
    wording: Floats = field(repr=False)  # slots of whole texts' letters x questions
    ways: Floats = field(repr=False)  # by sign of a way

    def scores(self, found: Seams) -> Floats:
        """Log odds that a matter begins at each seam."""
        scores: Floats = found.numbers @ self.weights + self.letters[found.letters].sum(axis=1) + self.bias
        return scores

    def ways_of(self, found: Seams, clauses: Clauses, rules: SplittingRules) -> list[Ways]:
        """Each text's ways to be divided."""
        return ways_of(self.scores(found), found.wording.leaning(self.wording), found, clauses, rules)

    def begins(self, ways: Sequence[Ways], single: float) -> Iterator[list[int]]:
        """The clauses at which each text's second and later matters begin, in order: of the likeliest way,
        where one matter is worth so much more than it is among the texts learnt from."""
        worth = np.array([signs for way in ways for signs in way.signs], np.float32) @ self.ways
        end = 0
        for way in ways:
            start, end = end, end + len(way.signs)
            worth[start] += single
            yield sorted(way.seams[: int(worth[start:end].argmax())])

    def save(self, path: Path) -> None:
        """As one file of plain arrays."""
        write_arrays(
            path,
            "seams",
            weights=self.weights,
            letters=self.letters,
            bias=self.bias,
            wording=self.wording,
            ways=self.ways,
        )


def built_seams() -> SeamModel:
    """The one `python -m classifier build` made. Unusable where it has not."""
    return built("seams", "seams", _model)


def _model(arrays: Arrays) -> SeamModel:
    kept = {name: arrays[name] for name in ("weights", "letters", "wording", "ways")}
    return SeamModel(bias=float(arrays["bias"]), **kept)


def divide(
    readings: Sequence[Reading], categories: Model, model: SeamModel, rules: SplittingRules
) -> list[Reading]:
    """The readings, their spans as the model sees them instead of the rules alone."""
    if not readings:
        return []
    clauses = clauses_of(readings, rules)
    found = seams(readings, clauses, categories)
    ways = model.ways_of(found, clauses, rules)
    starts = clauses.start.tolist()
    return [
        reading._replace(
            spans=list(starmap(Span, pairwise([0, *(starts[at] for at in begins), len(reading.plain)])))
        )
        for reading, begins in zip(readings, model.begins(ways, rules.seam), strict=True)
    ]
