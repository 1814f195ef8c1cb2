"""Which town a text speaks of, only where it says so: a guess is worse than nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.places import COUNTIES, towns
from contracts.vocabulary import Ground

_SUFFIX = re.compile(r"(?:街道|镇|乡)$")
_REACH = 4  # characters beside a bare name in which a cue of place counts
_GROUND_MARGIN = 1


@dataclass(frozen=True, slots=True)
class _Name:
    code: str
    exact: bool  # needs no cue beside it


class Gazetteer:
    """The towns' and counties' names as people write them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._before, self._after = tuple(data["before"]), tuple(data["after"])
        self._ground = {Ground(key): tuple(words) for key, words in data["ground"].items()}
        self._names = self._collect(set(data["common"]), data["aliases"])
        self._pattern = re.compile("|".join(sorted(map(re.escape, self._names), key=len, reverse=True)))

    @staticmethod
    def _collect(common: set[str], aliases: Mapping[str, str]) -> dict[str, _Name | None]:
        names: dict[str, _Name | None] = {alias: _Name(code, True) for alias, code in aliases.items()}
        counties = {short for full in COUNTIES.values() for short in (full, full[:-1])}
        for town in towns().values():
            names[town.name] = None if town.name in names else _Name(town.code, True)
            bare = _SUFFIX.sub("", town.name)
            if len(bare) > 1 and bare not in counties:
                names[bare] = None if bare in names else _Name(town.code, bare not in common)
        for code, full in COUNTIES.items():
            names[full] = names[full[:-1]] = _Name(code, True)
        return names

    def find(self, text: str) -> str | None:
        """The one town the text names (nine digits), else its one county (six), else None."""
        codes = self._codes(text)
        named = {code for code in codes if len(code) == 9}
        if len(named) == 1:
            return named.pop()
        counties = {code[:6] for code in codes}
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
