"""Dead letters for people who are no engineers: what came, what is wrong, mend it, see it through."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import func, select
from sqlmodel import col

from contracts.errors import Transient
from contracts.stage import AnyRow
from contracts.tables import columns
from services.api.parts import Prose
from services.chassis.letters import Letter
from services.console import trail
from services.console.fates import became_of, fate_of
from services.console.masked import UNREADABLE, covered_for_mending, is_of, tells_sensitive
from services.console.mending import Mended, mend, shape_of
from services.console.parts import Console, Here
from services.console.session import Who
from services.console.sight import Viewer
from services.console.views import page
from services.console.words import Deed, Purpose
from services.redrive import drop, redrive

routes = APIRouter(prefix="/dead-letters")
_SHOWN = 200
_DONE = 20


@routes.get("")
async def letters(request: Request, viewer: Who, console: Here) -> HTMLResponse:
    """Open letters by stage and reason, and what was handled lately."""
    _may_see(viewer)
    state, newest, handled = col(Letter.state), col(Letter.at).desc(), col(Letter.handled_at).desc()
    counts = (
        select(
            col(Letter.stage),
            col(Letter.code),
            func.count().label("n"),
            func.min(col(Letter.at)).label("first"),
        )
        .where(state == "open")
        .group_by(col(Letter.stage), col(Letter.code))
    )
    found = await console.database.read(
        {
            "groups": counts.order_by(func.count().desc()),
            "open": select(*columns(Letter)).where(state == "open").order_by(newest).limit(_SHOWN),
            "handled": select(*columns(Letter)).where(state != "open").order_by(handled).limit(_DONE),
        }
    )  # fmt: skip
    fates = {row.id: await fate_of(console, viewer, row) for row in found["handled"]}
    return page(console, viewer, request, "letters.html", found=found, fates=fates, now=datetime.now(UTC))


@routes.get("/{letter_id}")
async def letter(letter_id: UUID, request: Request, viewer: Who, console: Here) -> HTMLResponse:
    """One letter, its personal values covered by placeholders that a mended text may keep."""
    row = await _find(console, viewer, letter_id)
    await trail.record(console.database, viewer, Deed.OPEN_LETTER, str(letter_id))
    return await _shown(console, viewer, request, row)


@routes.get("/{letter_id}/fate")
async def fate(letter_id: UUID, request: Request, viewer: Who, console: Here) -> HTMLResponse:
    """What became of it, for a page that waits for that; nothing of what it says, so it leaves no trail."""
    row = await _find(console, viewer, letter_id)
    return page(console, viewer, request, "parts/fate.html", **await _ending(console, viewer, row))


@routes.post("/{letter_id}/uncover")
async def uncover(
    letter_id: UUID, request: Request, viewer: Who, console: Here, purpose: Annotated[Purpose, Form()]
) -> HTMLResponse:
    """The letter with nothing covered, for a purpose that is written down first."""
    row = await _find(console, viewer, letter_id)
    if not (viewer.mends and viewer.acts):
        raise HTTPException(403)
    await trail.record(console.database, viewer, Deed.REVEAL, str(letter_id), purpose)
    return await _shown(console, viewer, request, row, text=row.letter["value"], bare=True)


@routes.post("/{letter_id}/redrive", response_model=None)
async def send_again(
    letter_id: UUID, request: Request, viewer: Who, console: Here, text: Annotated[str, Form()]
) -> HTMLResponse | RedirectResponse:
    """Check the mended text, send it, and show what becomes of it."""
    row = await _find(console, viewer, letter_id, to_mend=True)
    mended = mend(row.letter, text)
    if mended.faults:
        return await _shown(console, viewer, request, row, 422, text=text, mended=mended)
    try:
        await redrive(console.database, console.parts.log, [letter_id], viewer, {letter_id: mended.value})
    except Transient:
        return await _shown(console, viewer, request, row, 503, text=text, away=True)
    return RedirectResponse(f"/dead-letters/{letter_id}", 303)


@routes.post("/{letter_id}/drop")
async def give_up(
    letter_id: UUID, viewer: Who, console: Here, why: Annotated[Prose, Form(min_length=2, max_length=200)]
) -> RedirectResponse:
    """Give the letter up; the reason stays in the trail, the letter in its table."""
    await _find(console, viewer, letter_id, to_mend=True)
    await drop(console.database, [letter_id], viewer, why)
    return RedirectResponse("/dead-letters", 303)


async def _shown(
    console: Console,
    viewer: Viewer,
    request: Request,
    row: AnyRow,
    status: int = 200,
    *,
    text: str | None = None,
    mended: Mended | None = None,
    bare: bool = False,
    away: bool = False,
) -> HTMLResponse:
    covered = _covered(row, row.letter["value"])
    return page(
        console, viewer, request, "letter.html", status,
        text=covered if text is None else text, bare=bare, away=away,
        faults=mended.faults if mended else mend(row.letter, covered).faults,
        tried=mended is not None, sent=_sent(viewer, row), purposes=list(Purpose),
        **await _ending(console, viewer, row),
    )  # fmt: skip


async def _ending(console: Console, viewer: Viewer, row: AnyRow) -> dict[str, Any]:
    """What `parts/fate.html` shows."""
    return {
        "letter": row,
        "fate": await fate_of(console, viewer, row),
        "became": await became_of(console, viewer, row),
        "now": datetime.now(UTC),
    }


def _sent(viewer: Viewer, row: AnyRow) -> str | None:
    return _covered(row, row.mended) if row.mended and _may_know(viewer, row.mended) else None


def _covered(row: AnyRow, value: str) -> str:
    return covered_for_mending(shape_of(row.letter), value)[0]


async def _find(console: Console, viewer: Viewer, letter_id: UUID, to_mend: bool = False) -> AnyRow:
    _may_see(viewer)
    rows = await console.database.rows(select(*columns(Letter)).where(col(Letter.id) == letter_id))
    if not rows:
        raise HTTPException(404)
    if not _may_know(viewer, rows[0].letter["value"]) or (to_mend and not viewer.mends):
        raise HTTPException(403)
    return rows[0]


def _may_know(viewer: Viewer, value: str) -> bool:
    try:
        data = json.loads(value)
        return is_of(viewer.place, data) and viewer.clarity(tells_sensitive(data)) == "clear"
    except UNREADABLE:
        return viewer.place is None  # nobody can tell whose business it is


def _may_see(viewer: Viewer) -> None:
    if not viewer.sees_letters:
        raise HTTPException(403)
