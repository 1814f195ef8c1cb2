"""Cases over REST: a filtered list, one case with its timeline, what people do to it."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import col

from contracts.events import CaseCommand, CaseProgressed
from contracts.faults import Said
from contracts.stage import AnyRow
from contracts.vocabulary import Action
from feedback import life
from feedback.tables import Case, CaseChange
from feedback.views import SEE_SENSITIVE, Viewer, case_for, concerns, timeline_for, who
from services.actions import ActResult
from services.api.deeds import ANSWERS, Deed, Done, command_id, command_of, must_be_known, refused
from services.api.parts import Parts, viewer_of
from services.api.search import Wanted, cursor_after, page_of
from services.api.seen import CaseSeen, ChangeSeen
from services.console import trail
from services.console.words import Deed as AuditDeed
from services.http.auth import Caller, Needs
from services.http.described import documented
from services.http.problem import Problem
from services.http.scopes import Scope

_NONE = Said("No case that you may see has this id.", "您可查看的案件中没有此编号。")


class CasePage(BaseModel):
    """A page of cases as the caller may see them, newest first."""

    items: list[CaseSeen]
    next: str | None = Field(description="The cursor of the page that follows; null on the last.")


class CaseFile(BaseModel):
    """One case as the caller may see it."""

    case: CaseSeen
    timeline: list[ChangeSeen]
    allowed: list[Action] = Field(description="What the caller may do to it now.")


def router(parts: Parts) -> APIRouter:
    """The routes, for an app under `guard`."""
    routes = APIRouter(prefix="/v1/cases", tags=["cases"])
    reading, acting = Needs(parts.keys, Scope.CASES_READ), Needs(parts.keys, Scope.CASES_ACT)

    @routes.get("", summary="List cases", responses=documented(401, 403, 422, 503))
    async def list_cases(
        wanted: Annotated[Wanted, Query()], caller: Annotated[Caller, Depends(reading)]
    ) -> CasePage:
        """Newest first, a page at a time. Whoever may not see sensitive cases cannot search in them."""
        viewer = viewer_of(caller)
        rows = await parts.house.database.rows(page_of(wanted, viewer))
        await _leave_a_trail(parts, caller, [row.snapshot for row in rows[: wanted.limit]])
        shown = [case_for(row.snapshot, viewer) for row in rows[: wanted.limit]]
        more = len(rows) > wanted.limit
        return CasePage(
            items=[CaseSeen(case) for case in shown if case],
            next=cursor_after(rows[wanted.limit - 1]) if more else None,
        )

    @routes.get("/{case_id}", summary="One case", responses=documented(401, 403, 404, 422, 503))
    async def get_case(case_id: UUID, caller: Annotated[Caller, Depends(reading)]) -> CaseFile:
        """The case, its timeline with reasons, and what the caller may do to it now."""
        viewer = viewer_of(caller)
        row = await _find(parts, case_id, viewer)
        await _leave_a_trail(parts, caller, [row.snapshot])
        changes = select(col(CaseChange.change)).where(col(CaseChange.case_id) == case_id)
        timeline = await parts.house.database.rows(changes.order_by(col(CaseChange.seq)))
        entries = timeline_for(row.snapshot, [change.change for change in timeline], viewer)
        case = CaseProgressed.model_validate(row.snapshot)
        return CaseFile(
            case=CaseSeen(case_for(row.snapshot, viewer) or {}),
            timeline=[ChangeSeen(entry) for entry in entries],
            allowed=life.allowed(case, who(case, viewer)),
        )

    @routes.post(
        "/{case_id}/actions",
        summary="Do something",
        responses={**documented(400, 401, 403, 404, 413, 422, 503), **ANSWERS},
    )
    async def act(
        case_id: UUID,
        deed: Deed,
        caller: Annotated[Caller, Depends(acting)],
        response: Response,
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=128)] = None,
    ) -> Done:
        """200 with the new state once it is decided, 202 where that takes too long, 409 with the reason where
        it is not allowed.

        With an `Idempotency-Key`, the same sent again by the same caller does nothing twice and gets the
        same answer.
        """
        must_be_known(deed, parts.categories, parts.forces)
        viewer = viewer_of(caller)
        case = CaseProgressed.model_validate((await _find(parts, case_id, viewer)).snapshot)
        once = command_id(case_id, deed, caller, idempotency_key) if idempotency_key else None
        result = await _act(parts, case, command_of(case_id, deed, caller), caller, once)
        if result.status == "refused":
            raise refused(result.reason or "")
        if result.status == "pending":
            response.status_code = 202
        return Done(status=result.status, state=result.state)

    return routes


async def _act(
    parts: Parts, case: CaseProgressed, command: CaseCommand, caller: Caller, once: UUID | None
) -> ActResult:
    """What was decided before under this id, else now. The viewer's rights are known only here: the stage
    takes whoever comes without a force for a centre."""
    if once and (before := await parts.actions.outcome(once, command.case_id)):
        return before
    if reason := life.refuse(case, command, who(case, viewer_of(caller))):
        return ActResult("refused", reason)
    await trail.write(parts.house.database, trail.commanded(trail.program(caller.name), case, command))
    return await parts.actions.submit(command, once)


async def _leave_a_trail(parts: Parts, caller: Caller, snapshots: Sequence[dict[str, Any]]) -> None:
    """A program that is shown sensitive cases in full leaves a trail as people do, before it sees them."""
    if viewer_of(caller).role in SEE_SENSITIVE:
        cases = map(CaseProgressed.model_validate, snapshots)
        numbers = [case.matter.number for case in cases if life.is_sensitive(case)]
        who = trail.program(caller.name)
        await trail.record_each(parts.house.database, who, AuditDeed.VIEW_SENSITIVE, numbers)


async def _find(parts: Parts, case_id: UUID, viewer: Viewer) -> AnyRow:
    rows = await parts.house.database.rows(select(col(Case.snapshot)).where(col(Case.id) == case_id))
    if not rows or not concerns(CaseProgressed.model_validate(rows[0].snapshot), viewer):
        raise Problem(404, "no_case", _NONE)
    return rows[0]
