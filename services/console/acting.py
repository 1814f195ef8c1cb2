"""What people do to a case: a form for each action, and its outcome in place."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator

from contracts.errors import Transient
from contracts.events import CaseCommand, CaseProgressed, Correction
from contracts.places import is_place
from contracts.vocabulary import SYSTEM_ACTIONS, Action, Flag, Kind, Outcome, State
from feedback.life import ReturnReason, Rule, find, is_sensitive, permit
from feedback.reasons import Reason, word
from router.forces import Force
from router.places import ladder
from services.actions import ActResult
from services.api.parts import Line, Prose
from services.console import trail
from services.console.capacity import actor_of, capacity_of
from services.console.case import find_case
from services.console.desk import places_for
from services.console.explained import explained
from services.console.parts import Console, Here
from services.console.session import Who
from services.console.sight import Viewer
from services.console.views import page

routes = APIRouter(prefix="/cases/{case_id}/act")
_PLAIN = {"note", "reason", "force_id", "outcome", "solved", "satisfied"}
_STATUS = {"done": 200, "refused": 409, "pending": 202}


class Filled(BaseModel):
    """What a form may hold; which of it an action needs, `feedback.life` says."""

    model_config = ConfigDict(str_strip_whitespace=True, hide_input_in_errors=True)

    note: Annotated[Prose, Field(max_length=4000)] | None = None
    reason: ReturnReason | None = None
    force_id: Line | None = None
    outcome: Outcome | None = None
    solved: bool | None = None
    satisfied: bool | None = None
    category: str | None = None
    kind: Kind | None = None
    flags: tuple[Flag, ...] = ()
    flags_shown: tuple[
        str, ...
    ] = ()  # "true", or boxes say nothing where none is ticked, and what it knew of
    town_code: str | None = None

    @field_validator("category", "kind", "town_code", mode="before")
    @classmethod
    def _unsaid(cls, value: object) -> object:
        return value or None

    def command(self, case: CaseProgressed, action: Action, viewer: Viewer) -> CaseCommand:
        """What the form asks for."""
        return CaseCommand(
            case_id=case.matter.case_id,
            action=action,
            actor=actor_of(viewer),
            at=datetime.now(UTC),
            correction=self._correction(case) if action is Action.SUPPLEMENT else None,
            **self.model_dump(include=_PLAIN),
        )

    def _correction(self, case: CaseProgressed) -> Correction | None:
        # A danger that became known while the form was open is nobody's false alarm.
        since = [flag for flag in case.flags if flag not in (*self.flags, *self.flags_shown)]
        ticked = (*self.flags, *since) if self.flags_shown else case.flags
        flags = None if set(ticked) == set(case.flags) else ticked
        said = Correction(category=self.category, kind=self.kind, flags=flags, town_code=self.town_code)
        return None if said == Correction() else said


@routes.get("/{action}")
async def form(case_id: UUID, action: Action, request: Request, viewer: Who, console: Here) -> HTMLResponse:
    """The inputs this action needs here; the reason where it is not possible."""
    case = await find_case(console, viewer, case_id)
    rule = (
        find(case, action, capacity_of(viewer, case)) if action not in SYSTEM_ACTIONS else Reason("not_yours")
    )
    if isinstance(rule, Reason):
        return _refused(console, viewer, request, case, action, rule)
    return page(console, viewer, request, "parts/act.html", **_inputs(console, viewer, case, rule))


@routes.post("/{action}")
async def act(
    case_id: UUID,
    action: Action,
    request: Request,
    viewer: Who,
    console: Here,
    given: Annotated[Filled, Form()],
) -> HTMLResponse:
    """Have it done, and say what came of it."""
    case = await find_case(console, viewer, case_id)
    if not viewer.acts or action in SYSTEM_ACTIONS:
        raise HTTPException(403)
    if not _known(console, given):
        raise HTTPException(422)
    command = given.command(case, action, viewer)
    rule = permit(case, command, capacity_of(viewer, case))
    if isinstance(rule, Reason):
        return _refused(console, viewer, request, case, action, rule)
    await trail.write(console.database, trail.commanded(viewer, case, command))
    result = await _submitted(console, command)
    return _said(console, viewer, request, case, action, result, rule)


def _known(console: Console, given: Filled) -> bool:
    """Whether the taxonomy has the category and the city the place that were chosen."""
    category, place = given.category, given.town_code
    return (category is None or category in console.parts.categories) and (place is None or is_place(place))


async def _submitted(console: Console, command: CaseCommand) -> ActResult | None:
    try:
        return await console.parts.act(command)
    except Transient:
        return None


def _inputs(console: Console, viewer: Viewer, case: CaseProgressed, rule: Rule) -> dict[str, Any]:
    return {
        "case": case,
        "rule": rule,
        "forces": _forces(console, case) if "force_id" in rule.needs else [],
        "reasons": [(reason, word(reason, viewer.language)) for reason in ReturnReason],
        "categories": console.pages.grouped(viewer.language) if "correction" in rule.needs else [],
        "places": places_for(viewer),
    }


def _forces(console: Console, case: CaseProgressed) -> list[Force]:
    """Forces that cover the place, nearest first; of a sensitive case only those that may know of it."""
    registry = console.parts.forces
    near = {code: n for n, code in enumerate(ladder(case.matter.town_code or ""))}
    kinds = {kind for kind, about in registry.kinds.items() if about.sensitive or not is_sensitive(case)}
    fit = [f for f in registry.by_id.values() if f.place in near and f.kind in kinds]
    return sorted(fit, key=lambda force: near[force.place])


def _refused(
    console: Console, viewer: Viewer, request: Request, case: CaseProgressed, action: Action, reason: str
) -> HTMLResponse:
    return _said(console, viewer, request, case, action, ActResult("refused", reason, case.state))


def _said(
    console: Console,
    viewer: Viewer,
    request: Request,
    case: CaseProgressed,
    action: Action,
    result: ActResult | None,
    rule: Rule | None = None,
) -> HTMLResponse:
    response = page(
        console, viewer, request, "parts/acted.html",
        status=_STATUS[result.status] if result else 503,
        case=case, action=action, result=result,
        reason=explained(result.reason, viewer.language, console.pages)
        if result and result.reason else None,
        state=result.state if result and result.state else State(case.state),
        asks=rule.asks if rule else None,
    )  # fmt: skip
    if result and result.status != "pending":
        response.headers["HX-Trigger"] = "case-changed"
    return response
