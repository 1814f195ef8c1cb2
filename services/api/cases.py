"""Cases over REST: a filtered list, one case with its timeline, what people do to it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, select, tuple_
from sqlmodel import col

from contracts.errors import NotAllowed
from contracts.events import Actor, CaseCommand, CaseProgressed
from contracts.stage import AnyRow
from contracts.vocabulary import SYSTEM_ACTIONS, Action, ActorKind, Colour, Kind, Outcome, Platform, State
from feedback import life, reasons
from feedback.tables import Case, CaseChange
from feedback.views import SEE_SENSITIVE, Role, Viewer, case_for, concerns, timeline_for, who
from services.api.paging import bad_cursor, unwrap, wrap
from services.api.parts import Parts, viewer_of
from services.http.auth import Caller, Needs, Scope
from services.http.described import documented
from services.http.problem import Problem

_PEOPLE_DO = tuple(action for action in Action if action not in SYSTEM_ACTIONS)


class Wanted(BaseModel):
    """The filter of a list. What is absent does not limit."""

    model_config = ConfigDict(extra="forbid")

    county: str | None = Field(None, pattern=r"^\d{6}$", description="Six digits.")
    town: str | None = Field(None, pattern=r"^\d{9}$", description="Nine digits.")
    state: State | None = None
    kind: Kind | None = None
    category: str | None = Field(None, max_length=64, description="`labour` holds `labour/wages` too.")
    colour: Colour | None = None
    platform: Platform | None = None
    force: str | None = Field(None, max_length=64, description="A force's id.")
    overdue: bool | None = None
    number: str | None = Field(None, max_length=32, description="The case number, spaces or none.")
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=256, description="`next` of the page before.")


class Deed(BaseModel):
    """What somebody does. Which fields an action needs is said in its refusal, and in the console's forms."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    action: Action = Field(json_schema_extra={"enum": list(_PEOPLE_DO)})
    by: str = Field(min_length=1, max_length=64, description="The login or program that does it.")
    note: str | None = Field(None, max_length=4000)
    reason: str | None = Field(None, max_length=64, description="A code, for a return.")
    force_id: str | None = Field(None, max_length=64, description="Whom to assign or transfer to.")
    outcome: Outcome | None = None
    satisfied: bool | None = None
    solved: bool | None = None


class CasePage(BaseModel):
    """A page of cases as the caller may see them, newest first."""

    items: list[dict[str, Any]]
    next: str | None


class CaseFile(BaseModel):
    """One case as the caller may see it."""

    case: dict[str, Any]
    timeline: list[dict[str, Any]]
    allowed: list[Action]


class Done(BaseModel):
    """What an action led to; `pending`: it is in the log and will be decided."""

    status: str
    state: State | None


def router(parts: Parts) -> APIRouter:
    """The routes, for an app under `guard`."""
    routes = APIRouter(prefix="/v1/cases", tags=["cases"])
    reading, acting = Needs(parts.keys, Scope.CASES_READ), Needs(parts.keys, Scope.CASES_ACT)

    @routes.get("", summary="List cases", responses=documented(401, 403, 422, 503))
    async def list_cases(
        wanted: Annotated[Wanted, Query()], caller: Annotated[Caller, Depends(reading)]
    ) -> CasePage:
        """Newest first, a page at a time. Whoever may not see sensitive cases cannot search in them either."""
        viewer = viewer_of(caller)
        query = (
            select(col(Case.id), col(Case.received_at), col(Case.snapshot))
            .where(*_conditions(wanted, viewer))
            .order_by(col(Case.received_at).desc(), col(Case.id).desc())
            .limit(wanted.limit + 1)
        )
        rows = await parts.house.database.rows(query)
        shown = [case_for(row.snapshot, viewer) for row in rows[: wanted.limit]]
        more = len(rows) > wanted.limit
        return CasePage(
            items=[case for case in shown if case], next=_place(rows[wanted.limit - 1]) if more else None
        )

    @routes.get("/{case_id}", summary="One case", responses=documented(401, 403, 404, 422, 503))
    async def get_case(case_id: UUID, caller: Annotated[Caller, Depends(reading)]) -> CaseFile:
        """The case, its timeline with reasons, and what the caller may do to it now."""
        viewer = viewer_of(caller)
        row = await _find(parts, case_id, viewer)
        changes = select(col(CaseChange.change)).where(col(CaseChange.case_id) == case_id)
        timeline = await parts.house.database.rows(changes.order_by(col(CaseChange.seq)))
        case = CaseProgressed.model_validate(row.snapshot)
        return CaseFile(
            case=case_for(row.snapshot, viewer) or {},
            timeline=timeline_for(row.snapshot, [change.change for change in timeline], viewer),
            allowed=life.allowed(case, who(case, viewer)),
        )

    @routes.post(
        "/{case_id}/actions", summary="Do something", responses=documented(401, 403, 404, 409, 422, 503)
    )
    async def act(
        case_id: UUID,
        deed: Deed,
        caller: Annotated[Caller, Depends(acting)],
        idempotency_key: Annotated[str | None, Header(max_length=128)] = None,
    ) -> Done:
        """200 with the new state once it is decided, 409 with the reason where it is not allowed.

        With an `Idempotency-Key`, sending the same again does nothing twice.
        """
        viewer = viewer_of(caller)
        case = CaseProgressed.model_validate((await _find(parts, case_id, viewer)).snapshot)
        command = _command(case_id, deed, caller)
        if idempotency_key is None and (reason := life.refuse(case, command, who(case, viewer))):
            raise _refused(reason)
        result = await parts.actions.submit(command, idempotency_key)
        if result.status == "refused":
            raise _refused(result.reason or "")
        return Done(status=result.status, state=result.state)

    return routes


def _conditions(wanted: Wanted, viewer: Viewer) -> list[ColumnElement[bool]]:
    plain: Mapping[Any, Any] = {
        Case.county_code: wanted.county, Case.town_code: wanted.town, Case.state: wanted.state,
        Case.kind: wanted.kind, Case.colour: wanted.colour, Case.platform: wanted.platform,
        Case.force_id: wanted.force, Case.overdue: wanted.overdue, Case.number: _number(wanted.number),
    }  # fmt: skip
    conditions = [col(column) == value for column, value in plain.items() if value is not None]
    if wanted.category:
        mine = col(Case.category)
        conditions.append((mine == wanted.category) | mine.startswith(f"{wanted.category}/", autoescape=True))
    if wanted.cursor:
        conditions.append(tuple_(col(Case.received_at), col(Case.id)) < _cursor(wanted.cursor))
    if viewer.role not in SEE_SENSITIVE and (wanted.kind or wanted.category or wanted.colour or wanted.force):
        conditions.append(col(Case.sensitive).is_(False))
    return [*conditions, *_within(viewer)]


def _within(viewer: Viewer) -> list[ColumnElement[bool]]:
    if viewer.role is Role.PLATFORM:
        return [col(Case.platform) == viewer.platform]
    if viewer.place is None:
        return []
    return [col(Case.town_code if len(viewer.place) == 9 else Case.county_code) == viewer.place]


def _number(text: str | None) -> str | None:
    digits = "".join(filter(str.isdigit, text or ""))
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4)) if text else None


def _place(row: AnyRow) -> str:
    return wrap([row.received_at.isoformat(), str(row.id)])


def _cursor(cursor: str) -> Any:
    try:
        at, case_id = unwrap(cursor)
        return tuple_(datetime.fromisoformat(at), UUID(case_id))
    except (TypeError, ValueError, AttributeError):
        raise bad_cursor() from None


async def _find(parts: Parts, case_id: UUID, viewer: Viewer) -> AnyRow:
    rows = await parts.house.database.rows(select(col(Case.snapshot)).where(col(Case.id) == case_id))
    if not rows or not concerns(CaseProgressed.model_validate(rows[0].snapshot), viewer):
        raise Problem(404, "no_case", "No case that you may see has this id.")
    return rows[0]


def _command(case_id: UUID, deed: Deed, caller: Caller) -> CaseCommand:
    if deed.action in SYSTEM_ACTIONS:
        raise NotAllowed("only the hub itself does this")
    fields = deed.model_dump(exclude={"by"})
    actor = Actor(kind=ActorKind.PERSON, name=f"{caller.name}: {deed.by}")
    return CaseCommand(case_id=case_id, actor=actor, at=datetime.now(UTC), **fields)


def _refused(reason: str) -> Problem:
    detail, zh = reasons.explain(reason, "en"), reasons.explain(reason, "zh")
    return Problem(409, reasons.code_of(reason), detail, reason=reason, zh=zh)
