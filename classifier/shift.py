"""Matters that follow one another without a word that says so: the model sees the subject change."""

from collections.abc import Iterator, Sequence

import numpy as np

from classifier.features import Floats
from classifier.model import Model
from classifier.reading import Part, Reading
from classifier.rules import Splitting
from classifier.split import Span, sentence_ends


def divide(readings: Sequence[Reading], model: Model, rules: Splitting) -> list[Reading]:
    """The readings, with more spans where a sentence is surely about something the matter so far is not."""
    sentences = [_sentences(reading) for reading in readings]
    parts = [Part(reading, span) for reading, own in zip(readings, sentences, strict=True) for span in own]
    if not parts:
        return list(readings)
    chances = model.chances(model.features([part.text for part in parts]), [part.evidence for part in parts])
    ends = np.cumsum([len(own) for own in sentences])[:-1]
    return [
        reading._replace(spans=_spans(reading, own, theirs, rules)) if own else reading
        for reading, own, theirs in zip(readings, sentences, np.split(chances, ends), strict=True)
    ]


def _sentences(reading: Reading) -> list[Span]:
    """The sentences of each matter; none where there is nothing to divide."""
    size = len(reading.plain)
    ends = {end for end in sentence_ends(reading.plain) if end < size}
    starts = sorted(ends | {span.start for span in reading.spans})
    spans = [Span(a, b) for a, b in zip(starts, [*starts[1:], size], strict=True)]
    return spans if len(spans) > len(reading.spans) else []


def _spans(reading: Reading, sentences: list[Span], chances: Floats, rules: Splitting) -> list[Span]:
    starts = list(_starts(reading, sentences, chances, rules))[: max(rules.most, len(reading.spans))]
    return [Span(a, b) for a, b in zip(starts, [*starts[1:], len(reading.plain)], strict=True)]


def _starts(reading: Reading, sentences: list[Span], chances: Floats, rules: Splitting) -> Iterator[int]:
    known = {span.start for span in reading.spans}
    begun, here = 0, np.zeros(chances.shape[1], np.float32)
    for span, chance in zip(sentences, chances, strict=True):
        long_enough = min(span.start - begun, span.end - span.start) >= rules.shift_letters
        new = long_enough and _shifts(here, chance, rules)
        if span.start in known or new:
            yield span.start
            begun, here = span.start, chance
        else:
            here = np.maximum(here, chance)


def _shifts(here: Floats, chance: Floats, rules: Splitting) -> bool:
    """Whether a sentence is surely about what nothing before it was about, and that about something too."""
    subject = int(chance.argmax())
    sure = chance[subject] >= rules.shift_sure and here.max() >= rules.shift_before
    return bool(sure and here[subject] <= rules.shift_rest)
