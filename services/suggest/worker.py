"""Cases in triage, one after the other: claimed, asked about, told of. Whatever fails, triage goes on.

A case is claimed before it is asked about, so that no second process and no restart asks again; what a
crash in between loses stays without a suggestion. The command's id follows from the case alone, so that
told twice it is one.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import and_, insert, or_, select, update
from sqlmodel import col

from classifier.asking import may_be_asked, question, suggestion
from classifier.rulebook.loading import category_names
from contracts.errors import Clash, Invalid, Transient
from contracts.events import Actor, CaseCommand, CaseProgressed, Suggestion
from contracts.ids import event_id
from contracts.stage import Event, Query
from contracts.topics import CASE_COMMAND
from contracts.vocabulary import Action, ActorKind, State
from feedback.tables import Case
from services.chassis import meters
from services.chassis.envelope import encode
from services.chassis.house import House
from services.rulebooks import rules_of
from services.suggest.client import Answer, Failed, ask
from services.suggest.tables import Asked

LOOK = 1.0  # seconds between looks
TRIES = 3
PAUSES = (5.0, 30.0, 120.0)  # seconds after the first, second, … failure in a row

logger = structlog.get_logger()


@dataclass(slots=True)
class Turn:
    """What came of a question."""

    outcome: str
    wait: float = 0.0  # before the next question
    again: bool = False
    answer: Answer | None = None
    said: Suggestion | None = None


async def suggest_categories(house: House) -> None:
    """Ask until told to stop. An endpoint that fails is left alone for a while, and longer each time."""
    categories = category_names(rules_of(house.settings, "classifier"))
    failures, wait = 0, LOOK
    while not await house.pause(wait):
        try:
            turn = await one(house, categories)
        except Transient as error:
            logger.warning("suggestions_wait", error=type(error).__name__)
            continue
        failures = failures + 1 if turn and turn.again else 0
        wait = _pause(house, turn, failures)


def _pause(house: House, turn: Turn | None, failures: int) -> float:
    if turn is None:
        return LOOK
    behind = PAUSES[min(failures, len(PAUSES)) - 1] if failures else 0.0
    return max(turn.wait, behind, 60 / house.settings.llm_per_minute)


async def one(house: House, categories: Mapping[str, Mapping[str, str]]) -> Turn | None:
    """Ask about the case that is first on the desk; None where none waits."""
    rows = await house.database.rows(_waiting(datetime.now(UTC)))
    if not rows:
        return None
    case, attempts = CaseProgressed.model_validate(rows[0].snapshot), (rows[0].attempts or 0) + 1
    if not await _claim(house, case.matter.case_id, attempts):
        return None
    if not may_be_asked(case.matter.model_copy(update={"flags": case.flags})):
        turn, took = Turn("withheld"), 0
    else:
        began = time.monotonic()
        turn = await _turn(house, case, categories)
        took = round((time.monotonic() - began) * 1000)
        meters.SUGGESTION_SECONDS.observe(took / 1000)
    if turn.said:
        await house.log.publish([encode(suggested(case.matter.case_id, turn.said))])
    await _record(house, case.matter.case_id, attempts, turn, took)
    return turn


async def _turn(house: House, case: CaseProgressed, categories: Mapping[str, Mapping[str, str]]) -> Turn:
    settings = house.settings
    try:
        answer = await ask(house.http, settings, question(case.matter, categories))
    except Failed as failed:
        return Turn(failed.code, failed.wait, failed.again)
    try:
        said = suggestion(answer.text, categories, settings.llm_model)
    except Invalid as error:
        return Turn(error.code, answer=answer)
    return Turn("suggested", answer=answer, said=said)


def _waiting(now: datetime) -> Query:
    fresh = col(Asked.case_id).is_(None)
    due = and_(col(Asked.outcome) == "again", col(Asked.again_at) <= now)
    return (
        select(col(Case.snapshot), col(Asked.attempts))
        .outerjoin(Asked, col(Asked.case_id) == col(Case.id))
        # In triage nobody has it: by that an index finds these few among all that is open.
        .where(col(Case.force_id).is_(None), col(Case.state) == State.TRIAGE, or_(fresh, due))
        .order_by(col(Case.urgency), col(Case.urgent_at))
        .limit(1)
    )


async def _claim(house: House, case_id: UUID, attempts: int) -> bool:
    """Whether it is ours to ask about."""
    now = datetime.now(UTC)
    first = insert(Asked).values(
        case_id=case_id, model=house.settings.llm_model, outcome="asking", attempts=1, asked_at=now
    )
    mine = and_(col(Asked.case_id) == case_id, col(Asked.outcome) == "again")
    next_one = update(Asked).where(mine).values(outcome="asking", attempts=attempts, asked_at=now)
    try:
        async with house.database.transaction() as connection:
            return (await connection.execute(first if attempts == 1 else next_one)).rowcount == 1
    except Clash:
        return False


async def _record(house: House, case_id: UUID, attempts: int, turn: Turn, took: int) -> None:
    again = turn.again and attempts < TRIES
    values: dict[str, Any] = {
        "outcome": "again" if again else turn.outcome,
        "again_at": datetime.now(UTC) + timedelta(seconds=turn.wait) if again else None,
        "took_ms": took,
        "prompt_tokens": turn.answer.prompt_tokens if turn.answer else None,
        "answer_tokens": turn.answer.answer_tokens if turn.answer else None,
        "category": turn.said.category if turn.said else None,
    }
    async with house.database.transaction() as connection:
        await connection.execute(update(Asked).where(col(Asked.case_id) == case_id).values(**values))
    meters.SUGGESTIONS.labels(turn.outcome).inc()
    if turn.outcome not in ("suggested", "withheld"):
        logger.warning("no_suggestion", code=turn.outcome, case_id=str(case_id))


def suggested(case_id: UUID, said: Suggestion) -> Event:
    """The command that tells the case of it; the same id, however often it is told."""
    now = datetime.now(UTC)
    command = CaseCommand(
        case_id=case_id,
        action=Action.NOTE,
        actor=Actor(kind=ActorKind.HUB, name="model"),
        at=now,
        suggestion=said,
    )
    return Event(
        id=event_id(case_id, "suggest"),
        topic=CASE_COMMAND,
        key=str(case_id),
        subject=str(case_id),
        time=now,
        data=command,
    )
