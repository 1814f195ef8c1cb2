"""`GET /v1/complaints/{id}`: where a complaint stands, for the platform that sent it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from classifier.tables import Complaint
from contracts.stage import AnyRow, Query
from contracts.vocabulary import Answer, State
from feedback.life import ENDED
from feedback.receipts import MEANING
from feedback.tables import Case
from services.api.parts import Parts
from services.http.auth import Caller, Needs, Scope
from services.http.described import documented
from services.http.problem import Problem


class CaseStanding(BaseModel):
    """One matter of the complaint."""

    number: str
    answer: Answer
    force: str | None
    outcome: str | None
    changed_at: datetime


class ComplaintStanding(BaseModel):
    """The complaint; it is closed when all its cases are."""

    complaint_id: UUID
    external_id: str
    received_at: datetime
    state: Literal["received", "open", "closed"]
    cases: list[CaseStanding]


def router(parts: Parts) -> APIRouter:
    """The route, for an app under `guard`."""
    routes = APIRouter(tags=["complaints"])

    @routes.get(
        "/v1/complaints/{complaint_id}",
        summary="Where a complaint stands",
        responses=documented(401, 403, 404, 422, 503),
    )
    async def get_complaint(
        complaint_id: UUID, caller: Annotated[Caller, Depends(Needs(parts.keys, Scope.COMPLAINTS_READ))]
    ) -> ComplaintStanding:
        """Its matters and what became of each. A platform sees its own complaints only.

        A complaint that was accepted a moment ago may not be found yet: ask again in a second.
        """
        found = await parts.house.database.read(
            {"complaint": _complaint(complaint_id), "cases": _cases(complaint_id)}
        )
        theirs = [row for row in found["complaint"] if caller.platform in (None, row.platform)]
        if not theirs:
            raise Problem(404, "no_complaint", "No complaint of yours has this id.")
        return _standing(complaint_id, theirs[0], found["cases"])

    return routes


def _complaint(complaint_id: UUID) -> Query:
    return select(col(Complaint.platform), col(Complaint.external_id), col(Complaint.received_at)).where(
        col(Complaint.id) == complaint_id
    )


def _cases(complaint_id: UUID) -> Query:
    """Its cases; a linked one stands where its lead does."""
    lead = aliased(Case)
    own = (Case.number, Case.state, Case.outcome, Case.changed_at, Case.snapshot)
    return (
        select(*map(col, own), col(lead.state).label("lead_state"), col(lead.snapshot).label("lead_snapshot"))
        .outerjoin(lead, col(lead.id) == col(Case.linked_to))
        .where(col(Case.complaint_id) == complaint_id)
        .order_by(col(Case.number))
    )


def _standing(complaint_id: UUID, row: AnyRow, cases: Sequence[AnyRow]) -> ComplaintStanding:
    states = [State(case.lead_state or case.state) for case in cases]
    over = bool(states) and all(state in ENDED for state in states)
    return ComplaintStanding(
        complaint_id=complaint_id,
        external_id=row.external_id,
        received_at=row.received_at,
        state="closed" if over else "open" if states else "received",
        cases=[_case(case, state) for case, state in zip(cases, states, strict=True)],
    )


def _case(case: AnyRow, state: State) -> CaseStanding:
    lead = (case.lead_snapshot or case.snapshot)["lead"]
    return CaseStanding(
        number=case.number,
        answer=MEANING.get(state, Answer.ACCEPTED),
        force=lead["force_name"] if lead else None,
        outcome=case.outcome,
        changed_at=case.changed_at,
    )
