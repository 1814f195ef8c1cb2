"""What the hub knows of people's names: a table of surnames, characters, words beside them, and points."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SIZES = (2, 1)  # characters a given name has
LEADS = ("formal", "relatives", "roles")  # the surest first
BEHIND = ("described", "title")  # signs behind a name, the surest first
MAY_STAND_BETWEEN = frozenset(':：，,是为叫 “"（(')  # a lead and the name
_CLASSES = ("mostly_words", "also_words", "less_common", "common", "double")  # of surnames, the surest last


@dataclass(frozen=True, slots=True)
class Lore:
    """What names are made of and what stands beside them."""

    surname: re.Pattern[str]  # every place where a name could begin
    classes: Mapping[str, str]
    given: Mapping[str, float]  # points by character
    unusual: float  # of a character that is hardly in any
    sizes: Mapping[int, float]  # points by how many characters the given name has
    leads: Mapping[str, tuple[str, ...]]
    lead_ends: frozenset[str]  # what a lead, or what may follow it, ends with
    leading: frozenset[str]
    behind: Mapping[str, re.Pattern[str]]
    place: re.Pattern[str]  # what behind a name makes it a place's or a firm's
    most_after: float  # points
    then: frozenset[str]
    never: frozenset[str]
    words: frozenset[str]  # besides the dictionary's
    no_names: Mapping[str, tuple[str, ...]]  # by what they begin with
    points: Mapping[str, float]


@cache
def lore() -> Lore:
    """What the hub's own file says of names."""
    data = tomllib.loads((files("classifier") / "data" / "names.toml").read_text("utf-8"))
    classes = {surname: kind for kind in _CLASSES for surname in data[kind].split()}
    never = "".join(data["never"].split())
    leads = {lead: tuple(data[lead].split()) for lead in LEADS}
    points = data["points"]
    return Lore(
        surname=_surname(classes, never),
        classes=classes,
        given={
            character: points[f"given_{usual}"]
            for usual, row in enumerate(reversed(data["given"]), 1)
            for character in "".join(row.split())
        },
        unusual=points["given_0"],
        sizes={size: points[f"of_{size}"] for size in SIZES},
        leads=leads,
        lead_ends=MAY_STAND_BETWEEN | {word[-1] for words in leads.values() for word in words},
        leading=frozenset(data["leading"]),
        behind={key: _any_of(data[key]) for key in BEHIND},
        place=_any_of(data["place"]),
        most_after=max(points[sign] for sign in (*BEHIND, "number", "end", "then")),
        then=frozenset("".join(data["then"].split())),
        never=frozenset(never),
        words=frozenset(data["words"].split()),
        no_names=_by_first(data["no_names"].split()),
        points=points,
    )


def _surname(classes: Mapping[str, str], never: str) -> re.Pattern[str]:
    """Begins with one character of a set, which the regex engine looks for faster than for anything else."""
    firsts, single = "".join({surname[0] for surname in classes}), "".join(s for s in classes if len(s) == 1)
    double = [f"(?<={surname[0]}){surname[1:]}" for surname in classes if len(surname) > 1]
    return re.compile(f"[{firsts}](?:{'|'.join(double)}|(?<=[{single}]))(?=[一-鿿])(?![{re.escape(never)}])")


def _any_of(patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns.split()))


def _by_first(words: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    return {first: tuple(w for w in words if w[0] == first) for first in {word[0] for word in words}}
