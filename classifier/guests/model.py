"""What a guest's letter is about, what its writer wants and how dangerous it is: one linear model.

It looks at where the letter stands among others by its meaning, at what the words of `data/foreign.toml` in
it speak of, and at its own words, one to three in a row. Each answer is a column of one matrix.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from classifier.alarm import Alarm
from classifier.guests.encoder import installed, points
from classifier.guests.words import spans, worded
from classifier.linear.features import Columns, Floats, Known, column_table, recognise, sums, weigh
from classifier.linear.files import Arrays, built, write_arrays
from classifier.linear.grams import Ints, Letters
from classifier.linear.model import gather, softmax
from classifier.linear.together import chances_of_labels
from classifier.reading import Part
from classifier.rulebook.evidence import scores
from classifier.topics import Topic, leaf
from contracts.vocabulary import Flag, Intent

# How loud meaning and the rulebook's words are beside each other, for a penalty that is the same for all.
_MEANING, _WORDS = 3.0, 6.0
_FEW = 4.0  # points that are hardly evidence: beside so many a share is only half as large
_TOLD = 3  # letters of a word that tells something by itself
_ANSWERS = ("tops", "wishes", "flags")
_ARRAYS = ("weights", "bias", "slots", "rarity", "words")


class Told(NamedTuple):
    """What the model makes of one matter."""

    topic: Topic
    alarm: Alarm
    words: Sequence[str]  # that speak most for the subject; never a piece of a name or number


@dataclass(frozen=True)
class GuestModel:
    """A column for every subject, every wish, every flag, and one for danger."""

    weights: Floats = field(repr=False)  # signs x answers
    bias: Floats = field(repr=False)
    slots: Ints = field(repr=False)  # of the known words and rows of words
    rarity: Floats = field(repr=False)  # of each
    words: Floats = field(repr=False)  # known words x answers
    tops: tuple[str, ...]
    wishes: tuple[str, ...]
    flags: tuple[str, ...]

    @cached_property
    def column_of(self) -> Columns:
        return column_table(self.slots)

    def judge(self, parts: Sequence[Part]) -> list[Told]:
        """Matters of guests' letters, in order."""
        known = recognise(Letters(spoken(parts)), self.column_of, len(self.slots))
        said = sums(weigh(known, self.rarity), self.words)
        ends = np.cumsum([len(getattr(self, name)) for name in _ANSWERS])
        tops, wishes, flags, danger = np.split(
            signs(parts, self.tops) @ self.weights + said + self.bias, ends, axis=1
        )
        dangerous = 1 / (1 + np.exp(-danger))
        topics = map(self._topic, parts, softmax(tops), wishes)
        alarms = map(self._alarm, dangerous[:, 0].tolist(), chances_of_labels(flags, None) * dangerous)
        return list(map(Told, topics, alarms, self._words(parts, known, tops.argmax(axis=1))))

    def _words(self, parts: Sequence[Part], known: Known, tops: Ints) -> list[Sequence[str]]:
        """Those of each matter that speak for its subject, the heaviest first."""
        single = slice(*known.edges[:2])
        texts, columns = known.texts[single], known.columns[single]
        places = (known.places[single] - known.bounds[texts]).tolist()
        pulls = (self.words[columns, tops[texts]] * self.rarity[columns]).tolist()
        theirs: list[list[tuple[float, int]]] = [[] for _ in parts]
        for text, place, pull in zip(texts.tolist(), places, pulls, strict=True):
            if pull > 0:
                theirs[text].append((pull, place))
        return [tuple(_heaviest(part, own)) for part, own in zip(parts, theirs, strict=True)]

    def _topic(self, part: Part, chances: Floats, wishes: Floats) -> Topic:
        best, second = np.argsort(-chances, kind="stable")[:2].tolist()
        evidence = part.evidence
        return Topic(
            leaf(self.tops[best], evidence),
            leaf(self.tops[second], evidence),
            round(float(chances[best]), 3),
            wish=Intent(self.wishes[int(wishes.argmax())]),
        )

    def _alarm(self, chance: float, shares: Floats) -> Alarm:
        return Alarm(chance, dict(zip(map(Flag, self.flags), shares.tolist(), strict=True)))

    def save(self, path: Path) -> None:
        """As one file of plain arrays."""
        names = {name: np.array(getattr(self, name)) for name in _ANSWERS}
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        write_arrays(path, "guests", **arrays, **names)


def built_guests() -> GuestModel | None:
    """The one `python -m classifier build` made; None where the optional package is not installed.

    Unusable where the package is, and the model was not made.
    """
    return built("guests", "guests", _model) if installed() else None


def _model(arrays: Arrays) -> GuestModel:
    kept: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
    kept |= {name: tuple(map(str, arrays[name])) for name in _ANSWERS}
    return GuestModel(**kept)


def spoken(parts: Sequence[Part]) -> list[str]:
    """Each matter's words, as `worded` has them."""
    return [worded(part.text) for part in parts]


def signs(parts: Sequence[Part], tops: Sequence[str]) -> Floats:
    """What the model looks at: matters x signs. First each subject's share of the words, then each wish's."""
    about = _shares([part.evidence for part in parts], tops)
    wanted = _shares([scores(part.wishes) for part in parts], tuple(Intent))
    feared = gather([_fears(part) for part in parts], tuple(Flag))
    found = [about, wanted, feared, _MEANING * points([part.written for part in parts])]
    return np.concatenate(found, axis=1).astype(np.float32)


def _heaviest(part: Part, words: Iterable[tuple[float, int]]) -> Iterator[str]:
    """Words by what they weigh and which of the matter's words they are."""
    where, begin = spans(part.text), part.span.start
    for _, place in sorted(words, key=lambda word: -word[0]):
        start, end = where[place]
        told = end - start >= _TOLD and part.text[start:end].isalpha()
        if told and not any(hid.start < begin + end and begin + start < hid.end for hid in part.whole.found):
            yield part.text[start:end]


def _shares(evidence: Sequence[Mapping[str, float]], names: Sequence[str]) -> Floats:
    found = gather(evidence, names)
    shares: Floats = _WORDS * found / (found.sum(axis=1, keepdims=True) + _FEW)
    return shares


def _fears(part: Part) -> dict[str, float]:
    """The highest score of each flag that a rule sees."""
    found: dict[str, float] = {}
    for danger in part.dangers:
        found[danger.flag] = max(found.get(danger.flag, 0.0), danger.score)
    return found
