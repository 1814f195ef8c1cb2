"""Models: which one judges, which judges along, what people decided; and where they decide."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from contracts.errors import Clash, Invalid
from contracts.stage import AnyRow
from services.console.parts import Console, Here
from services.console.posts import names
from services.console.session import Who
from services.console.sight import Viewer
from services.console.views import page
from services.models.seen import Seen, seen
from services.models.store import SHIPPED, By, Slot, decide, one_model

routes = APIRouter(prefix="/models")


@routes.get("")
async def models(request: Request, viewer: Who, console: Here) -> HTMLResponse:
    """What judges, what judges along, what could."""
    if not viewer.sees_models:
        raise HTTPException(403)
    return await _page(request, viewer, console, await seen(console.database))


@routes.get("/{version}")
async def model(version: str, request: Request, viewer: Who, console: Here) -> HTMLResponse:
    """How one model compared when it was made."""
    return page(console, viewer, request, "model.html", model=await _model(viewer, console, version))


@routes.get("/{version}/report.md")
async def report(version: str, viewer: Who, console: Here) -> PlainTextResponse:
    """The same as a file to hand on."""
    found = await _model(viewer, console, version)
    return PlainTextResponse(found.report, media_type="text/markdown")


@routes.post("/{slot}")
async def put(
    slot: Slot,
    request: Request,
    viewer: Who,
    console: Here,
    version: Annotated[str, Form()] = "",
    seq: Annotated[int, Form()] = 0,
) -> Response:
    """Decide; no version: nobody in shadow. What somebody decided meanwhile is shown instead."""
    if not (viewer.puts_live if slot is Slot.LIVE else viewer.tries_models):
        raise HTTPException(403)
    now = await seen(console.database)
    if now.now.seq != seq:
        return await _page(request, viewer, console, now, 409)
    chosen = None if version in ("", SHIPPED) else version
    by = By(viewer.login, viewer.role.value, viewer.post)
    try:
        await decide(console.database, slot, chosen, by, now.now)
    except Invalid:
        raise HTTPException(404) from None
    except Clash:
        return await _page(request, viewer, console, await seen(console.database), 409)
    return RedirectResponse("/models", 303)


async def _model(viewer: Viewer, console: Console, version: str) -> AnyRow:
    if not viewer.sees_models:
        raise HTTPException(403)
    rows = await console.database.rows(one_model(version))
    if not rows:
        raise HTTPException(404)
    return rows[0]


async def _page(
    request: Request, viewer: Viewer, console: Console, found: Seen, status: int = 200
) -> HTMLResponse:
    posts = await names(console.database, {row.by for row in found.now.decisions}, viewer.language)
    return page(
        console, viewer, request, "models.html", status,
        seen=found, posts=posts, now=datetime.now(UTC), moved=status == 409, shipped=SHIPPED,
    )  # fmt: skip
