"""Why a matter was taken for what it is: the rulebook's words, and the letters the model went by."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np

from classifier.features import Floats
from classifier.grams import SIZES, Grams
from classifier.model import Model
from classifier.reading import Part
from classifier.topics import subject

WORDS, LETTERS = "category.words", "category.model"
_SHOWN = 3  # stretches or words: enough to agree or to overrule
_LONGEST = 8  # characters of a stretch
_STANDS_OUT = 0.4  # of the strongest letter's weight
_LEAST = 1e-6  # a letter's weight that is one
_Letter = tuple[int, float]  # its place in the matter and its weight


def words(part: Part, category: str) -> tuple[str, ...]:
    """The rulebook's words for the category's subject that stand in the matter, as one reason or none."""
    hits = part.whole.hits.within(*part.span, "category")
    mine = [part.whole.plain[h.start : h.end] for h in hits if subject(h.cue.key) == subject(category)]
    return _reason(WORDS, mine)


def letters_of(
    model: Model, grams: Grams, parts: Sequence[Part], categories: Sequence[str]
) -> list[tuple[str, ...]]:
    """For each matter the stretches that weigh most for its category, as one reason or none.

    `grams` are the matters' own. Never a piece of somebody's name or number: nobody is told by a reason.
    """
    sizes = np.array([part.size for part in parts], np.int64)
    ends = np.cumsum(sizes)
    weights = _weights(model, grams, categories, int(sizes.sum()))
    strongest = np.maximum.reduceat(np.append(weights, 0), ends - sizes)
    strong = np.flatnonzero(weights > np.repeat(np.maximum(strongest * _STANDS_OUT, _LEAST), sizes))
    owners = np.searchsorted(ends, strong, side="right")
    theirs: list[list[_Letter]] = [[] for _ in parts]
    places = strong - (ends - sizes).take(owners)
    for owner, place, weight in zip(
        owners.tolist(), places.tolist(), weights.take(strong).tolist(), strict=True
    ):
        theirs[owner].append((place, weight))
    return [_reason(LETTERS, _stretches(part, own)) for part, own in zip(parts, theirs, strict=True)]


def _reason(code: str, found: Iterable[str]) -> tuple[str, ...]:
    some = list(dict.fromkeys(found))[:_SHOWN]
    return (f"{code}: {' · '.join(some)}",) if some else ()


def _weights(model: Model, grams: Grams, categories: Sequence[str], count: int) -> Floats:
    """What each letter of the texts end to end adds: an n-gram's weight, shared by its letters."""
    columns = model.columns(grams.slots)
    known = np.flatnonzero(columns >= 0)
    tops = np.array([model.tops.index(subject(category)) for category in categories], np.int64)
    weights = model.pulls(columns.take(known), tops.take(grams.texts.take(known)))
    places, sizes = grams.places.take(known), grams.sizes.take(known)
    total = np.zeros(count, np.float32)
    for size in SIZES:
        mine = np.flatnonzero(sizes == size)
        begun = np.bincount(places.take(mine), weights.take(mine) / size, count).astype(np.float32)
        for offset in range(size):
            total[offset:] += begun[: count - offset]
    return total


def _stretches(part: Part, letters: Iterable[_Letter]) -> Iterator[str]:
    """Runs of letters that stand out, heaviest first, of two letters or more."""
    text, start = part.text, part.span.start
    hidden = {at - start for found in part.whole.found for at in range(found.start, found.end)}
    shown = [(at, weight) for at, weight in letters if text[at].isalnum() and at not in hidden]
    runs = [
        [letter for _, letter in run][:_LONGEST]
        for _, run in groupby(enumerate(shown), key=lambda numbered: numbered[1][0] - numbered[0])
    ]
    for run in sorted(runs, key=lambda run: -sum(weight for _, weight in run)):
        if len(run) > 1:
            yield text[run[0][0] : run[-1][0] + 1]
