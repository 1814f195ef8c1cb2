"""What a trained model makes of a text beside the rules: a third of the dangerous texts name no danger.

The model reads the text's own letters and, behind them, one letter of its own for every concept and
every danger the rules found, in their order: so it learns who does what to whom, and when rules err.
Then come the text's last letters once more, as letters of their own, since how a story ends says whether
it ended well. A long text is judged by its worst stretch too.
"""

import zlib
from collections.abc import Mapping, Sequence, Set
from functools import cache
from typing import NamedTuple

import numpy as np

from classifier.linear.features import Floats
from classifier.linear.grams import Letters
from classifier.linear.model import Model
from classifier.linear.stretch import Sides, leaning
from classifier.linear.together import chances_of_labels, leaning_with
from classifier.reading import Part
from classifier.rulebook.dangers import Danger
from classifier.rulebook.rules import DangerRules
from contracts.vocabulary import Flag

CALM, DANGER = "calm", "danger"
_PRIVATE = 0xF0000  # Unicode's plane 15 is for private use: no text has its letters
_PRIVATE_SIZE = 65_000
_END = 0x100000  # plane 16 is private too
_ENDING = 30  # letters
# Chances, if it is a danger, from which on a flag leads, is set beside the one that leads, and is so if a
# certain rule says it too (cross-validated: see docs/classifier.md).
_LEADS, _LIKELY, _POSSIBLE = 0.55, 0.4, 0.1


class Alarm(NamedTuple):
    """How likely a text is dangerous, and has each flag: of a danger often two."""

    chance: float
    by_flag: Mapping[Flag, float]  # none more than `chance`
    message: float = 1.0  # how likely the message is that it is a matter of, where it is one of several

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
    text = part.text
    ending = "".join(map(_last, text[-_ENDING:]))
    return "\n".join([text, *map(_letter, names), ending])


def alarms(model: Model, letters: Letters, parts: Sequence[Part], least: float) -> dict[int, Alarm]:
    """What the model makes of matters, lettered as `letters` are, by their place: of those that are dangerous
    with a chance of `least`, or in which a rule sees a danger."""
    chances, margins = _chances(model, letters, parts)
    told = [at for at, part in enumerate(parts) if chances[at] >= least or part.dangers]
    flags = [Flag(label.partition("/")[2]) for label in model.leaves[DANGER].labels]
    shares = chances_of_labels(margins[told], model.ties) * chances[told, None]
    return {
        at: Alarm(float(chances[at]), dict(zip(flags, own, strict=True)))
        for at, own in zip(told, shares.tolist(), strict=True)
    }


def _chances(model: Model, letters: Letters, parts: Sequence[Part]) -> tuple[Floats, Floats]:
    """How likely each matter is dangerous, and its flags' margins."""
    known = model.known(letters)
    features = model.weigh(known)
    below = model.leaves[DANGER]
    margins = np.array(list(map(below.margins, features.each()))).reshape(-1, len(below.labels))
    sides, sizes = Sides(*map(model.tops.index, (DANGER, CALM))), np.array([part.size for part in parts])
    leanings = leaning(model, known, model.margins(features), letters, sizes, sides)
    chances: Floats = 1 / (1 + np.exp(-leaning_with(leanings, margins) * np.float32(model.sharpness)))
    return chances, margins


def within_messages(model: Model, raised: Mapping[int, tuple[Part, Alarm]]) -> dict[int, Alarm]:
    """Those of matters that are one of several in their message, knowing how likely the whole of it is."""
    several = {at: of for at, of in raised.items() if len(of[0].whole.spans) > 1}
    if not several:
        return {}
    messages = {id(part.whole): part.message for part, _ in several.values()}
    whole = list(messages.values())
    chances, _ = _chances(model, Letters(list(map(lettered, whole))), whole)
    chance_of = dict(zip(messages, chances.tolist(), strict=True))
    return {at: alarm._replace(message=chance_of[id(part.whole)]) for at, (part, alarm) in several.items()}


def rule_alone(found: Sequence[Danger], limits: DangerRules) -> Ruling:
    """By the rules, where no model reads along."""
    certain = [danger for danger in found if danger.score >= limits.certain]
    return Ruling(found, tuple(danger.flag for danger in certain), len(found) > len(certain))


def rule(part: Part, alarm: Alarm, limits: DangerRules) -> Ruling:
    """By rules and model: a certain rule is believed if the model agrees, the model alone if it is sure."""
    rules = {danger.flag for danger in part.dangers if danger.score >= limits.certain}
    told = bool(part.dangers) or part.size >= limits.brief  # a few vague words can only be worth a look
    believed = told and alarm.chance >= (limits.confirmed if alarm.flag in rules else limits.sure)
    flags = _flags(alarm, rules) if believed else ()
    others = sum(chance for flag, chance in alarm.by_flag.items() if flag not in flags)
    unflagged = others if flags else alarm.chance
    watch = limits.watch_long if len(part.whole.plain) >= limits.long else limits.watch
    # Cut out of a calm message, a sentence easily looks worse than it is: that takes more.
    look = unflagged >= (watch if alarm.message >= watch else limits.alone)
    seen = {danger.flag for danger in part.dangers} if flags else rules
    look = look or not seen <= set(flags)
    if not look and not flags:
        return Ruling((), (), False)
    own = [
        Danger(flag, alarm.chance, part.span.start, (f"model: {flag} {alarm.by_flag[flag]:.2f}",))
        for flag in flags or (alarm.flag,)
    ]
    return Ruling([*part.dangers, *own], flags, look)


def rule_guest(part: Part, alarm: Alarm, limits: DangerRules) -> Ruling:
    """What rules or model see: of guests' letters the model has read few, so no rule waits for it."""
    by_rules, by_model = rule_alone(part.dangers, limits), rule(part, alarm, limits)
    flags = tuple(flag for flag in Flag if flag in {*by_rules.flags, *by_model.flags})
    return Ruling(by_model.dangers or by_rules.dangers, flags, by_rules.look or by_model.look)


def _flags(alarm: Alarm, rules: Set[Flag]) -> tuple[Flag, ...]:
    """The likeliest, with whatever else is likely or certain by rule; none where nothing stands out."""
    share = {flag: chance / alarm.chance for flag, chance in alarm.by_flag.items()}
    if share[alarm.flag] < _LEADS:
        return ()
    also = {flag for flag in share if share[flag] >= (_POSSIBLE if flag in rules else _LIKELY)}
    return tuple(flag for flag in Flag if flag in {alarm.flag, *also})


@cache
def _letter(name: str) -> str:
    return chr(_PRIVATE + zlib.crc32(name.encode()) % _PRIVATE_SIZE)


@cache
def _last(letter: str) -> str:
    return chr(_END + ord(letter) % _PRIVATE_SIZE)
