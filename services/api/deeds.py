"""What somebody does to a case over REST: the request, the command it becomes, the answers."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, field_validator
from pydantic_core import PydanticCustomError

from contracts.events import Actor, CaseCommand, Correction
from contracts.faults import Code, Said, Wrong
from contracts.ids import digest
from contracts.places import is_place
from contracts.vocabulary import SYSTEM_ACTIONS, Action, ActorKind, Flag, Kind, Outcome, State
from feedback import reasons
from feedback.life import ReturnReason
from services.api.parts import Line, Prose, viewer_of
from services.http.auth import Caller
from services.http.described import PROBLEM
from services.http.problem import Problem, misfit

_PEOPLE_DO: list[JsonValue] = [action.value for action in Action if action not in SYSTEM_ACTIONS]


_CORRECTS = set(Correction.model_fields)


class Deed(BaseModel):
    """What somebody does. An action that lacks a field is refused with `needs_field`, which names it."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"example": {"action": "return", "by": "wang.gang", "reason": "wrong_place"}},
    )

    action: Action = Field(json_schema_extra={"enum": [*_PEOPLE_DO]})
    by: Line = Field(max_length=64, description="The login or program that does it.")
    note: Prose | None = Field(
        None, max_length=4000, description="What was done or agreed; the answer given."
    )
    reason: ReturnReason | None = Field(None, description="Why it is returned.")
    force_id: Line | None = Field(None, max_length=64, description="Whom to assign or transfer to.")
    outcome: Outcome | None = Field(None, description="How it ended; to close.")
    satisfied: StrictBool | None = Field(None, description="What the caller said; to call back.")
    solved: StrictBool | None = Field(None, description="What the caller said; to call back.")
    category: Line | None = Field(None, max_length=64, description="What it is about; to supplement.")
    kind: Kind | None = Field(None, description="Of what kind it is; to supplement.")
    flags: tuple[Flag, ...] | None = Field(
        None, max_length=len(Flag), description="All its dangers, `[]` for none; to supplement."
    )
    town_code: Line | None = Field(None, max_length=9, description="Where it is; to supplement.")

    @field_validator("action")
    @classmethod
    def _for_people(cls, action: Action) -> Action:
        if action in SYSTEM_ACTIONS:
            raise PydanticCustomError(Code.NOT_FOR_PEOPLE, "only the hub itself does this")
        return action

    @field_validator("town_code")
    @classmethod
    def _of_ours(cls, code: str | None) -> str | None:
        if code and not is_place(code):
            raise PydanticCustomError(Code.UNKNOWN_PLACE, "no place of this city has this code")
        return code


class Done(BaseModel):
    """What an action led to; `pending`: it is in the log and will be decided."""

    status: Literal["done", "pending"]
    state: State | None = Field(description="The case's state as it is now; null while pending.")


def command_of(case_id: UUID, deed: Deed, caller: Caller) -> CaseCommand:
    """The deed as a command of this caller, now."""
    role = viewer_of(caller).role.value
    actor = Actor(kind=ActorKind.PERSON, name=f"{caller.name}: {deed.by}", role=role)
    said = deed.model_dump(include=_CORRECTS, exclude_none=True)
    return CaseCommand(
        case_id=case_id,
        actor=actor,
        at=datetime.now(UTC),
        correction=Correction(**said) if said and deed.action is Action.SUPPLEMENT else None,
        **deed.model_dump(exclude={"by", *_CORRECTS}),
    )


def command_id(case_id: UUID, deed: Deed, caller: Caller, key: str) -> UUID:
    """One id for one deed of one caller under one idempotency key: another's key is not in the way."""
    return uuid5(case_id, f"command\x1f{digest(caller.name, key, deed.model_dump_json())}")


def must_be_known(deed: Deed, categories: Collection[str], forces: Collection[str]) -> None:
    """Raises a 422 where the taxonomy has no such category, or the registry no such force."""
    if deed.category and deed.category not in categories:
        raise misfit(Code.UNKNOWN_CATEGORY, [Wrong(Code.UNKNOWN_CATEGORY).at("category")])
    if deed.force_id and deed.force_id not in forces:
        raise misfit(Code.UNKNOWN_FORCE, [Wrong(Code.UNKNOWN_FORCE).at("force_id")])


def refused(reason: str) -> Problem:
    """A 409 with the reason for programs, and for people in two languages."""
    said = Said(reasons.explain(reason, "en"), reasons.explain(reason, "zh"))
    return Problem(409, reasons.code_of(reason), said, reason=reason)


_REFUSAL: dict[str, Any] = {
    **PROBLEM,
    "title": "Refusal",
    "required": [*PROBLEM["required"], "reason"],
    "properties": {
        **PROBLEM["properties"],
        "reason": {"type": "string", "description": "A code with parameters: `wrong_state|action=sign`."},
    },
    "example": {
        "type": "urn:hub:problem:wrong_state",
        "title": "Conflict",
        "status": 409,
        "detail": "The case is “signed”; “sign” is not possible now",
        "reason": "wrong_state|action=sign|state=signed",
        "zh": "案件当前为“已签收”，不能“签收”",
    },
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": Done, "description": "It is in the log, but was not decided in time: look at the case."},
    409: {
        "description": "The case does not allow it now; nothing was changed.",
        "content": {"application/problem+json": {"schema": _REFUSAL}},
    },
}
