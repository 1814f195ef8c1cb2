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

_MOSTLY = 0.6  # of a part's letters; no matter of 5,500 texts written to be divided has so many


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
        reading._replace(spans=_spans(reading, [starts[at] for at in begins]))
        for reading, begins in zip(readings, model.begins(ways, rules.seam), strict=True)
    ]


def _spans(reading: Reading, begins: Sequence[int]) -> list[Span]:
    """Who somebody is and where they live is no matter: it goes with what stands before it, else behind."""
    end = len(reading.plain)
    if not (begins and reading.found):
        return list(starmap(Span, pairwise([0, *begins, end])))
    parts = starmap(Span, pairwise([*begins, end]))
    kept = [part.start for part in parts if not _introduces(reading, part)]
    if kept and _introduces(reading, Span(0, kept[0])):
        del kept[0]
    return list(starmap(Span, pairwise([0, *kept, end])))


def _introduces(reading: Reading, part: Span) -> bool:
    """Whether most letters of the part are somebody's name, numbers and address."""
    letters = {at for at in range(*part) if reading.plain[at].isalnum()}
    told = {at for found in reading.found for at in range(found.start, found.end)}
    return len(letters & told) > _MOSTLY * len(letters)
