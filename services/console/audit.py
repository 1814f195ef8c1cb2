"""The audit trail, for auditors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlmodel import col

from contracts.places import LOCAL, place_name
from contracts.stage import AnyRow
from contracts.tables import columns
from contracts.vocabulary import Action
from services.api.parts import Prose
from services.console.i18n import Language, Tongue
from services.console.pages import Pages
from services.console.parts import Here
from services.console.posts import called, in_english
from services.console.session import Who
from services.console.tables import AuditEntry
from services.console.views import page
from services.console.words import Aspect, Deed, Purpose, Role, Way
from services.http.scopes import Scope

routes = APIRouter(prefix="/audit")
_PAGE = 100
_IN_WORDS = {
    Deed.DROP,
    Deed.PEEK,
    Deed.SIGN_IN_REFUSED,
    Deed.SUBSCRIBE,
    Deed.UNSUBSCRIBE,
}  # whose `why` is somebody's own, or an address
_CODE = re.compile(r"[\w:-]+")
_CASE = re.compile(r"[\d ]{19}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an auditor wants to see. Empty strings ask for nothing."""

    who: str = ""
    deed: str = ""
    about: str = ""
    since: str = ""
    until: str = ""

    @property
    def query(self) -> str:
        """As a query string."""
        return urlencode({name: value for name in self.__slots__ if (value := getattr(self, name))})

    def conditions(self) -> list[ColumnElement[bool]]:
        """For the database."""
        login, post, at = col(AuditEntry.login), col(AuditEntry.post), col(AuditEntry.at)
        whose = or_(login == self.who, post.contains(self.who, autoescape=True), login.in_(called(self.who)))
        found = [whose] if self.who else []
        found += [col(AuditEntry.deed) == self.deed] if self.deed in list(Deed) else []
        found += [col(AuditEntry.about).in_(_spellings(self.about))] if self.about else []
        first, last = _day(self.since), _day(self.until)
        found += [at >= first] if first else []
        return [*found, at < last + timedelta(days=1)] if last else found


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry in the reader's words; `link` leads to what it is about, where that has a page."""

    row: AnyRow
    post: str
    why: str
    link: str


@routes.get("")
async def audit(
    request: Request, viewer: Who, console: Here, who: Prose = "", about: Prose = "", before: str = ""
) -> HTMLResponse:
    """Who did what, when and why, newest first."""
    if not viewer.audits:
        raise HTTPException(403)
    said = request.query_params
    asked = Asked(
        who.strip(), said.get("deed", ""), about.strip(), said.get("since", ""), said.get("until", "")
    )
    order = (col(AuditEntry.at), col(AuditEntry.id))
    query = select(*columns(AuditEntry)).where(*asked.conditions())
    if cursor := _read_cursor(before):
        query = query.where(tuple_(*order) < tuple_(*cursor))
    query = query.order_by(*(one.desc() for one in order)).limit(_PAGE + 1)
    found = await console.database.rows(query)
    entries = found[:_PAGE]
    pages, language = console.pages, viewer.language
    posts = await in_english(console.database, {row.login for row in entries}) if language == "en" else {}
    older = f"{entries[-1].at.isoformat()}~{entries[-1].id}" if len(found) > _PAGE else None
    return page(
        console, viewer, request, "audit.html",
        entries=[_shown(pages, language, posts, row) for row in entries], older=older, asked=asked,
    )  # fmt: skip


def _shown(pages: Pages, language: Language, posts: Mapping[tuple[str, str], str], row: AnyRow) -> Shown:
    tongue = pages.tongues[language]
    post = posts.get((row.login, row.post)) or tongue.name_of_any(row.post, Way)
    why = row.why or ""
    if row.deed not in _IN_WORDS:
        why = _CODE.sub(lambda code: _worded(pages, tongue, code[0]), why)
        why = why.replace(", ", "、") if language == "zh" else why
    return Shown(row, post, why, _link(row))


def _worded(pages: Pages, tongue: Tongue, code: str) -> str:
    """A code as people call it; itself where nobody does."""
    if code in pages.forces.by_id:
        return pages.force(code, "", tongue.language)
    known = tongue.name_of_any(code, Purpose, Action, Role, Aspect, Scope)
    return place_name(code, tongue.language) or known


def _link(row: AnyRow) -> str:
    if row.deed in (Deed.OPEN_LETTER, Deed.REDRIVE, Deed.DROP):
        return f"/dead-letters/{row.about}"
    return "/?" + urlencode({"state": "all", "q": row.about}) if _CASE.fullmatch(row.about) else ""


def _spellings(about: str) -> set[str]:
    """As it was typed, and as a case's number is written."""
    digits = about.replace(" ", "")
    return {about, " ".join(digits[n : n + 4] for n in range(0, len(digits), 4))}


def _day(text: str) -> datetime | None:
    """When this day begins in Shaoxing."""
    try:
        return datetime.combine(date.fromisoformat(text), time.min, LOCAL).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _read_cursor(text: str) -> tuple[datetime, UUID] | None:
    at, _, entry = text.replace(" ", "+").partition("~")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(entry)
    except (ValueError, OverflowError):
        return None
