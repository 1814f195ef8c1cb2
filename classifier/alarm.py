"""What a trained model makes of a text beside the rules: a third of the dangerous texts name no danger.

The model reads the text's own letters and, behind them, one letter of its own for every concept and
every danger the rules found, in their order: so it learns who does what to whom, and when rules err.
"""

import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from classifier.dangers import Danger
from classifier.grams import Letters
from classifier.model import Model, softmax
from classifier.reading import Part
from classifier.rules import Dangers
from contracts.vocabulary import Flag

CALM, DANGER = "calm", "danger"
_PRIVATE = 0xF0000  # Unicode's plane 15 is for private use: no text has its letters
_PRIVATE_SIZE = 65_000


class Alarm(NamedTuple):
    """How likely a text is dangerous, and by which flags."""

    chance: float
    by_flag: Mapping[Flag, float]  # sums to `chance`

    @property
    def flag(self) -> Flag:
        """The likeliest."""
        return max(self.by_flag, key=lambda flag: self.by_flag[flag])


class Ruling(NamedTuple):
    """What is decided: the dangers that count, the flags to act on at once, whether a person must look."""

    dangers: Sequence[Danger]
    flags: tuple[Flag, ...]
    look: bool


def lettered(part: Part) -> str:
    """The matter with what the rules found in it, as the model reads it."""
    start, end = part.span
    concepts = part.whole.concepts.items()
    found = sorted((hit.start, name) for name, hits in concepts for hit in hits if start <= hit.start < end)
    names = [*(name for _, name in found), *(danger.flag for danger in part.dangers)]
    return "\n".join([part.text, *map(_letter, names)])


def alarms(model: Model, letters: Letters) -> list[Alarm]:
    """What the model makes of lettered texts."""
    margins, places = model.margins(model.weigh(model.known(letters))), model.below[DANGER]
    chances = model.likeliness(margins)[:, model.tops.index(DANGER)]
    flags = [Flag(label.partition("/")[2]) for label in model.labels[places]]
    shares = softmax(margins[:, places] * np.float32(model.sharpness)) * chances[:, None]
    return [
        Alarm(chance, dict(zip(flags, share, strict=True)))
        for chance, share in zip(chances.tolist(), shares.tolist(), strict=True)
    ]


def rule_alone(found: Sequence[Danger], limits: Dangers) -> Ruling:
    """By the rules, where no model reads along."""
    certain = [danger for danger in found if danger.score >= limits.certain]
    return Ruling(found, tuple(danger.flag for danger in certain), len(found) > len(certain))


def rule(part: Part, alarm: Alarm, limits: Dangers) -> Ruling:
    """By rules and model: a certain rule is believed if the model agrees, the model alone if it is sure."""
    rules = {danger.flag for danger in part.dangers if danger.score >= limits.certain}
    leads = alarm.by_flag[alarm.flag] >= alarm.chance / 2
    believed = alarm.chance >= (limits.confirmed if alarm.flag in rules else limits.sure)
    flags = (alarm.flag,) if leads and believed else ()
    unflagged = alarm.chance - sum(alarm.by_flag[flag] for flag in flags)
    others = {danger.flag for danger in part.dangers} if flags else rules
    look = unflagged >= limits.watch or not others <= set(flags)
    if not look and not flags:
        return Ruling((), (), False)
    own = Danger(alarm.flag, alarm.chance, part.span.start, (f"model: {alarm.flag} {alarm.chance:.2f}",))
    return Ruling([*part.dangers, own], flags, look)


@cache
def _letter(name: str) -> str:
    return chr(_PRIVATE + zlib.crc32(name.encode()) % _PRIVATE_SIZE)
