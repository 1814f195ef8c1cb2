"""The audit trail, for auditors."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import or_, select
from sqlmodel import col

from contracts.tables import columns
from services.api.parts import Prose
from services.console.parts import Here
from services.console.session import Who
from services.console.tables import AuditEntry
from services.console.views import page
from services.console.words import Deed

routes = APIRouter(prefix="/audit")
_PAGE = 100


@routes.get("")
async def audit(
    request: Request, viewer: Who, console: Here, who: Prose = "", deed: str = ""
) -> HTMLResponse:
    """Who did what, when and why, newest first."""
    if not viewer.audits:
        raise HTTPException(403)
    query = select(*columns(AuditEntry))
    if who:
        query = query.where(
            or_(col(AuditEntry.login) == who, col(AuditEntry.post).contains(who, autoescape=True))
        )
    if deed in list(Deed):
        query = query.where(col(AuditEntry.deed) == deed)
    if (before := _moment(request.query_params.get("before", ""))) is not None:
        query = query.where(col(AuditEntry.at) < before)
    found = await console.database.rows(query.order_by(col(AuditEntry.at).desc()).limit(_PAGE + 1))
    return page(
        console, viewer, request, "audit.html",
        entries=found[:_PAGE], older=found[_PAGE - 1].at if len(found) > _PAGE else None, who=who, deed=deed,
    )  # fmt: skip


def _moment(text: str) -> Any:
    try:
        return datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
