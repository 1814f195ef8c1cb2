"""Which force missed which promises: counted over the cases that the viewer may know of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Select, func, select
from sqlmodel import col

from contracts.events import Running
from contracts.vocabulary import ClockKind
from feedback.tables import Case, Clock
from services.chassis.database import Database
from services.console.figures import WINDOW
from services.console.parts import Here
from services.console.rows import PAGE, Row, rows_of
from services.console.session import Who
from services.console.sight import Viewer, knowable, scope
from services.console.views import page

routes = APIRouter(prefix="/missed")
_FORCES = 200  # those who missed most


@dataclass(frozen=True, slots=True)
class Tally:
    """One force's misses by clock; of an empty `force_id`, those while nobody had the case."""

    force_id: str
    by_kind: Mapping[ClockKind, int]

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


@routes.get("")
async def missed(request: Request, viewer: Who, console: Here, force: str | None = None) -> HTMLResponse:
    """The last 30 days' misses by force; with `force`, also that one's newest and their cases."""
    if not viewer.warned:
        raise HTTPException(403)
    now = datetime.now(UTC)
    found = await tallies(console.database, viewer, now)
    kinds = [kind for kind in ClockKind if any(kind in one.by_kind for one in found)]
    newest = None if force is None else await newest_of(console.database, viewer, now, force)
    return page(
        console, viewer, request, "missed.html",
        tallies=found[:_FORCES], kinds=kinds, force=force, newest=newest, now=now,
    )  # fmt: skip


async def tallies(database: Database, viewer: Viewer, now: datetime) -> list[Tally]:
    """Every force that missed something; whoever missed most comes first."""
    whose = (col(Clock.force_id), col(Clock.kind))
    query = _missed(select(*whose, func.count().label("n")), viewer, now).group_by(*whose)
    by_force: dict[str, dict[ClockKind, int]] = {}
    for row in await database.rows(query):
        by_force.setdefault(row.force_id, {})[ClockKind(row.kind)] = row.n
    found = [Tally(force_id, by_kind) for force_id, by_kind in by_force.items()]
    return sorted(found, key=lambda one: (-one.total, one.force_id))


async def newest_of(
    database: Database, viewer: Viewer, now: datetime, force_id: str
) -> list[tuple[Running, Row]]:
    """What this force missed last, with the cases."""
    query = select(col(Clock.kind), col(Clock.due_at), col(Case.snapshot))
    query = _missed(query, viewer, now).where(col(Clock.force_id) == force_id)
    found = await database.rows(query.order_by(col(Clock.due_at).desc(), col(Case.id)).limit(PAGE))
    clocks = (Running(kind=ClockKind(row.kind), due_at=row.due_at) for row in found)
    return list(zip(clocks, rows_of(found, viewer), strict=True))


def _missed(query: Select[*tuple[Any, ...]], viewer: Viewer, now: datetime) -> Select[*tuple[Any, ...]]:
    """The query over those misses of the last 30 days that the viewer may know of."""
    return (
        query.join_from(Clock, Case, col(Case.id) == col(Clock.case_id))
        .where(col(Clock.state) == "missed", col(Clock.due_at) > now - WINDOW)
        .where(col(Clock.force_id).is_not(None), *scope(viewer), *knowable(viewer))
    )
