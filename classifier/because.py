"""Why a matter was taken for what it is: the rulebook's words, and the letters the model went by."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from classifier.linear.features import Floats, Known
from classifier.linear.grams import SIZES
from classifier.linear.model import Model
from classifier.reading import Part
from classifier.rulebook.evidence import subject

WORDS, LETTERS = "category.words", "category.model"
_SHOWN = 3  # stretches or words: enough to agree or to overrule
_LONGEST = 8  # characters of a stretch
_STANDS_OUT = 0.4  # of the strongest letter's weight
_LEAST = 1e-6  # a letter's weight that is one
_Letter = tuple[int, float]  # its place in the matter and its weight


def words(part: Part, category: str) -> tuple[str, ...]:
    """The rulebook's words for the category's subject that stand in the matter, as one reason or none."""
    plain, top = part.whole.plain, subject(category)
    hits = part.whole.hits.within(*part.span, "category")
    return reason(WORDS, (plain[start:end] for start, end, cue in hits if subject(cue.key) == top))


def letters_of(
    model: Model, known: Known, parts: Sequence[Part], categories: Sequence[str]
) -> list[tuple[str, ...]]:
    """For each matter the stretches that weigh most for its category, as one reason or none.

    `known` are the matters' own grams. Never a piece of a name or number: nobody is told by a reason.
    """
    weights = _weights(model, known, categories)
    starts, ends = known.bounds[:-1], known.bounds[1:]
    least = np.maximum(np.maximum.reduceat(np.append(weights, 0), starts) * _STANDS_OUT, _LEAST)
    strong = np.flatnonzero(weights > np.repeat(least, ends - starts))
    owners = np.searchsorted(ends, strong, side="right")
    found = zip(owners.tolist(), (strong - starts[owners]).tolist(), weights[strong].tolist(), strict=True)
    theirs: list[list[_Letter]] = [[] for _ in parts]
    for owner, place, weight in found:
        theirs[owner].append((place, weight))
    return [reason(LETTERS, _stretches(part, own)) for part, own in zip(parts, theirs, strict=True)]


def reason(code: str, found: Iterable[str]) -> tuple[str, ...]:
    """The first few different ones as one reason; none of none."""
    some: dict[str, None] = {}
    for stretch in found:
        some[stretch] = None
        if len(some) == _SHOWN:
            break
    return (f"{code}: {' · '.join(some)}",) if some else ()


def _weights(model: Model, known: Known, categories: Sequence[str]) -> Floats:
    """What each letter of the texts end to end adds: an n-gram's weight, shared by its letters."""
    tops = np.array([model.tops.index(subject(category)) for category in categories], np.int32)
    pulls = model.pulls(known, tops.take(known.texts))
    count = int(known.bounds[-1])
    total = np.zeros(count, np.float32)
    for size, (start, end) in zip(SIZES, pairwise(known.edges), strict=True):
        begun = np.bincount(known.places[start:end], pulls[start:end] / size, count).astype(np.float32)
        for offset in range(size):
            total[offset:] += begun[: count - offset]
    return total


def _stretches(part: Part, letters: Iterable[_Letter]) -> Iterator[str]:
    """Runs of letters that stand out, heaviest first, of two letters or more."""
    text, start = part.text, part.span.start
    hidden = {at - start for found in part.whole.found for at in range(found.start, found.end)}
    runs: dict[int, list[float]] = {}  # weights, by where a run begins
    begin = end = -1
    for at, weight in letters:
        if text[at].isalnum() and at not in hidden:
            begin = begin if at == end else at
            end = at + 1
            runs.setdefault(begin, []).append(weight)
    shown = {begin: weights[:_LONGEST] for begin, weights in runs.items() if len(weights) > 1}
    for begin in sorted(shown, key=lambda begin: -sum(shown[begin])):
        yield text[begin : begin + len(shown[begin])]
