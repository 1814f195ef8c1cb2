"""The case desk: `/` and its live stream."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import select
from sqlmodel import col
from sse_starlette import EventSourceResponse, ServerSentEvent

from contracts.places import COUNTIES, towns
from contracts.vocabulary import State
from feedback.tables import Case
from services.console.live import Push, Watcher
from services.console.parts import Console, Here
from services.console.rows import PAGE, Row, rows_of
from services.console.session import Who
from services.console.sight import Viewer, scope
from services.console.streams import until_old
from services.console.views import page
from services.console.wanted import Filter

routes = APIRouter()
_OVERLAP = timedelta(seconds=2)  # a change is in the database a moment before it is in the log
_YEARS = (2000, 9000)  # near the calendar's ends no time can be moved by an hour
_CATCH_UP = 200  # rows; who missed more loads anew


@routes.get("/", response_model=None)
async def desk(request: Request, viewer: Who, console: Here) -> HTMLResponse | RedirectResponse:
    """The list, or only what a changed filter replaces of it. Who works no cases begins elsewhere."""
    if not viewer.sees_cases:
        return RedirectResponse("/topics", 303)
    wanted, now = Filter.parse(request.query_params), datetime.now(UTC)
    found = await console.database.rows(wanted.page(viewer, now))
    template = "parts/list.html" if request.headers.get("hx-target") == "desk" else "desk.html"
    return page(
        console, viewer, request, template,
        wanted=wanted, now=now, rows=rows_of(found[:PAGE], viewer),
        older=wanted.cursor_after(found[PAGE - 1]) if len(found) > PAGE else None,
        figures=await console.live.counts.figures(viewer, now),
        places=places_for(viewer),
        empty_hub=not found and not await _any_case(console, viewer),
    )  # fmt: skip


@routes.get("/live")
async def live(
    request: Request, viewer: Who, console: Here, last_event_id: Annotated[str | None, Header()] = None
) -> EventSourceResponse:
    """Changed rows as server-sent events, beginning with those that changed since the page was made."""
    wanted = Filter.parse(request.query_params)
    since = _moment(last_event_id or request.query_params.get("since", ""))
    return EventSourceResponse(until_old(_pushes(console, viewer, wanted, since)), ping=15)


async def _pushes(
    console: Console, viewer: Viewer, wanted: Filter, since: datetime | None
) -> AsyncGenerator[ServerSentEvent]:
    with console.live.watching(Watcher(viewer, wanted)) as watcher:
        now = datetime.now(UTC)
        yield event(await _missed(console, viewer, wanted, since or now, now))
        async for push in watcher.pushes():
            yield event(push)


async def _missed(console: Console, viewer: Viewer, wanted: Filter, since: datetime, now: datetime) -> Push:
    query = select(col(Case.snapshot)).where(*scope(viewer), col(Case.changed_at) > since - _OVERLAP)
    found = await console.database.rows(query.order_by(col(Case.changed_at)).limit(_CATCH_UP + 1))
    if len(found) > _CATCH_UP:
        return Push("reload", "", now)
    rows = [
        Row(row.case, row.clarity, not wanted.matches(viewer, row.case, now))
        for row in rows_of(found, viewer)
    ]
    html = [console.pages.render("parts/row.html", viewer.language, row=r, now=now) for r in rows]
    clock = console.pages.render("parts/now.html", viewer.language, now=now)
    return Push("rows", "".join(html) + clock, now)


def event(push: Push) -> ServerSentEvent:
    """A push as it travels; its id is the server's time, so that a reconnected browser misses nothing."""
    return ServerSentEvent(data=push.html, event=push.event, id=push.at.isoformat())


def places_for(viewer: Viewer) -> list[tuple[str, list[tuple[str, str]]]]:
    """Counties with their towns' codes and names, as far as the viewer's jurisdiction goes; none for a single
    town."""
    if viewer.place and len(viewer.place) > 6:
        return []
    mine = [code for code in COUNTIES if viewer.place in (None, code)]
    chinese = viewer.language == "zh"
    return [
        (c, [(t.code, t.name if chinese else t.en) for t in towns().values() if t.county_code == c])
        for c in mine
    ]


async def _any_case(console: Console, viewer: Viewer) -> bool:
    query = select(col(Case.id)).where(*scope(viewer), col(Case.state).in_(list(State))).limit(1)
    return bool(await console.database.rows(query))


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return at if at.tzinfo and _YEARS[0] < at.year < _YEARS[1] else None
