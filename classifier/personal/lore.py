"""What the hub knows of people's names: surnames, and what stands in and beside names, by character."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
CHARACTERS = 1 << 16  # what stands beyond is no character of a name
CLASSES = ("mostly_words", "also_words", "less_common", "common")  # of surnames of one character
LEADS = ("formal", "relatives", "roles")  # the surest first
_STOPS = ("。！？；!?;\n", "，,", "、", "：:", "（(", "）)", '“"「『”」', " ")
PAD, HAN, DIGIT, LETTER = range(4)  # kinds of characters; then the stops
FIRST_STOP, OTHER_KIND = 4, 4 + len(_STOPS)


@dataclass(frozen=True, slots=True)
class Lore:
    """What names are made of and what stands beside them."""

    surnames: Mapping[str, Sequence[str]]  # by class, those of one character
    doubles: Sequence[str]
    syllables: Sequence[str]  # of other peoples' names, two of them or more
    whole: Sequence[str]  # names of other peoples by themselves; patterns
    surname: Bytes  # class of a surname of one character, from 1; 0 where it is none
    given: Bytes  # how usual in a given name, 0 to 6
    given_names: Sequence[str]  # of two characters, that many people have
    never: Bytes  # 1 if in no given name
    kind: Bytes  # of character
    between: Bytes  # 1 if it may stand between a lead and the name
    leading: Bytes  # 1 if a name may follow
    then: Bytes  # 1 if it may follow a name
    described: Bytes  # 1 if it may follow a stop behind a name
    pronoun: Bytes  # 1 if it stands for a person
    leads: Mapping[str, Sequence[str]]
    titles: Sequence[str]
    called: frozenset[str]  # 王老师 is no full name
    no_names: Mapping[str, tuple[str, ...]]  # by what they begin with
    inside: frozenset[str]  # words of two characters whose second begins no name
    own_words: Sequence[str]  # of everyday life, that no dictionary has
    name_words: Sequence[str]  # those that people are called, too
    place_ends: Bytes  # 1 if a place's or a firm's name may end with it
    place_words: Sequence[str]  # of two characters, the same
    firm: re.Pattern[str]  # what behind a name makes it a firm's
    place: re.Pattern[str]  # and a firm's or a place's, mostly


@cache
def lore() -> Lore:
    """What the hub's own file says of names."""
    data = tomllib.loads((files("classifier") / "data" / "names.toml").read_text("utf-8"))
    surnames = {kind: data[kind].split() for kind in CLASSES}
    return Lore(
        surnames=surnames,
        doubles=[name for name in data["double"].split() if len(name) == 2],
        syllables=data["syllables"].split(),
        whole=data["whole"].split(),
        surname=_table(enumerate(surnames.values(), 1)),
        given=_table(enumerate(("".join(row.split()) for row in reversed(data["given"])), 1)),
        given_names=data["given_names"].split(),
        never=_table([(1, "".join(data["never"].split()))]),
        kind=_kinds(),
        between=_table([(1, ':：，,是为叫 “"（(')]),
        leading=_table([(1, data["leading"])]),
        then=_table([(1, data["then"])]),
        described=_table([(1, data["described"])]),
        pronoun=_table([(1, data["pronouns"])]),
        leads={kind: data[kind].split() for kind in LEADS},
        titles=data["title"].split(),
        called=frozenset(data["called"].split()),
        no_names=_by_first(data["no_names"].split()),
        inside=frozenset(data["inside"].split()),
        own_words=data["own_words"].split(),
        name_words=data["name_words"].split(),
        place_ends=_table([(1, data["place_ends"])]),
        place_words=data["place_words"].split(),
        firm=re.compile("|".join(data["firm"].split())),
        place=re.compile("|".join((data["firm"] + data["place"]).split())),
    )


def _table(rows: Iterable[tuple[int, Iterable[str]]]) -> Bytes:
    table = np.zeros(CHARACTERS, np.uint8)
    for value, characters in rows:
        table[[ord(character) for character in characters]] = value
    return table


def _kinds() -> Bytes:
    kinds = _table(enumerate(_STOPS, FIRST_STOP))
    kinds[kinds == 0] = OTHER_KIND
    kinds[0], kinds[0x4E00:0xA000] = PAD, HAN
    kinds[ord("0") : ord("9") + 1], kinds[ord("a") : ord("z") + 1] = DIGIT, LETTER
    return kinds


def _by_first(words: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    firsts = dict.fromkeys(word[0] for word in words)  # no set: the names' training goes by this order
    return {first: tuple(w for w in words if w[0] == first) for first in firsts}
