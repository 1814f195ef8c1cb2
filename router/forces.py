"""Who can deal with it: forces, and the registry that finds them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from contracts.places import LOCAL
from contracts.vocabulary import Level
from router.places import ladder
from router.when import codes

_SORTS_REMEMBERED = 4096


class Hours(BaseModel):
    """When a force is on duty, in Asia/Shanghai. Days are 1 (Monday) to 7."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: frozenset[int]
    start: time = time.min
    end: time = time.max
    only: bool = False  # 坐诊: off duty it takes nothing; others take it and begin when they are back

    def hold(self, at: datetime) -> bool:
        """Whether it is on duty at `at`."""
        local = at.astimezone(LOCAL)
        return local.isoweekday() in self.days and self.start <= local.time() <= self.end


class ForceKind(BaseModel):
    """One kind of force, named in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str
    level: Level
    sensitive: bool = False  # may be told of a sensitive case; a kind that does not say so may not


@dataclass(frozen=True, slots=True)
class Force:
    """An office or a pool of mediators, never a person."""

    id: str
    name: str
    kind: str
    level: Level
    place: str  # town, county or city code
    hours: Hours
    speciality: str = ""  # a committee's or department's slug
    categories: frozenset[str] = frozenset()  # what it deals with; empty: anything
    languages: frozenset[str] = frozenset()  # a foreign mediator's
    capacity: int | None = None  # open cases it can carry; None: it never refuses
    en: str = ""  # its name in English, where it has one

    def deals_with(self, speciality: str, category: str) -> bool:
        """Whether it is of the speciality, or, where none is asked for, has the category in its care."""
        if speciality:
            return self.speciality == speciality
        return not self.speciality or not self.categories.isdisjoint(codes(category))

    def named(self, language: str) -> str:
        """Its name for a reader; the Chinese one where there is no other."""
        return (self.en if language == "en" else "") or self.name


class Registry:
    """All forces, found by id, or by kind and place."""

    def __init__(self, forces: Iterable[Force], kinds: Mapping[str, ForceKind]) -> None:
        self.by_id = {force.id: force for force in forces}
        self.kinds = kinds
        self._able = lru_cache(_SORTS_REMEMBERED)(self._at)

    def covering(self, kind: str, place: str) -> Iterator[Force]:
        """The forces of a kind that cover a place, nearest first."""
        return self._near(self._able(kind), place)

    def able(self, kind: str, speciality: str, category: str, place: str) -> Iterator[Force]:
        """Of these, those of the speciality; where it is empty, those that deal with the category."""
        return self._near(self._able(kind, speciality, category), place)

    def _near(self, at: Mapping[str, Sequence[Force]], place: str) -> Iterator[Force]:
        return (force for code in ladder(place) for force in at.get(code, ()))

    def _at(self, kind: str, speciality: str = "", category: str | None = None) -> dict[str, list[Force]]:
        at: dict[str, list[Force]] = {}
        for force in self.by_id.values():
            if force.kind == kind and (category is None or force.deals_with(speciality, category)):
                at.setdefault(force.place, []).append(force)
        return at

    def counted(self, places: Iterable[str]) -> list[str]:
        """Ids of the forces covering any of the places whose load matters, because it is bounded."""
        codes = {code for place in places for code in ladder(place)}
        return [f.id for f in self.by_id.values() if f.capacity is not None and f.place in codes]
