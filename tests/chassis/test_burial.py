"""Whatever somebody else wrote into a topic becomes a dead letter: nothing stops the stage that reads it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from toys import NOW, ToyCount, Toys, ToyStage, complaint

from contracts.topics import COMPLAINT_RECEIVED, DEAD_LETTER, TOPICS
from services.chassis.database import Database
from services.chassis.envelope import encode
from services.chassis.letters import Letter, redrive
from services.chassis.log import Log, Message, Record, TopicPartition
from services.chassis.loop import StageLoop
from services.chassis.open_log import open_log

BIG = b'"' * 900_000  # in JSON each of them is two
BAD = {
    "no number of tries": ({"ce_redriven": b"abc"}, None),
    "more tries than a row can count": ({"ce_redriven": b"9" * 12}, None),
    "a NUL in a header": ({"ce_note": b"a\0b"}, None),
    "a NUL in the subject": ({"ce_subject": b"a\0b"}, b"{}"),
    "a NUL in the value": ({}, b"\0{"),
    "no UTF-8": ({}, b"\xff\xfe"),
    "a letter larger than the log takes": ({}, BIG),
}


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    log = open_log(f"local:{tmp_path / 'log.db'}")
    await log.start()
    await log.create(TOPICS)
    yield log
    await log.stop()


def record(message: Message) -> Record:
    return Record(COMPLAINT_RECEIVED.name, 0, 7, NOW, message.key, message.value, message.headers)


@pytest.mark.parametrize("what", BAD)
async def test_whatever_cannot_be_processed_is_buried(database: Database, log: Log, what: str) -> None:
    async with database.transaction() as connection:
        await connection.run_sync(Toys.metadata.create_all)
    message, (headers, value) = encode(complaint(1, "bad")), BAD[what]
    bad = replace(message, headers=list({**dict(message.headers), **headers}.items()))
    bad = replace(bad, value=message.value if value is None else value)
    await StageLoop(ToyStage(), log, database).process([record(bad), record(encode(complaint(2)))])

    assert [row.count for row in await database.rows(select(ToyCount.count))] == [1], "the other went through"
    [letter] = await database.rows(select(*Letter.__table__.columns))
    places = [TopicPartition(DEAD_LETTER.name, n) for n in range(DEAD_LETTER.partitions)]
    assert [len(await log.peek(at, 0, 9)) for at in places].count(1) == 1, "and it was told of"
    assert await redrive(database, log, [letter.id], "somebody") == 1
