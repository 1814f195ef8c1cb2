"""What people and the model say of a case is kept once and told alike, wherever the stage dies meanwhile."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from contracts.events import Correction, Suggestion
from contracts.stage import Event
from contracts.topics import CASE_COMMAND, CASE_PROGRESSED, CASE_ROUTED, TOPICS
from contracts.vocabulary import Action
from feedback.stage import load_feedback
from feedback.tables import Case, CaseChange, Corrected
from services.chassis.database import Database
from services.chassis.envelope import decode, encode
from services.chassis.local import LocalLog
from services.chassis.log import Record
from services.chassis.loop import StageLoop
from tests.feedback.house import HUB, House, matter

GUESS = matter(category="neighbour/boundary", confidence=0.2, look=True)
ID = GUESS.case_id
STEPS = [(step, when) for step in ("_decide", "_keep", "publish") for when in ("before", "after")]


class Died(BaseException):
    """As by `kill -9`: nobody catches it."""


@pytest.fixture
async def loop(database: Database, tmp_path: Path) -> AsyncIterator[StageLoop]:
    log = LocalLog(tmp_path / "log.db")
    await log.start()
    await log.create(TOPICS)
    yield StageLoop(load_feedback(), log, database)
    await log.stop()


def said(house: House) -> list[Event]:
    """A case comes to triage; somebody looks, a model guesses, somebody says what it is."""
    guess = Suggestion(category="land/boundary", reason="x", model="m")
    return [
        house.routed(GUESS),
        house.command(ID, Action.NOTE, seen=True),
        house.command(ID, Action.NOTE, HUB, suggestion=guess),
        house.command(ID, Action.SUPPLEMENT, correction=Correction(category="land/boundary")),
    ]


async def records(loop: StageLoop, *topics: str) -> list[Record]:
    extents = await loop.log.extents(topics)
    return [r for place, e in extents.items() for r in await loop.log.peek(place, e.begin, e.end - e.begin)]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
@pytest.mark.parametrize(("step", "when"), STEPS)
async def test_died_at_any_step_it_is_said_once(
    loop: StageLoop, monkeypatch: pytest.MonkeyPatch, step: str, when: str, together: bool
) -> None:
    await loop.log.publish([encode(event) for event in said(House())])
    came = await records(loop, CASE_ROUTED.name) + await records(loop, CASE_COMMAND.name)
    batches = [came] if together else [[one] for one in came]
    for batch in batches:
        with monkeypatch.context() as fuse:
            dies(fuse, loop.log if step == "publish" else loop, step, when)
            with pytest.raises(Died):
                await loop.process(batch)
        await loop.process(batch)
        await loop.process(batch)  # and again, its offsets lost
    rows = await loop.database.rows(select(col(Corrected.category), col(Corrected.now_category)))
    assert [tuple(row) for row in rows] == [("neighbour/boundary", "land/boundary")]
    changes = await loop.database.rows(select(col(CaseChange.change)).order_by(col(CaseChange.seq)))
    assert [row.change["action"] for row in changes] == ["open", "route", "note", "note", "supplement"]
    [case] = await loop.database.rows(select(col(Case.seen_at), col(Case.category)))
    assert case.seen_at is not None and case.category == "land/boundary"
    told = {(decode(r).id, r.value) for r in await records(loop, CASE_PROGRESSED.name)}
    assert len(told) == len({event_id for event_id, _ in told}) == 4


def dies(fuse: pytest.MonkeyPatch, of: Any, step: str, when: str) -> None:
    """Have the step end the process, before it does anything or after all it does."""
    really = getattr(of, step)

    async def burnt(*args: Any) -> None:
        if when == "after":
            await really(*args)
        raise Died

    fuse.setattr(of, step, burnt)
