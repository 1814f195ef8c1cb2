"""How a stream is read: once as a poll, or on and on as server-sent events."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from time import monotonic
from typing import Any, TypeAlias

from pydantic_core import to_json, to_jsonable_python
from sse_starlette import ServerSentEvent

from contracts.errors import Invalid, Transient
from contracts.events import CaseProgressed
from feedback.streams import Scope, scope_of, visible
from feedback.tables import Subscription
from services.api.cursors import TOPIC, Cursors, Place, behind, placed, positions
from services.chassis import meters
from services.chassis.envelope import decode
from services.chassis.house import House
from services.chassis.log import Reader, Record

CloudEvent: TypeAlias = dict[str, Any]
CHUNK = (
    200  # records read at a time, of which most may be filtered away; all that a slow reader makes us keep
)
SLICE = 1.0  # seconds between looks at whether anybody still waits
_CATCH_UP = 2.0  # seconds for what was in the log before, whatever the patience
_RECHECK = 1.0  # seconds until a revoked key or an ended subscription ends its streams
Ended: TypeAlias = Callable[[], Awaitable[str | None]]


class Reading:
    """One reader of one subscription. Raises `Invalid` where nobody understands the subscription."""

    def __init__(self, house: House, row: Subscription, cursors: Cursors) -> None:
        self._house, self._scope = house, scope_of(row)
        self._cursor = partial(cursors.wrap, row.id)
        self._told = meters.STREAM_EVENTS.labels(row.agency)

    async def poll(
        self, place: Place, limit: int, wait: float, gone: Callable[[], Awaitable[bool]]
    ) -> tuple[list[CloudEvent], str]:
        """Up to `limit` events, and the cursor behind all that was read for them, wanted or not."""
        began, found, stop = monotonic(), list[CloudEvent](), self._house.stop
        extents = await self._house.log.extents([TOPIC])
        place = placed(place, extents)
        async with self._house.log.tail([TOPIC], positions(place)) as reader:
            while len(found) < limit and not stop.is_set() and not await gone():
                until = began + (max(wait, _CATCH_UP) if behind(place, extents) else wait)
                left = 0.0 if found else max(0.0, until - monotonic())
                records = await reader.fetch(min(CHUNK, limit - len(found)), min(left, SLICE))
                found += _seen(records, self._scope, place)
                if monotonic() >= until or (found and not records):
                    break
        self._told.inc(len(found))
        return found, self._cursor(place)

    async def follow(self, place: Place, ended: Ended) -> AsyncIterator[ServerSentEvent]:
        """Events without end. The last one says why there is an end after all: a reader must not take it for
        the end of the cases."""
        why = "log_away"
        try:
            place = placed(place, await self._house.log.extents([TOPIC]))
            async with self._house.log.tail([TOPIC], positions(place)) as reader:
                async for event in self._events(reader, place, ended):
                    yield event
                why = await ended() or "hub_stops"
        except Transient:
            pass
        yield ServerSentEvent(event="closed", data=to_json({"reason": why}).decode())

    async def _events(self, reader: Reader, place: Place, ended: Ended) -> AsyncIterator[ServerSentEvent]:
        look_at = monotonic()
        while not self._house.stop.is_set():
            if monotonic() >= look_at:
                if await ended():
                    return
                look_at = monotonic() + _RECHECK
            records = await reader.fetch(CHUNK, SLICE)
            told = ""
            for record in records:
                for event in _seen([record], self._scope, place):
                    told = self._cursor(place)
                    self._told.inc()
                    yield ServerSentEvent(event=TOPIC, id=told, data=to_json(event).decode())
            if records and self._cursor(place) != told:
                # An id alone is no event, but moves `Last-Event-ID` over what is not for this reader.
                yield ServerSentEvent(id=self._cursor(place))


def _seen(records: Sequence[Record], scope: Scope, place: Place) -> list[CloudEvent]:
    """The records as CloudEvents this scope may see; `place` moves over all of them."""
    found = []
    for record in records:
        place[record.partition] = record.offset + 1
        if event := _cloud_event(record, scope):
            found.append(event)
    return found


def _cloud_event(record: Record, scope: Scope) -> CloudEvent | None:
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
        "type": TOPIC,
        "subject": event.subject,
        "time": to_jsonable_python(event.time),
        "datacontenttype": "application/json",
        "data": shown,
    }
