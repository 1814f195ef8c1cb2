"""Texts with invented names, for the names' model to learn from: new names where texts have some already, and
names where a text says he, the landlord, the other side."""

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import exp
from typing import Any, NamedTuple

from classifier.personal.lore import HAN, lore
from classifier.rulebook.text import normalise

Span = tuple[int, int]
_SURNAMES = {"common": 60, "less_common": 25, "also_words": 5, "mostly_words": 5}  # in a hundred
_DOUBLE = 0.05
_STEEP = 4  # how much oftener the head of a list of surnames is drawn than its tail
_WORD, _GIVEN_WORD, _GIVEN_NAME = (
    0.06,
    0.04,
    0.3,
)  # names that are words; given names that are, and usual ones
_WORD_AGAIN = 0.5  # for a name that is a word
_ANY_WORD = 0.6  # of those, the ones that hardly anybody is called
_ODD = 0.06  # characters that are seldom in names
_TWO, _TWO_AFTER_DOUBLE = 0.66, 0.5  # given names of two characters
_OTHER_LEAD, _OTHER_TITLE, _BARE = 0.6, 0.5, 0.05
_KEEPS_ROLE = 0.75  # the landlord becomes: the landlord, and a name
_MOST_IMPLANTED = 2
_PRONOUNS = "(?<!其)(?:他|她)(?![们人妈爸娘爹俩])|(?:对方|男方|女方)(?!的)"
_ROLES = (
    "(?:邻居|老板|房东|包工头|店主|物业经理|班主任|校长|医生|老公|儿子|女儿|丈夫|婆婆|同事|工友|司机|保安|中介|前夫|弟弟|哥哥"
    "|组长|村民|租客)(?![们娘工的])"
)
_SOMEBODY = re.compile(f"(?P<pronoun>{_PRONOUNS})|{_ROLES}")
# What places and firms are, where nothing yet says which.
_PLACE = re.compile(
    "(?<=[的在到了们这那个家：，。、和与从是被给找去对往])(?:小区|公司|公园|大道|街道|学校|医院|超市|物业|幼儿园|酒店|饭店|工地|厂|广场|村|路|花园"
    "|商场|培训|中学|小学|社区|桥|山|镇|工业区|农贸市场|银行|驾校|健身房|驿站|停车场|开发商|新村|家园|大厦|公寓|苑|府)(?![口上面边])"
)
_PLACE_OF_SURNAME, _PLACE_OF_FAMILY, _LONG_PLACE = 0.5, 0.1, 0.25
_MOST_PLACES = 3
_BETWEEN = ("", "：", ":", "，", "（", "是", " ")


class NamedText(NamedTuple):
    """A text and where its names stand."""

    text: str
    names: Sequence[Span]


class Names:
    """Invents names: rare surnames, rare characters and names that are words oftener than life does."""

    def __init__(self, texts: Sequence[str], words: Mapping[str, int], dice: random.Random) -> None:
        known, self.dice = lore(), dice
        often = Counter(
            character for text in texts for character in text if known.kind[_code(character)] == HAN
        )
        self._given = [chr(code) for code in known.given.nonzero()[0].tolist()]
        shares = [exp(known.given[ord(c)].item()) * (often[c] + 3) ** 0.75 for c in self._given]
        self._shares = list(accumulate(shares))
        usable = {c for c in map(chr, range(0x4E00, 0xA000)) if not known.never[ord(c)]}
        self._any = [character for character in often if often[character] > 3 and character in usable]
        self._words = [
            w for w, level in words.items() if level > 1 and known.surname[ord(w[0])] and w[1] in usable
        ]
        self._every_word = {*self._words, *lore().name_words}
        self._given_words = [
            w for w, level in words.items() if level > 2 and all(known.given[ord(c)] for c in w)
        ]

    def surname(self) -> str:
        """One of the table's."""
        if self.dice.random() < _DOUBLE:
            return self.dice.choice(lore().doubles)
        (kind,) = self.dice.choices(list(_SURNAMES), list(_SURNAMES.values()))
        some = lore().surnames[kind]
        return some[int(self.dice.expovariate(_STEEP / len(some))) % len(some)]

    def name(self) -> str:
        """A full one."""
        drawn = self.dice.random()
        if drawn < _WORD:
            return self.dice.choice(self._words if self.dice.random() < _ANY_WORD else lore().name_words)
        surname = self.surname()
        if drawn < _WORD + _GIVEN_WORD:
            return surname + self.dice.choice(self._given_words)
        if drawn < _WORD + _GIVEN_WORD + _GIVEN_NAME:
            return surname + self.dice.choice(lore().given_names)
        two = self.dice.random() < (_TWO if len(surname) == 1 else _TWO_AFTER_DOUBLE)
        return surname + "".join(self._character() for _ in range(1 + two))

    def like(self, name: str) -> str:
        """Another one; often a word, where this is one."""
        if name in self._every_word and self.dice.random() < _WORD_AGAIN:
            return self.dice.choice(self._words if self.dice.random() < _ANY_WORD else lore().name_words)
        return self.name()

    def place(self) -> str:
        """What a place or a firm is called, without the word for what it is."""
        if self.dice.random() < _PLACE_OF_FAMILY:
            return self.surname() + self.dice.choice("家王")
        if self.dice.random() < _PLACE_OF_SURNAME:
            called = self.surname() + self._character()
        else:
            called = self._character() + self._character()
        return called + (self.place() if self.dice.random() < _LONG_PLACE else "")

    def _character(self) -> str:
        if self.dice.random() < _ODD:
            return self.dice.choice(self._any)
        return self.dice.choices(self._given, cum_weights=self._shares)[0]


def labelled(row: Mapping[str, Any]) -> NamedText:
    """A row of the corpus as it was written."""
    names = [(item["start"], item["end"]) for item in row["personal"] if item["kind"] == "name"]
    return NamedText(normalise(row["text"]), names)


def renamed(row: Mapping[str, Any], names: Names) -> NamedText:
    """The row with other names, and here and there another word beside them."""
    text, said, found, last = row["text"], "", [], 0
    others: dict[str, str] = {}
    for item in sorted(
        (i for i in row["personal"] if i["kind"] == "name"), key=lambda item: int(item["start"])
    ):
        value, before = item["value"], text[last : item["start"]]
        last = item["end"]
        if _is_chinese(value):
            value = others.setdefault(value, names.like(value))
            before = _led_otherwise(before, names.dice)
        found.append((len(said) + len(before), len(said) + len(before) + len(value)))
        said += before + value
        if text[last : last + 2] in lore().titles and names.dice.random() < _OTHER_TITLE:
            said, last = said + names.dice.choice(lore().titles), last + 2
    return NamedText(normalise(said + text[last:]), found)


def _is_chinese(name: str) -> bool:
    known = lore()
    return 2 <= len(name) <= 4 and all(known.kind[_code(character)] == HAN for character in name)


def _led_otherwise(before: str, dice: random.Random) -> str:
    if before and dice.random() < _BARE:
        return dice.choice(("，", "。", "、", " "))
    for between in _BETWEEN:
        lead = before.removesuffix(between)
        for words in lore().leads.values() if lead + between == before else ():
            same = next((word for word in words if len(word) > 1 and lead.endswith(word)), None)
            if same and dice.random() < _OTHER_LEAD:
                return lead.removesuffix(same) + dice.choice(words) + between
    return before


def placed(text: str, names: Names) -> NamedText | None:
    """The text with names for some of the places and firms it speaks of, and where these stand."""
    somewhere = list(_PLACE.finditer(text))
    if not somewhere:
        return None
    said, found, last = "", [], 0
    for match in sorted(names.dice.sample(somewhere, min(len(somewhere), _MOST_PLACES)), key=re.Match.start):
        said, name, last = said + text[last : match.start()], names.place(), match.start()
        found.append((len(said), len(said) + len(name)))
        said += name
    return NamedText(normalise(said + text[last:]), found)


def implanted(text: str, names: Names) -> NamedText | None:
    """The text with names for some of those it speaks of; None where it speaks of nobody."""
    somebody = list(_SOMEBODY.finditer(text))
    if not somebody:
        return None
    chosen = names.dice.sample(somebody, min(len(somebody), names.dice.randint(1, _MOST_IMPLANTED)))
    said, found, last = "", [], 0
    for match in sorted(chosen, key=re.Match.start):
        said += text[last : match.start()]
        if not match["pronoun"] and names.dice.random() < _KEEPS_ROLE:
            said += match.group()
        name, last = names.name(), match.end()
        found.append((len(said), len(said) + len(name)))
        said += name
    return NamedText(normalise(said + text[last:]), found)


def _code(character: str) -> int:
    return ord(character) & 0xFFFF
