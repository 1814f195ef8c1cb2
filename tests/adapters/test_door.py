"""The inner side of the doors that pull: one posting that cannot come in keeps no other out."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.base import Pulled
from contracts.tables import columns
from contracts.topics import COMPLAINT_RECEIVED, DEAD_LETTER, TOPICS
from contracts.vocabulary import Platform
from services.chassis.database import Database
from services.chassis.letters import Letter
from services.chassis.log import MAX_RECORD_BYTES, Log
from services.chassis.open_log import open_log
from services.door import take

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    log = open_log(f"local:{tmp_path / 'log.db'}")
    await log.start()
    await log.create(TOPICS)
    yield log
    await log.stop()


def _pulled(external_id: str, text: str) -> Pulled:
    return Pulled(external_id, "1", {"external_id": external_id, "text": text})


async def test_one_that_is_larger_than_the_log_takes_keeps_no_other_out(log: Log, database: Database) -> None:
    """It would come again with every pull, and every pull would fail."""
    endless = "的" * (MAX_RECORD_BYTES // 2)
    await take(log, database, Platform.GRID, [_pulled("1", "路灯不亮"), _pulled("2", endless)], NOW)
    for topic in (COMPLAINT_RECEIVED, DEAD_LETTER):
        extents = await log.extents([topic.name])
        assert sum(extent.end for extent in extents.values()) == 1
    [kept] = await database.rows(select(*columns(Letter)))
    assert endless in kept.letter["value"]
