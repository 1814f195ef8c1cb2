"""Officers of the demonstration: they do to the cases what people would, so that there is something to see.

They act through the same door as everybody (`Actions`), in the name of the force that has the case,
and leave some things undone, so that promises are missed as well as kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import col

from contracts.errors import Transient
from contracts.events import Actor, CaseCommand, CaseProgressed
from contracts.vocabulary import Action, ActorKind, Outcome, State
from feedback.life import Who, allowed, needs
from feedback.tables import Case
from services.actions import Actions
from services.chassis.house import House
from services.console.rows import NEEDS_SOMEBODY, UNSEEN

PACE = 0.2  # seconds between two actions of one officer
_OFFICERS = 3
_IDLE = 7  # one in so many cases has nobody who cares
_LOOKS_AFTER = timedelta(seconds=20)
_LATELY = timedelta(hours=1)
_TAKES = {  # seconds, in a play where a day is minutes
    State.HANDED_OFF: 5, State.SIGNED: 8, State.DISPATCHED: 45, State.ARRIVED: 60, State.MEDIATING: 90,
    State.AGREED: 60, State.SETTLED: 90,
}  # fmt: skip
_NEXT = (
    Action.SIGN, Action.DISPATCH, Action.ARRIVE, Action.MEDIATE, Action.AGREE, Action.SETTLE, Action.CLOSE,
)  # fmt: skip
_WORDS = {
    Action.AGREE: "双方当面达成一致，三日内履行，已签字。",
    Action.SETTLE: "已处理完毕，当事人当场确认。",
    Action.CLOSE: "回访无异议，归档。",
}


async def play_officers(house: House) -> None:
    """Act until told to stop."""
    actions = Actions(house.log, house.database)
    async with asyncio.TaskGroup() as group:
        for seed in range(_OFFICERS):
            chance = Random(seed)  # noqa: S311  (a play, not a secret)
            group.create_task(_play(house, partial(_one_deed, house, actions, chance)))
        group.create_task(_play(house, partial(_one_look, house, actions)))


async def _play(house: House, deed: Callable[[], Awaitable[None]]) -> None:
    while not await house.pause(PACE):
        try:
            await deed()
        except Transient:
            await house.pause(1.0)


async def _one_look(house: House, actions: Actions) -> None:
    """The centre's own look at what asks for one: after a while, and not at everything."""
    now = datetime.now(UTC)
    waits = (*UNSEEN, col(Case.received_at) < now - _LOOKS_AFTER)
    cases = await _cared_for(house, waits, col(Case.received_at).desc())
    for case in cases[:1]:
        actor = Actor(kind=ActorKind.PERSON, name="city")  # a post has several people
        look = CaseCommand(case_id=case.matter.case_id, action=Action.NOTE, actor=actor, at=now, seen=True)
        await actions.submit(look)


async def _one_deed(house: House, actions: Actions, chance: Random) -> None:
    now = datetime.now(UTC)
    if chance.random() < 0.2:  # somebody also calls back and files what is done
        settled = (col(Case.changed_at) > now - _LATELY, _rested(State.SETTLED, now))
        cases = await _cared_for(house, settled, col(Case.changed_at))
    else:
        ready = or_(*(_rested(state, now) for state in _TAKES))
        cases = await _cared_for(house, (NEEDS_SOMEBODY, ready), col(Case.urgent_at))
    if cases and (command := _next_step(_pick(cases, chance))):
        await actions.submit(command)


def _rested(state: State, now: datetime) -> ColumnElement[bool]:
    """Long enough in this state for the next thing to happen."""
    return and_(col(Case.state) == state, col(Case.changed_at) < now - timedelta(seconds=_TAKES[state]))


async def _cared_for(house: House, conditions: Iterable[Any], order: Any) -> Sequence[CaseProgressed]:
    rows = await house.database.rows(select(col(Case.snapshot)).where(*conditions).order_by(order).limit(60))
    cases = (CaseProgressed.model_validate(row.snapshot) for row in rows)
    return [case for case in cases if case.matter.case_id.int % _IDLE]


def _pick(cases: Sequence[CaseProgressed], chance: Random) -> CaseProgressed:
    """More often those whose promise falls due first: somebody sits at the desk."""
    return cases[min(int(chance.expovariate(1 / 6)), len(cases) - 1)]


def _next_step(case: CaseProgressed) -> CaseCommand | None:
    if case.lead is None:
        return None
    possible = [action for action in _NEXT if action in allowed(case, {Who.HOLDER})]
    if not possible:
        return None
    action = possible[0]
    wanted = needs(case, action)
    return CaseCommand(
        case_id=case.matter.case_id,
        action=action,
        actor=Actor(kind=ActorKind.PERSON, name="officer", force_id=case.lead.force_id),
        at=datetime.now(UTC),
        note=_WORDS.get(action, "已办理。") if "note" in wanted or action in _WORDS else None,
        outcome=(case.outcome or Outcome.RESOLVED) if "outcome" in wanted else None,
    )
