"""Why a matter was taken for what it is: the rulebook's words, and the letters the model went by."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from classifier.grams import SIZES, Ints, hash_grams
from classifier.model import Floats, Model
from classifier.reading import Part
from classifier.topics import subject

WORDS, LETTERS = "category.words", "category.model"
_SHOWN = 3  # stretches or words: enough to agree or to overrule
_LONGEST = 8  # characters of a stretch
_STANDS_OUT = 0.4  # of the strongest letter's weight


def words(part: Part, category: str) -> tuple[str, ...]:
    """The rulebook's words for the category's subject that stand in the matter, as one reason or none."""
    hits = part.whole.hits.within(*part.span, "category")
    mine = [part.whole.plain[h.start : h.end] for h in hits if subject(h.cue.key) == subject(category)]
    return _reason(WORDS, mine)


def letters(model: Model, parts: Sequence[Part], categories: Sequence[str]) -> list[tuple[str, ...]]:
    """For each matter the stretches that weigh most for its category, as one reason or none.

    Never a piece of somebody's name or number: nobody is told by the model's reasons.
    """
    weighed = _weights(model, [part.text for part in parts], categories)
    return [_reason(LETTERS, _stretches(part, own)) for part, own in zip(parts, weighed, strict=True)]


def _reason(code: str, found: Iterable[str]) -> tuple[str, ...]:
    some = list(dict.fromkeys(found))[:_SHOWN]
    return (f"{code}: {' · '.join(some)}",) if some else ()


def _weights(model: Model, texts: Sequence[str], categories: Sequence[str]) -> list[Floats]:
    """What each letter of each text adds: an n-gram's weight, shared by its letters."""
    grams, lengths = hash_grams(texts), np.fromiter(map(len, texts), np.int64, len(texts))
    columns, sizes = model.columns(grams.slots), _sizes(lengths)
    labels = np.array([model.labels.index(subject(category)) for category in categories])
    known = columns >= 0
    added = np.zeros(len(columns), np.float32)
    of = labels[grams.texts[known]]
    added[known] = model.rarity[columns[known]] * model.weights[columns[known], of] / sizes[known]
    starts = _places(lengths)
    total = np.zeros(int(lengths.sum()), np.float32)
    for offset in range(max(SIZES)):
        reach = sizes > offset
        total += np.bincount(starts[reach] + offset, added[reach], len(total)).astype(np.float32)
    return np.split(total, np.cumsum(lengths)[:-1])


def _counts(lengths: Ints) -> list[Ints]:
    """How many n-grams of each size each text has, in the order `hash_grams` gives them."""
    return [np.maximum(lengths - size + 1, 0) for size in SIZES]


def _sizes(lengths: Ints) -> Ints:
    return np.repeat(SIZES, [int(counts.sum()) for counts in _counts(lengths)])


def _places(lengths: Ints) -> Ints:
    """Where each n-gram begins, in all texts joined."""
    begins = np.cumsum(lengths) - lengths
    return np.concatenate([_running(counts, begins) for counts in _counts(lengths)])


def _running(counts: Ints, begins: Ints) -> Ints:
    first = np.cumsum(counts) - counts
    places: Ints = np.arange(counts.sum()) + np.repeat(begins - first, counts)
    return places


def _stretches(part: Part, weights: Floats) -> Iterator[str]:
    """Runs of letters that stand out, heaviest first, of two letters or more."""
    text, least = part.text, _STANDS_OUT * float(weights.max(initial=0.0))
    shown = (weights > max(least, 1e-6)) & np.fromiter(map(str.isalnum, text), np.bool_, len(text))
    for found in part.whole.found:
        shown[max(0, found.start - part.span.start) : max(0, found.end - part.span.start)] = False
    edges = np.flatnonzero(np.diff(shown, prepend=False, append=False))
    runs = [(a, min(b, a + _LONGEST)) for a, b in edges.reshape(-1, 2).tolist() if b - a > 1]
    for start, end in sorted(runs, key=lambda run: -float(weights[run[0] : run[1]].sum())):
        yield text[start:end]
