"""Warnings: patterns somebody must look at, newest first, read from their topic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlmodel import col

from contracts.errors import Invalid
from contracts.events import WarningRaised
from contracts.places import county_of
from contracts.tables import one_of
from contracts.topics import WARNING_RAISED
from feedback.tables import Case
from services.chassis.envelope import decode
from services.console.explained import all_explained
from services.console.parts import Console, Here
from services.console.rows import Row, rows_of
from services.console.session import Who
from services.console.sight import Viewer, scope
from services.console.views import page

routes = APIRouter(prefix="/warnings")
_SHOWN = 100
logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shown:
    """A warning with those of its cases that the viewer may know of."""

    warning: WarningRaised
    cases: Sequence[Row]
    clear: bool
    why: Sequence[str]
    county: str | None


@routes.get("")
async def warnings(request: Request, viewer: Who, console: Here) -> HTMLResponse:
    """What the viewer's place should look at."""
    if not viewer.warned:
        raise HTTPException(403)
    found = [one for one in await _newest(console) if _concerns(viewer, one)]
    cases = await _cases(console, viewer, found)
    shown = [_shown(viewer, one, cases, console) for one in found]
    return page(console, viewer, request, "warnings.html", shown=shown, now=datetime.now(UTC))


async def _newest(console: Console) -> list[WarningRaised]:
    found: dict[UUID, WarningRaised] = {}  # by their ids: the log may hold one twice
    for place, extent in (await console.parts.log.extents([WARNING_RAISED.name])).items():
        start = max(extent.begin, extent.end - _SHOWN)
        for record in await console.parts.log.peek(place, start, extent.end - start):
            try:
                event = decode(record)
            except Invalid as error:
                logger.warning("warning_unreadable", code=error.code, offset=record.offset)
                continue
            if isinstance(event.data, WarningRaised):
                found[event.id] = event.data
    return sorted(found.values(), key=lambda one: one.at, reverse=True)


def _concerns(viewer: Viewer, warning: WarningRaised) -> bool:
    return viewer.place in (None, warning.town_code, county_of(warning.town_code))


async def _cases(console: Console, viewer: Viewer, found: Sequence[WarningRaised]) -> Mapping[UUID, Row]:
    """The cases of all the warnings, as the viewer may see them: one statement, however many there are."""
    wanted = {case_id for warning in found for case_id in warning.case_ids}
    query = select(col(Case.snapshot)).where(*scope(viewer), one_of(col(Case.id), wanted))
    rows = rows_of(await console.database.rows(query), viewer)
    return {row.case.matter.case_id: row for row in rows}


def _shown(viewer: Viewer, warning: WarningRaised, known: Mapping[UUID, Row], console: Console) -> Shown:
    cases = [known[case_id] for case_id in warning.case_ids if case_id in known]
    clear = all(row.clarity == "clear" for row in cases) and bool(cases)
    why = all_explained(warning.why, viewer.language, console.pages) if clear else []
    return Shown(warning, cases, clear, why, county_of(warning.town_code))
