"""`GET /v1/complaints/{id}`: where a complaint stands, for the platform that sent it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from classifier.tables import Complaint
from contracts.events import CaseProgressed
from contracts.faults import Said
from contracts.stage import AnyRow, Query
from contracts.vocabulary import Answer, Outcome
from feedback.life import ENDED
from feedback.receipts import MEANING
from feedback.tables import Case
from feedback.views import SEE_SENSITIVE, Viewer, concerns
from services.api.parts import Parts, viewer_of
from services.http.auth import Caller, Needs
from services.http.described import documented
from services.http.problem import Problem
from services.http.scopes import Scope

_NONE = Said("No complaint of yours has this id.", "您名下没有此编号的诉求。")


class CaseStanding(BaseModel):
    """One matter of the complaint. A matter that repeats another case stands where that one does."""

    case_id: UUID
    number: str
    answer: Answer
    force: str | None = Field(description="The office that has it; null of a sensitive case.")
    outcome: Outcome | None
    changed_at: datetime


class ComplaintStanding(BaseModel):
    """The complaint; it is closed when all its cases are."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "complaint_id": "08f2783c-b991-5b96-9003-598fac9ad9b5",
                "external_id": "WG-20240311-0001",
                "received_at": "2024-03-11T11:42:06Z",
                "state": "open",
                "cases": [
                    {
                        "case_id": "0d4df1f7-4d3c-5f0f-9c6b-7b4e5b3c1f10",
                        "number": "4821 0937 5520 1846",
                        "answer": "handed_off",
                        "force": "枫桥镇城建办",
                        "outcome": None,
                        "changed_at": "2024-03-11T11:42:07Z",
                    }
                ],
            }
        }
    )

    complaint_id: UUID
    external_id: str
    received_at: datetime
    state: Literal["received", "open", "closed"] = Field(description="`received`: no case was opened yet.")
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
        """Its matters and what became of each. A platform sees its own complaints only, whoever is bound to a
        place those matters that lie there.

        A complaint that was accepted a moment ago may not be found yet: ask again in a second.
        """
        viewer = viewer_of(caller)
        found = await parts.house.database.read(
            {"complaint": _complaint(complaint_id), "cases": _cases(complaint_id)}
        )
        theirs = [row for row in found["complaint"] if viewer.platform in (None, row.platform)]
        seen = [case for case in found["cases"] if _concerns(case, viewer)]
        if not theirs or (viewer.place and not seen):
            raise Problem(404, "no_complaint", _NONE)
        return _standing(complaint_id, theirs[0], seen, viewer)

    return routes


def _complaint(complaint_id: UUID) -> Query:
    return select(col(Complaint.platform), col(Complaint.external_id), col(Complaint.received_at)).where(
        col(Complaint.id) == complaint_id
    )


def _cases(complaint_id: UUID) -> Query:
    """Each case beside the one that it stands with: its lead, where it is linked."""
    lead = aliased(Case)
    return (
        select(
            col(Case.id), col(Case.number), col(Case.sensitive), col(Case.snapshot),
            col(lead.sensitive).label("with_sensitive"), col(lead.snapshot).label("with_snapshot"),
        )
        .outerjoin(lead, col(lead.id) == col(Case.linked_to))
        .where(col(Case.complaint_id) == complaint_id)
        .order_by(col(Case.number))
    )  # fmt: skip


def _concerns(case: AnyRow, viewer: Viewer) -> bool:
    return concerns(CaseProgressed.model_validate(case.snapshot), viewer)


def _standing(complaint_id: UUID, row: AnyRow, cases: Sequence[AnyRow], viewer: Viewer) -> ComplaintStanding:
    standings = [CaseProgressed.model_validate(case.with_snapshot or case.snapshot) for case in cases]
    over = bool(standings) and all(standing.state in ENDED for standing in standings)
    return ComplaintStanding(
        complaint_id=complaint_id,
        external_id=row.external_id,
        received_at=row.received_at,
        state="closed" if over else "open" if standings else "received",
        cases=[_case(case, now, viewer) for case, now in zip(cases, standings, strict=True)],
    )


def _case(case: AnyRow, now: CaseProgressed, viewer: Viewer) -> CaseStanding:
    least = (case.sensitive or case.with_sensitive) and viewer.role not in SEE_SENSITIVE
    return CaseStanding(
        case_id=case.id,
        number=case.number,
        answer=MEANING.get(now.state, Answer.ACCEPTED),
        force=now.lead.force_name if now.lead and not least else None,
        outcome=None if least else now.outcome,
        changed_at=now.change.at,
    )
