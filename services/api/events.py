"""The stream itself: server-sent events or long poll, at least once, from a cursor the reader commits.

A cursor says how far each partition of `case.progressed.v1` was read. It moves only when the reader
commits it; whatever was sent after it is sent again. Readers tell repetitions by the event's `id`.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from pydantic_core import to_json
from sqlalchemy import select
from sqlmodel import col
from sse_starlette import EventSourceResponse, ServerSentEvent

from contracts.errors import Invalid
from contracts.events import CaseProgressed
from contracts.stage import AnyRow, How, Write
from contracts.topics import CASE_PROGRESSED
from feedback.streams import Scope as SeenScope
from feedback.streams import scope_of, visible
from feedback.tables import StreamCursor, Subscription
from services.api.paging import bad_cursor, unwrap, wrap
from services.api.parts import Parts
from services.api.subscriptions import find
from services.chassis import meters
from services.chassis.envelope import decode
from services.chassis.log import Reader, Record, TopicPartition
from services.http.auth import Caller, Needs, Scope
from services.http.described import documented

Positions = dict[int, int]
MAX_WAIT = 30.0  # seconds a poll may hang
_CHUNK = 200  # records read at a time; most may be filtered away
_TOPIC = CASE_PROGRESSED.name
_AS_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


class Events(BaseModel):
    """What a poll gives: CloudEvents as this agency may see them, and where to go on."""

    events: list[dict[str, Any]]
    cursor: str


class Read(BaseModel):
    """How far a reader has got."""

    cursor: str = Field(min_length=1, max_length=2000)


def router(parts: Parts) -> APIRouter:
    """The routes, for an app under `guard`."""
    routes = APIRouter(prefix="/v1/subscriptions/{subscription_id}", tags=["streams"])
    reading = Needs(parts.keys, Scope.STREAMS_READ)

    @routes.get(
        "/events",
        summary="Read",
        response_model=Events,
        responses={**_AS_STREAM, **documented(401, 403, 404, 422, 503)},
    )
    async def events(
        request: Request,
        subscription_id: UUID,
        caller: Annotated[Caller, Depends(reading)],
        cursor: Annotated[str | None, Query(max_length=2000)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        wait: Annotated[float, Query(ge=0, le=MAX_WAIT)] = 20,
    ) -> Events | EventSourceResponse:
        """With `Accept: text/event-stream` a stream without end; else up to `limit` events after at most
        `wait` seconds. From `cursor`, from `Last-Event-ID`, or from what was committed.

        At least once: the same event may come again, always with the same id.
        """
        row = await find(parts, subscription_id, caller)
        given = cursor or request.headers.get("last-event-id")
        place = _positions(given) if given else await _committed(parts, subscription_id)
        if "text/event-stream" in request.headers.get("accept", ""):
            return EventSourceResponse(_stream(parts, row, place), ping=15)
        return await _poll(parts, row, place, limit, wait)

    @routes.put("/cursor", status_code=204, summary="Commit", responses=documented(401, 403, 404, 422, 503))
    async def commit(subscription_id: UUID, read: Read, caller: Annotated[Caller, Depends(reading)]) -> None:
        """What lies before the cursor has been processed and need not come again."""
        await find(parts, subscription_id, caller)
        row = {
            "subscription_id": subscription_id,
            "positions": {str(partition): offset for partition, offset in _positions(read.cursor).items()},
            "committed_at": datetime.now(UTC),
        }
        async with parts.house.database.transaction() as connection:
            await parts.house.database.write(connection, [Write(StreamCursor, row, How.PUT)])

    return routes


async def _poll(parts: Parts, row: AnyRow, place: Positions, limit: int, wait: float) -> Events:
    scope, found, until = scope_of(_subscription(row)), list[dict[str, Any]](), monotonic() + wait
    async with parts.house.log.tail([_TOPIC], _since(place)) as reader:
        while len(found) < limit and not parts.house.stop.is_set():
            patience = max(0.0, until - monotonic()) if not found else 0.0
            records = await reader.fetch(min(_CHUNK, limit - len(found)), patience)
            found += _seen(records, scope, place)
            if not records and (found or monotonic() >= until):
                break
    meters.STREAM_EVENTS.labels(row.agency).inc(len(found))
    return Events(events=found, cursor=wrap(place))


async def _stream(parts: Parts, row: AnyRow, place: Positions) -> AsyncIterator[ServerSentEvent]:
    scope = scope_of(_subscription(row))
    async with parts.house.log.tail([_TOPIC], _since(place)) as reader:
        while not parts.house.stop.is_set() and await _still_active(parts, row.id):
            async for event in _turn(reader, scope, place):
                meters.STREAM_EVENTS.labels(row.agency).inc()
                yield event
    # Say why it ends: a reader must not take it for the end of the cases.
    yield ServerSentEvent(event="closed", data="the subscription ended or the hub restarts")


async def _turn(reader: Reader, scope: SeenScope, place: Positions) -> AsyncIterator[ServerSentEvent]:
    for record in await reader.fetch(_CHUNK, 5.0):
        for event in _seen([record], scope, place):
            yield ServerSentEvent(event=_TOPIC, id=wrap(place), data=to_json(event).decode())


def _seen(records: list[Record], scope: SeenScope, place: Positions) -> list[dict[str, Any]]:
    """The records as CloudEvents this scope may see; `place` moves over all of them."""
    found = []
    for record in records:
        place[record.partition] = record.offset + 1
        if event := _cloud_event(record, scope):
            found.append(event)
    return found


def _cloud_event(record: Record, scope: SeenScope) -> dict[str, Any] | None:
    try:
        event = decode(record)
    except Invalid:
        return None  # a dead letter of ours, and not this reader's business
    shown = visible(event.data, scope) if isinstance(event.data, CaseProgressed) else None
    if shown is None:
        return None
    return {
        "specversion": "1.0",
        "id": str(event.id),
        "source": event.source,
        "type": _TOPIC,
        "subject": event.subject,
        "time": event.time.isoformat(),
        "datacontenttype": "application/json",
        "data": shown,
    }


def _subscription(row: AnyRow) -> Subscription:
    return Subscription(**row._mapping)


async def _still_active(parts: Parts, subscription_id: UUID) -> bool:
    query = select(col(Subscription.active)).where(col(Subscription.id) == subscription_id)
    return any(row.active for row in await parts.house.database.rows(query))


async def _committed(parts: Parts, subscription_id: UUID) -> Positions:
    query = select(col(StreamCursor.positions)).where(col(StreamCursor.subscription_id) == subscription_id)
    rows = await parts.house.database.rows(query)
    return _numbers(rows[0].positions) if rows else {}


def _positions(cursor: str) -> Positions:
    try:
        return _numbers(unwrap(cursor))
    except (TypeError, ValueError, AttributeError):
        raise bad_cursor() from None


def _numbers(positions: Mapping[str, int]) -> Positions:
    known = range(CASE_PROGRESSED.partitions)
    numbers = {int(partition): int(offset) for partition, offset in positions.items()}
    if any(partition not in known or not 0 <= offset < 2**62 for partition, offset in numbers.items()):
        raise ValueError
    return numbers


def _since(place: Positions) -> dict[TopicPartition, int]:
    # A partition the cursor does not name has not been read: from its first record.
    return {TopicPartition(_TOPIC, n): place.get(n, 0) for n in range(CASE_PROGRESSED.partitions)}
