"""Records that come again: the same events though another model is live by then; a shadow counts once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from classifier.judge import Named
from classifier.linear.files import read_model
from classifier.stage import ClassifyStage
from classifier.tables import ShadowCount
from contracts.topics import CASE_OPENED, COMPLAINT_RECEIVED, TOPICS
from services.chassis.database import Database
from services.chassis.envelope import encode
from services.chassis.local import LocalLog
from services.chassis.log import Record
from services.chassis.loop import StageLoop
from tests.classifier.courts import the_judge
from tests.classifier.test_classify_stage import TWO, received
from tests.models.test_keeper import arrays


@pytest.fixture
async def loop(database: Database, tmp_path: Path) -> AsyncIterator[StageLoop]:
    log = LocalLog(tmp_path / "log.db")
    await log.start()
    await log.create(TOPICS)
    yield StageLoop(ClassifyStage(_shadowed()), log, database)
    await log.stop()


def _shadowed():
    return replace(the_judge(), shadow=Named("1", read_model(arrays(), "1")))


async def in_topic(loop: StageLoop, topic: str) -> list[Record]:
    extents = await loop.log.extents([topic])
    return [r for place, e in extents.items() for r in await loop.log.peek(place, e.begin, e.end - e.begin)]


async def test_what_was_decided_stays_decided_and_is_counted_once(loop: StageLoop) -> None:
    events = [received(TWO, external_id=f"R{n}-{uuid4()}") for n in range(3)]
    await loop.log.publish([encode(event) for event in events])
    records = await in_topic(loop, COMPLAINT_RECEIVED.name)
    await loop.process(records)
    first = {(record.key, record.value) for record in await in_topic(loop, CASE_OPENED.name)}
    counted = await _counted(loop)
    loop.stage.judge = replace(the_judge(), categories=read_model(arrays(), "1"), version="1")  # type: ignore[attr-defined]
    await loop.process(records)
    loop.stage.judge = _shadowed()  # type: ignore[attr-defined]
    await loop.process(records)
    again = await in_topic(loop, CASE_OPENED.name)
    assert len(again) == 3 * len(first) == 18
    assert {(record.key, record.value) for record in again} == first
    assert counted == await _counted(loop) == 6


async def _counted(loop: StageLoop) -> int:
    return int((await loop.database.rows(select(func.sum(col(ShadowCount.matters)))))[0][0])
