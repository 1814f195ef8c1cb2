"""The stream itself: server-sent events or long poll, at least once, from a cursor the reader commits.

A cursor says how far each partition of `case.progressed.v1` was read. It moves only when the reader
commits it; whatever was sent after it is sent again. Readers tell repetitions by the event's `id`.
"""

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import col
from sse_starlette import EventSourceResponse
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from contracts.stage import How, Write
from feedback.tables import StreamCursor
from services.api.cursors import Cursors, Place, place_of
from services.api.parts import Parts
from services.api.reading import Reading
from services.api.seen import CaseSeen
from services.api.slots import AT_MOST, Slots
from services.api.subscriptions import find, find_whole
from services.http.auth import Caller, Needs
from services.http.described import documented
from services.http.problem import Problem
from services.http.scopes import Scope
from services.secret import secret_of

MAX_WAIT = 30.0  # seconds a poll may hang
PING = 15  # seconds between heartbeats, which are comments
_AS_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A poll's events, or the stream: events named `case.progressed.v1` with a CloudEvent "
        "as data and the cursor behind it as id; ids alone where nothing is for this reader; at last "
        "`closed` with a reason (`hub_stops` and `log_away`: connect again; else it has ended).",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
_Cursor = Annotated[str, Field(min_length=1, max_length=2000, description="As an answer held it.")]


class StreamEvent(BaseModel):
    """A change of a case, as a CloudEvent. The same `id` is the same event."""

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: Literal["case.progressed.v1"]
    subject: str = Field(description="The case's id.")
    time: datetime
    datacontenttype: Literal["application/json"]
    data: CaseSeen


class Events(BaseModel):
    """What a poll gives: events as this agency may see them, and where to go on."""

    events: list[StreamEvent]
    cursor: str


class Read(BaseModel):
    """How far a reader has got."""

    cursor: _Cursor


def router(parts: Parts) -> APIRouter:
    """The routes, for an app under `guard`."""
    routes = APIRouter(prefix="/v1/subscriptions/{subscription_id}", tags=["streams"])
    reading = Needs(parts.keys, Scope.STREAMS_READ)
    cursors, slots, house = Cursors(secret_of(parts.house)), Slots(), parts.house

    @routes.get(
        "/events",
        summary="Read",
        response_model=Events,
        responses={**_AS_STREAM, **documented(401, 403, 404, 422, 429, 503)},
        description=f"""With `Accept: text/event-stream` a stream without end; else up to `limit` events
after at most `wait` seconds. From `cursor`, from `Last-Event-ID`, or from what was committed.

At least once: the same event may come again, always with the same id. An agency may have {AT_MOST} streams
and polls open at a time.""",
    )
    async def events(
        request: Request,
        subscription_id: UUID,
        caller: Annotated[Caller, Depends(reading)],
        cursor: Annotated[_Cursor | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        wait: Annotated[float, Query(ge=0, le=MAX_WAIT)] = 20,
    ) -> Events | EventSourceResponse:
        row = await find(parts, subscription_id, caller)
        given = cursor or request.headers.get("last-event-id")
        place = cursors.unwrap(row.id, given) if given else await _committed(parts, row.id)
        reader = Reading(house, row, cursors)

        async def ended() -> str | None:
            try:
                await find(parts, row.id, await reading(request))
            except Problem as problem:
                return problem.code
            return None

        with ExitStack() as held:
            held.enter_context(slots.held(row.agency))
            if "text/event-stream" in request.headers.get("accept", ""):
                return _Stream(reader.follow(place, ended), held.pop_all())
            found, after = await reader.poll(place, limit, wait, request.is_disconnected)
        await find(parts, row.id, await reading(request))  # whose key was revoked meanwhile gets nothing
        return Events.model_validate({"events": found, "cursor": after})

    @routes.put(
        "/cursor", status_code=204, summary="Commit", responses=documented(400, 401, 403, 404, 413, 422, 503)
    )
    async def commit(subscription_id: UUID, read: Read, caller: Annotated[Caller, Depends(reading)]) -> None:
        """What lies before the cursor has been processed and need not come again."""
        row = await find_whole(parts, subscription_id, caller)
        values = {
            "subscription_id": row.id,
            "positions": {str(n): offset for n, offset in cursors.unwrap(row.id, read.cursor).items()},
            "committed_at": datetime.now(UTC),
        }
        async with house.database.transaction() as connection:
            await house.database.write(connection, [Write(StreamCursor, values, How.PUT)])

    return routes


class _Stream(EventSourceResponse):
    """Gives its agency's slot back when it ends, however it ends."""

    def __init__(self, content: Any, held: ExitStack) -> None:
        super().__init__(content, ping=PING)
        self._held = held

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        with self._held:
            await super().__call__(scope, receive, send)


async def _committed(parts: Parts, subscription_id: UUID) -> Place:
    query = select(col(StreamCursor.positions)).where(col(StreamCursor.subscription_id) == subscription_id)
    rows = await parts.house.database.rows(query)
    return place_of(rows[0].positions) if rows else {}
