"""One case: what it is, who has it and why, what happened, what can be done."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Header, HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select
from sqlmodel import col
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.background import BackgroundTask

from contracts.events import Actor, CaseProgressed, Change
from contracts.stage import Query
from contracts.vocabulary import Action, ActorKind
from feedback.life import allowed, is_sensitive
from feedback.reveal import reveal
from feedback.tables import Case, CaseChange, Clock, ReceiptDelivery
from services.console import trail
from services.console.because import because
from services.console.capacity import capacity_of, eyes_before, eyes_of, may_uncover
from services.console.cover import covered_note, of_a_citizen, pieces
from services.console.desk import event
from services.console.explained import all_explained
from services.console.live import Push, Watcher
from services.console.looks import looked
from services.console.parts import Console, Here
from services.console.posts import names
from services.console.rows import Row, rows_of
from services.console.session import Who
from services.console.sight import Viewer, scope
from services.console.streams import until_old
from services.console.views import page
from services.console.words import Deed, Purpose

routes = APIRouter(prefix="/cases/{case_id}")
_SAME_LOOK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Promise:
    """A clock as it is shown: running, kept or missed."""

    kind: str
    due_at: datetime
    state: str
    force_id: str | None  # who had the case when it was missed


@routes.get("")
async def case(case_id: UUID, request: Request, viewer: Who, console: Here) -> HTMLResponse:
    """The whole page, or, after a change, only its middle; in its place, where the case was theirs, that it
    went."""
    refreshed = request.headers.get("hx-target") == "case"
    try:
        found = await opened_case(console, viewer, case_id, refreshed)
    except HTTPException:
        if not refreshed:
            raise
        return _taken(console, viewer, request)
    now = datetime.now(UTC)
    around = await console.database.read(_around(found, viewer))
    changes = [Change.model_validate(row.change) for row in around["changes"]]
    actions = allowed(found, capacity_of(viewer, found))
    template = "parts/case.html" if refreshed else "case.html"
    row = Row(found, viewer.clarity(is_sensitive(found)))
    shown = page(
        console, viewer, request, template,
        row=row, case=found, now=now,
        pieces=pieces(found.matter), shown=reveal(found, eyes_before(viewer, found))["matter"],
        changes=changes, promises=[Promise(*row) for row in around["clocks"]],
        owed={(one.kind, one.due_at) for one in row.missed},
        siblings=rows_of(around["siblings"], viewer), linked=rows_of(around["linked"], viewer),
        reports=around["reports"][0][0],
        lead=next(iter(rows_of(around["lead"], viewer)), None),
        receipts=around["receipts"], posted=await _posts(console, viewer, changes),
        actions=actions, why=_explainer(console, viewer),
        uncovers=may_uncover(viewer, found), covered_note=covered_note,
        purposes=list(Purpose), because=list(because(found.matter)), corrects=Action.SUPPLEMENT in actions,
    )  # fmt: skip
    if row.waits and viewer.looks and row.clarity == "clear":
        shown.background = BackgroundTask(looked, console, viewer, found)
    return shown


def _taken(console: Console, viewer: Viewer, request: Request) -> HTMLResponse:
    """Says the same of a case that never was: who asks for it learns nothing."""
    shown = page(console, viewer, request, "parts/taken.html")
    shown.headers["HX-Reswap"] = "outerHTML"  # with the page's live stream
    return shown


@routes.post("/reveal")
async def uncover(
    case_id: UUID, request: Request, viewer: Who, console: Here, purpose: Annotated[Purpose, Form()]
) -> HTMLResponse:
    """The reporter uncovered, for a purpose that is written down first."""
    found = await find_case(console, viewer, case_id)
    if not may_uncover(viewer, found):
        raise HTTPException(403)
    await trail.record(console.database, viewer, Deed.REVEAL, found.matter.number, purpose)
    changes = await console.database.rows(_changes(case_id))
    return page(
        console, viewer, request, "parts/uncovered.html",
        shown=reveal(found, eyes_of(viewer, found))["matter"], matter=found.matter,
        notes=list(filter(None, (of_a_citizen(Change.model_validate(row.change)) for row in changes))),
    )  # fmt: skip


@routes.get("/live")
async def live(
    case_id: UUID,
    viewer: Who,
    console: Here,
    version: int = 0,
    since: str = "",
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    """Tells the page that its case changed; the page then asks for it again, by its own right."""
    found = await find_case(console, viewer, case_id)
    again = bool(since or last_event_id) or found.version > version
    return EventSourceResponse(until_old(_pushes(console, viewer, case_id, again)), ping=15)


async def _pushes(
    console: Console, viewer: Viewer, case_id: UUID, again: bool
) -> AsyncGenerator[ServerSentEvent]:
    with console.live.watching(Watcher(viewer, case_id=case_id)) as watcher:
        if again:  # it may have changed while nobody listened
            yield event(Push("changed", "", datetime.now(UTC)))
        async for push in watcher.pushes():
            yield event(push)


async def find_case(console: Console, viewer: Viewer, case_id: UUID) -> CaseProgressed:
    """The case as it is now; 404 where it is not there or not theirs, which must look the same."""
    rows = await console.database.rows(
        select(col(Case.snapshot)).where(col(Case.id) == case_id, *scope(viewer))
    )
    if not rows:
        raise HTTPException(404)
    return CaseProgressed.model_validate(rows[0].snapshot)


async def opened_case(
    console: Console, viewer: Viewer, case_id: UUID, refreshed: bool = False
) -> CaseProgressed:
    """The same, and where the case is sensitive, written down before it is shown: once for a page that shows
    it anew with every change."""
    found, deed = await find_case(console, viewer, case_id), Deed.VIEW_SENSITIVE
    number, lately = found.matter.number, datetime.now(UTC) - _SAME_LOOK
    if not is_sensitive(found):
        return found
    if not (refreshed and await trail.told(console.database, viewer, deed, number, lately)):
        await trail.record(console.database, viewer, deed, number)
    return found


def _around(case: CaseProgressed, viewer: Viewer) -> Mapping[str, Query]:
    case_id, mine = case.matter.case_id, scope(viewer)
    snapshots = select(col(Case.snapshot)).where(*mine)
    clock, receipt = col(Clock.case_id), col(ReceiptDelivery.case_id)
    return {
        "changes": _changes(case_id),
        "clocks": select(col(Clock.kind), col(Clock.due_at), col(Clock.state), col(Clock.force_id))
        .where(clock == case_id)
        .order_by(col(Clock.due_at)),
        "siblings": snapshots.where(
            col(Case.complaint_id) == case.matter.complaint_id, col(Case.id) != case_id
        ),
        "linked": snapshots.where(col(Case.linked_to) == case_id).limit(50),
        "reports": select(func.count()).select_from(Case).where(*mine, col(Case.linked_to) == case_id),
        "lead": snapshots.where(col(Case.id) == case.linked_to),
        "receipts": select(*_receipt_columns()).where(receipt == case_id).order_by(col(ReceiptDelivery.at)),
    }  # fmt: skip


def _changes(case_id: UUID) -> Query:
    mine = col(CaseChange.case_id) == case_id
    return select(col(CaseChange.change)).where(mine).order_by(col(CaseChange.seq))


async def _posts(console: Console, viewer: Viewer, changes: Sequence[Change]) -> Callable[[Actor], str]:
    """What the people of a timeline are called: their post; a login without one, by the force it acts for."""
    logins = {change.actor.name for change in changes if change.actor.kind is ActorKind.PERSON}
    posts = await names(console.database, logins, viewer.language)

    def posted(actor: Actor) -> str:
        force = console.pages.force(actor.force_id, "", viewer.language)
        return posts.get(actor.name) or force or actor.name

    return posted


def _receipt_columns() -> Any:
    return (
        getattr(ReceiptDelivery, n) for n in ("platform", "answer", "at", "state", "delivered_at", "attempts")
    )


def _explainer(console: Console, viewer: Viewer) -> Any:
    return lambda why: all_explained(why, viewer.language, console.pages)
