"""Who can deal with it: forces, and the registry that finds them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from contracts.vocabulary import Level
from router.places import ladder

_ZONE = ZoneInfo("Asia/Shanghai")


class Hours(BaseModel):
    """When a force is on duty, in Asia/Shanghai. Days are 1 (Monday) to 7."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: frozenset[int]
    start: time = time.min
    end: time = time.max
    only: bool = False  # 坐诊: off duty it takes nothing; others take it and begin when they are back

    def hold(self, at: datetime) -> bool:
        """Whether it is on duty at `at`."""
        local = at.astimezone(_ZONE)
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

    def named(self, language: str) -> str:
        """Its name for a reader; the Chinese one where there is no other."""
        return (self.en if language == "en" else "") or self.name


class Registry:
    """All forces, found by id, or by kind and place."""

    def __init__(self, forces: Iterable[Force], kinds: Mapping[str, ForceKind]) -> None:
        self.by_id = {force.id: force for force in forces}
        self.kinds = kinds
        self._at: dict[tuple[str, str], list[Force]] = {}
        for force in self.by_id.values():
            self._at.setdefault((force.kind, force.place), []).append(force)

    def covering(self, kind: str, place: str) -> Iterator[Force]:
        """The forces of a kind that cover a place, nearest first."""
        for code in ladder(place):
            yield from self._at.get((kind, code), ())

    def counted(self, places: Iterable[str]) -> list[str]:
        """Ids of the forces covering any of the places whose load matters, because it is bounded."""
        codes = {code for place in places for code in ladder(place)}
        return [f.id for f in self.by_id.values() if f.capacity is not None and f.place in codes]
