"""The promises as data: what each means, and how long it is for a case in its place."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from contracts.errors import Unusable
from contracts.events import Matter
from contracts.rule_files import read_rules
from contracts.vocabulary import ClockKind, Colour, Ground, Intent, Kind, Platform, State
from feedback.calendar import Lasts

_SORTS_REMEMBERED = 4096
Start = Literal["opening", "hand_off", "agreement"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Case(NamedTuple):
    """All of a case that its promises depend on."""

    town_code: str
    kind: Kind
    intent: Intent
    platform: Platform
    colour: Colour
    ground: Ground


class Meaning(_Data):
    """What a clock is, everywhere; the words are explained in `data/clocks.toml`."""

    starts: Start
    kept_in: frozenset[State]
    missed: Literal["escalate", "mark"]


class Promise(_Data):
    """How long a clock runs for the cases it fits. A selector that is empty fits all."""

    clock: ClockKind
    lasts: Lasts
    counts_from: Literal["receipt", "start"] = Field(alias="from")
    kinds: frozenset[Kind] = frozenset()
    intents: frozenset[Intent] = frozenset()
    colours: frozenset[Colour] = frozenset()
    grounds: frozenset[Ground] = frozenset()
    platforms: frozenset[Platform] = frozenset()

    def fits(self, case: "Case") -> bool:
        """Whether this promise is made for such a case."""
        asked = (
            (self.kinds, case.kind),
            (self.intents, case.intent),
            (self.platforms, case.platform),
            (self.colours, case.colour),
            (self.grounds, case.ground),
        )
        return all(not wanted or value in wanted for wanted, value in asked)


class PlaceSet(_Data):
    """The promises one place keeps."""

    name: str
    places: tuple[str, ...]  # beginnings of place codes; "" is everywhere
    promise: tuple[Promise, ...]

    def reach(self, town_code: str) -> int:
        """How exactly the set names the place; -1 where it does not."""
        return max((len(place) for place in self.places if town_code.startswith(place)), default=-1)


class Promises(_Data):
    """Every promise. Fails at loading where a clock has no meaning."""

    clock: dict[ClockKind, Meaning]
    sets: tuple[PlaceSet, ...] = Field(alias="set")

    _chosen: Callable[[Start, Case], tuple[Promise, ...]] = PrivateAttr()

    def model_post_init(self, _context: object) -> None:
        # Few sorts of cases make up most of a day.
        self._chosen = lru_cache(_SORTS_REMEMBERED)(lambda start, case: tuple(self._choose(start, case)))

    def starting(self, start: Start, matter: Matter, colour: Colour, ground: Ground) -> tuple[Promise, ...]:
        """The promises of such a case that begin at `start`, at most one a clock."""
        town = matter.town_code or ""
        return self._chosen(start, Case(town, matter.kind, matter.intent, matter.platform, colour, ground))

    def _choose(self, start: Start, case: Case) -> Iterator[Promise]:
        near = self._sets_for(case.town_code)
        for clock, meaning in self.clock.items():
            if meaning.starts == start:
                rows = next((rows for rows in (_of(clock, s) for s in near) if rows), [])
                yield from [row for row in rows if row.fits(case)][:1]

    def _sets_for(self, town_code: str) -> list[PlaceSet]:
        reached = [(s.reach(town_code), s) for s in self.sets]
        return [s for reach, s in sorted(reached, key=lambda pair: -pair[0]) if reach >= 0]


def _of(clock: ClockKind, of: PlaceSet) -> list[Promise]:
    return [promise for promise in of.promise if promise.clock is clock]


def due(promise: Promise, received_at: datetime, at: datetime, first: bool) -> datetime:
    """When the promise falls due that starts at `at`; the first time it may count from the hub's receipt."""
    return promise.lasts.due(received_at if first and promise.counts_from == "receipt" else at)


def load_promises(path: Path) -> Promises:
    """Reads `clocks.toml`. Raises `Unusable` where a promise names a clock without a meaning."""
    promises = read_rules(path, Promises)
    _check(path, promises.clock, (promise.clock for s in promises.sets for promise in s.promise))
    return promises


def _check(path: Path, known: Iterable[ClockKind], used: Iterable[ClockKind]) -> None:
    if strays := set(used) - set(known):
        raise Unusable(f"{path}: clocks without a meaning: {', '.join(sorted(strays))}")
