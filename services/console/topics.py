"""Topics for operators: how fast, how far behind, how old, and what is in them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select
from sqlmodel import col

from contracts.topics import BY_NAME, TOPICS, Topic
from services.chassis.letters import Letter
from services.chassis.log import Extent, Record, TopicPartition
from services.console import trail
from services.console.masked import UNREADABLE, is_of, masked, tells_sensitive
from services.console.parts import Console, Here
from services.console.session import Who
from services.console.sight import Viewer
from services.console.views import page
from services.console.watch import watch
from services.console.words import Deed

routes = APIRouter(prefix="/topics")
_PEEK = 25  # messages
# All that is shown of a message without a right.
_SENSITIVE, _ELSEWHERE = {"sensitive": True}, {"elsewhere": True}


@dataclass(frozen=True, slots=True)
class Peeked:
    """One message, covered."""

    record: Record
    subject: str
    text: str  # JSON, or nothing where it is none


@routes.get("")
async def topics(request: Request, viewer: Who, console: Here) -> HTMLResponse:
    """All topics; every few seconds the page asks for the list again."""
    if not viewer.sees_topics:
        raise HTTPException(403)
    groups = console.parts.groups
    watched = [await watch(console.parts.log, topic, groups.get(topic.name, ())) for topic in TOPICS]
    template = "parts/topics.html" if request.headers.get("hx-target") == "topics" else "topics.html"
    return page(
        console, viewer, request, template,
        watched=watched, now=datetime.now(UTC), rates=console.rates, letters=await _letters(console),
    )  # fmt: skip


@routes.get("/{name}")
async def topic(
    name: str,
    request: Request,
    viewer: Who,
    console: Here,
    partition: Annotated[int, Query(ge=0)] = 0,
    before: Annotated[int | None, Query(ge=0)] = None,
    q: str = "",
) -> HTMLResponse:
    """One topic, and on demand its newest messages, covered before they are searched."""
    if not viewer.sees_topics:
        raise HTTPException(403)
    if name not in BY_NAME:
        raise HTTPException(404)
    about = BY_NAME[name]
    watched = await watch(console.parts.log, about, console.parts.groups.get(name, ()))
    if partition not in watched.extents:
        raise HTTPException(404)
    peeking = "partition" in request.query_params and viewer.peeks
    peeked: list[Peeked] = []
    if peeking:
        await trail.record(console.database, viewer, Deed.PEEK, f"{name}/{partition}", q[:80] or None)
        peeked = await _peek(console, viewer, about, watched.extents[partition], partition, before)
    found = [one for one in peeked if q.lower() in f"{one.subject} {one.text}".lower()]
    return page(
        console, viewer, request, "topic.html",
        watched=watched, now=datetime.now(UTC), rates=console.rates, letters=await _letters(console),
        peeking=peeking, peeked=found, partition=partition, q=q,
        older=min((one.record.offset for one in peeked), default=0), may_peek=viewer.peeks,
    )  # fmt: skip


async def _peek(
    console: Console, viewer: Viewer, about: Topic, extent: Extent, partition: int, before: int | None
) -> list[Peeked]:
    end = min(before, extent.end) if before is not None else extent.end
    start = max(extent.begin, end - _PEEK)
    records = await console.parts.log.peek(TopicPartition(about.name, partition), start, end - start)
    return [_covered(about, record, viewer) for record in reversed(records)]


def _covered(about: Topic, record: Record, viewer: Viewer) -> Peeked:
    subject = dict(record.headers).get("ce_subject", b"").decode("utf-8", "replace")
    try:
        shown = _shown(about, json.loads(record.value), viewer)
        return Peeked(record, subject, json.dumps(shown, ensure_ascii=False, indent=2))
    except UNREADABLE:
        return Peeked(record, subject, "")


def _shown(about: Topic, data: Any, viewer: Viewer) -> Any:
    if not is_of(viewer.place, data):
        return _ELSEWHERE
    if tells_sensitive(data) and viewer.clarity(sensitive=True) == "least":
        return _SENSITIVE
    return masked(about.event, data)


async def _letters(console: Console) -> dict[str, int]:
    query = select(col(Letter.topic), func.count().label("n")).where(col(Letter.state) == "open")
    rows = await console.database.rows(query.group_by(col(Letter.topic)))
    return {row.topic: row.n for row in rows}
