"""A case in the stage's hands, and the desk on which all cases of one batch lie."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.events import CaseProgressed, Matter
from contracts.places import county_of
from contracts.stage import AnyRow, How, View, Write
from contracts.vocabulary import Answer, ClockKind, Ground, Platform
from feedback.clocks import Ticking
from feedback.life import is_sensitive
from feedback.tables import Case
from feedback.urgency import urgency, urgent_at


@dataclass(frozen=True, slots=True)
class Source:
    """Who has to be told about a case: one complaint on one platform."""

    platform: Platform
    external_id: str
    complaint_id: UUID
    case_id: UUID
    number: str

    @classmethod
    def of(cls, matter: Matter) -> "Source":
        return cls(matter.platform, matter.external_id, matter.complaint_id, matter.case_id, matter.number)


@dataclass(frozen=True, slots=True)
class Held:
    """A case as it is now, with what its last event does not say."""

    now: CaseProgressed
    ground: Ground
    told: Answer | None = None
    had: tuple[str, ...] = ()
    ticking: tuple[Ticking, ...] = ()
    twins: tuple[Source, ...] = ()  # the cases linked to it

    @property
    def id(self) -> UUID:
        return self.now.matter.case_id

    def sources(self) -> tuple[Source, ...]:
        """Everybody who reported it."""
        return (Source.of(self.now.matter), *self.twins)


class Desk:
    """The batch's cases and sightings; later inputs find what earlier ones did."""

    def __init__(self, view: View) -> None:
        ticking: dict[UUID, list[Ticking]] = {}
        for row in view["clocks"]:
            clock = Ticking(ClockKind(row.kind), row.due_at, row.started_at)
            ticking.setdefault(row.case_id, []).append(clock)
        twins: dict[UUID, list[Source]] = {}
        for row in view["twins"]:
            twins.setdefault(row.linked_to, []).append(_source(row))
        self._cases = {
            row.id: _held(row, ticking.get(row.id, ()), twins.get(row.id, ())) for row in view["cases"]
        }
        self._seen: dict[str, dict[UUID, datetime]] = {}
        for row in view["sightings"]:
            self.see(row.who, row.case_id, row.at)

    def case(self, case_id: UUID | None) -> Held | None:
        """The case, if it is known."""
        return self._cases.get(case_id) if case_id else None

    def put(self, held: Held) -> None:
        """The case as it is from now on."""
        self._cases[held.id] = held

    def unlink(self, twin: Held) -> None:
        """Its lead no longer answers for it."""
        if lead := self.case(twin.now.linked_to):
            self.put(replace(lead, twins=tuple(s for s in lead.twins if s.case_id != twin.id)))

    def seen(self, who: str, case_id: UUID) -> bool:
        """Whether the caller's case is remembered already."""
        return case_id in self._seen.get(who, {})

    def see(self, who: str, case_id: UUID, at: datetime) -> Mapping[UUID, datetime]:
        """Remember a sighting; all of the caller's cases, with their times."""
        seen = self._seen.setdefault(who, {})
        seen.setdefault(case_id, at)
        return seen


def case_write(held: Held) -> Write:
    """The case's row."""
    now, matter = held.now, held.now.matter
    values: dict[str, Any] = {
        "id": held.id,
        "number": matter.number,
        "complaint_id": matter.complaint_id,
        "platform": matter.platform.value,
        "external_id": matter.external_id,
        "state": now.state.value,
        "version": now.version,
        "intent": matter.intent.value,
        "kind": matter.kind.value,
        "category": matter.category,
        "colour": now.colour.value,
        "flags": [flag.value for flag in now.flags],
        "look": matter.look,
        "sensitive": is_sensitive(now),
        "county_code": county_of(matter.town_code),
        "town_code": matter.town_code,
        "level": now.lead.level.value if now.lead else None,
        "force_id": now.lead.force_id if now.lead else None,
        "force_kind": now.lead.force_kind if now.lead else None,
        "linked_to": now.linked_to,
        "attempt": now.attempt,
        "overdue": bool(now.overdue),
        "next_due_at": min((clock.due_at for clock in held.ticking), default=None),
        "urgency": urgency(now),
        "urgent_at": urgent_at(now),
        "seen_at": now.seen_at,
        "outcome": now.outcome.value if now.outcome else None,
        "received_at": matter.received_at,
        "changed_at": now.change.at,
        "ground": held.ground.value,
        "told": held.told.value if held.told else None,
        "had": list(held.had),
        "snapshot": now,
    }
    return Write(Case, values, How.PUT)


def _held(row: AnyRow, ticking: Iterable[Ticking], twins: Sequence[Source]) -> Held:
    return Held(
        now=CaseProgressed.model_validate(row.snapshot),
        ground=Ground(row.ground),
        told=Answer(row.told) if row.told else None,
        had=tuple(row.had),
        ticking=tuple(ticking),
        twins=tuple(sorted(twins, key=lambda source: source.number)),
    )


def _source(row: AnyRow) -> Source:
    return Source(Platform(row.platform), row.external_id, row.complaint_id, row.id, row.number)
