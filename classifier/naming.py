"""How much some characters look like a Chinese person's name: signs, each of which has its points.

The points were fitted by logistic regression on names set into 280 texts, with the hub's corpora for all
that is no name. Whether characters are a word is asked of jieba's dictionary, only where all else speaks
for a name.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import rjieba

from classifier.lore import MAY_STAND_BETWEEN, Lore

_NICKNAMES = frozenset("阿家")  # 张阿姨, 张家
_LED, _SAID_OF = frozenset({"listed", "formal"}), frozenset({"described", "number"})
_LONGEST_LEAD = 8  # characters, with what may stand between it and the name
_SUM = re.compile(r"\d{4,6}(?:[，。、元]|$)")
_TO_NUMBER = re.compile(r"[\s，,、：:（(]{0,2}(?:电话|手机号?|联系方式|身份证号?|tel)?[\s：:]?")
_WORDS_REMEMBERED = 1 << 16


class Beside(NamedTuple):
    """Where numbers that belong to people begin, and where a list of names goes on."""

    numbers: set[int]
    listed: set[int]


def given_name(lore: Lore, plain: str, at: int, surname: str, beside: Beside) -> int:
    """How many characters of given name follow the surname there; 0 if that is no name at all."""
    if plain.startswith(lore.no_names.get(plain[at], ()), at):
        return 0
    lead = sign_before(lore, plain, at, beside)
    begun = lore.points["base"] + lore.points[lore.classes[surname]] + lore.points[lead]
    start = at + len(surname)
    first, second = (lore.given.get(plain[place : place + 1], lore.unusual) for place in (start, start + 1))
    one, two = begun + lore.sizes[1] + first, begun + lore.sizes[2] + (first + second)
    if max(one, two) + lore.most_after <= 0:  # as of most places
        return 0
    best, size = max(
        (_likely(lore, plain, at, start, start + size, points, lead, beside), size)
        for size, points in ((2, two), (1, one))
    )
    named_after = best > 0 and lore.place.match(plain, start + size)
    return size if best > 0 and not named_after else 0


def _likely(
    lore: Lore, plain: str, at: int, start: int, end: int, points: float, lead: str, beside: Beside
) -> float:
    """All points, above 0 for a name, from those so far. What is dear to see is looked at last."""
    given = plain[start:end]
    if end > len(plain) or not lore.never.isdisjoint(given) or not _all_chinese(given):
        return -1
    if given in _NICKNAMES or points + lore.most_after <= 0:
        return -1
    after = sign_behind(lore, plain, end, beside)
    points += lore.points[after]
    if points > 0:
        loose = lead not in _LED and after not in _SAID_OF
        points += sum(map(lore.points.__getitem__, wordings(lore, plain, at, start, end, loose)))
    return points


def wordings(lore: Lore, plain: str, at: int, start: int, end: int, loose: bool) -> Iterator[str]:
    """The signs that say which words of everyday life the characters would be."""
    whole, given = plain[at:end], plain[start:end]
    near = {
        "is_word": whole,
        "loose_word": whole if loose else "",
        "begins_word": plain[at : start + 1] if len(given) > 1 else "",
        "given_word": given,
        "ends_word": plain[at - 1 : start] if at else "",
        "ends_long_word": plain[at - 2 : start] if at > 1 else "",
        "into_word": plain[end - 1 : end + 1],
        "into_long_word": plain[start : end + 1],
    }
    yield from (sign for sign, word in near.items() if len(word) > 1 and _known(lore, word))


def _known(lore: Lore, characters: str) -> bool:
    return characters in lore.words or is_word(characters)


def sign_before(lore: Lore, plain: str, at: int, beside: Beside) -> str:
    """The sign that says what stands before a name at that place."""
    if at in beside.listed:
        return "listed"
    before = plain[at - 1 : at]
    if before in lore.lead_ends:
        ends, begin = (at - 1 if before in MAY_STAND_BETWEEN else at), max(0, at - _LONGEST_LEAD)
        for lead, words in lore.leads.items():
            if plain.endswith(words, begin, ends) or plain.endswith(words, begin, at):
                return lead
    if not before.isalnum():
        return "start"
    return "leading" if before in lore.leading else "inside"


def sign_behind(lore: Lore, plain: str, end: int, beside: Beside) -> str:
    """The sign that says what stands behind a name that ends there."""
    gap = _TO_NUMBER.match(plain, end)
    if (gap and gap.end() in beside.numbers) or _SUM.match(plain, end):
        return "number"
    for sign, pattern in lore.behind.items():
        if pattern.match(plain, end):
            return sign
    if not plain[end : end + 1].isalnum():
        return "end"
    return "then" if plain[end] in lore.then else "other"


def _all_chinese(given: str) -> bool:
    return min(given) >= "一" and max(given) <= "鿿"


@lru_cache(_WORDS_REMEMBERED)
def is_word(characters: str) -> bool:
    """Whether the dictionary takes them for one word, and not for a name."""
    parts = rjieba.tag(characters, False)
    return len(parts) == 1 and not parts[0][1].startswith("nr")
