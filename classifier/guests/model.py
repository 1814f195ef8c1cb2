"""What a guest's letter is about, what its writer wants and how dangerous it is: one linear model.

It looks at where the letter stands among others by its meaning, at what the words of `data/foreign.toml` in
it speak of, and at its own words, one to three in a row. Each answer is a column of one matrix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from classifier.alarm import Alarm
from classifier.guests.encoder import installed, points
from classifier.guests.words import worded
from classifier.linear.features import Floats, column_table, recognise, sums, weigh
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
_ANSWERS = ("tops", "wishes", "flags")
_ARRAYS = ("weights", "bias", "slots", "rarity", "words")


class Told(NamedTuple):
    """What the model makes of one matter."""

    topic: Topic
    alarm: Alarm


@dataclass(frozen=True, slots=True)
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

    def judge(self, parts: Sequence[Part]) -> list[Told]:
        """Matters of guests' letters, in order."""
        margins = signs(parts, self.tops) @ self.weights + self._said(parts) + self.bias
        ends = np.cumsum([len(getattr(self, name)) for name in _ANSWERS])
        tops, wishes, flags, danger = np.split(margins, ends, axis=1)
        chances = softmax(tops)
        dangerous = 1 / (1 + np.exp(-danger[:, 0]))
        shares = chances_of_labels(flags, None) * dangerous[:, None]
        return [
            Told(self._topic(part, *told), self._alarm(*alarm))
            for part, *told, alarm in zip(
                parts,
                chances,
                wishes.argmax(axis=1).tolist(),
                zip(dangerous.tolist(), shares, strict=True),
                strict=True,
            )
        ]

    def _said(self, parts: Sequence[Part]) -> Floats:
        """What the words add to each answer."""
        known = recognise(Letters(spoken(parts)), column_table(self.slots), len(self.slots))
        return sums(weigh(known, self.rarity), self.words)

    def _topic(self, part: Part, chances: Floats, wish: int) -> Topic:
        best, second = np.argsort(-chances, kind="stable")[:2].tolist()
        evidence = part.evidence
        return Topic(
            leaf(self.tops[best], evidence),
            leaf(self.tops[second], evidence),
            round(float(chances[best]), 3),
            wish=Intent(self.wishes[wish]),
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
