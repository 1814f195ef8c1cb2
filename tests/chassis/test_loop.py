"""The loop loses nothing and contradicts nothing, wherever it dies; the bad does not stop the good."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import select
from structlog.testing import capture_logs
from toys import (
    STEPS,
    Crash,
    Fuse,
    FusedDatabase,
    FusedLog,
    ToyCount,
    ToySeen,
    ToyStage,
    complaint,
    make_tables,
)

from contracts.errors import LogDown, TooManyDeadLetters
from contracts.topics import COMPLAINT_RECEIVED, DEAD_LETTER, RECEIPT_DUE, TOPICS
from services.chassis.database import Database
from services.chassis.envelope import decode, encode
from services.chassis.letters import Letter, redrive
from services.chassis.log import TopicPartition
from services.chassis.loop import StageLoop
from services.chassis.open_log import open_log


@pytest.fixture
async def log(tmp_path):
    log = open_log(f"local:{tmp_path / 'log.db'}")
    await log.start()
    await log.create(TOPICS)
    yield log
    await log.stop()


@pytest.fixture
async def database(tmp_path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")
    await make_tables(database)
    yield database
    await database.stop()


async def drain(loop: StageLoop, log) -> None:
    """Run the loop until its group has committed everything."""
    stop = asyncio.Event()
    task = asyncio.create_task(loop.run(stop))
    try:
        async with asyncio.timeout(30):
            while not task.done() and await behind(log):
                await asyncio.sleep(0.01)
        stop.set()
    finally:
        if not stop.is_set():
            task.cancel()
        await task


async def behind(log) -> int:
    extents = await log.extents([COMPLAINT_RECEIVED.name])
    committed = await log.committed("toy", [COMPLAINT_RECEIVED.name])
    return sum(extent.end - committed.get(at, extent.begin) for at, extent in extents.items())


async def emitted(log, topic=RECEIPT_DUE) -> list:
    records = []
    for partition in range(topic.partitions):
        records += await log.peek(TopicPartition(topic.name, partition), 0, 10_000)
    return records


async def rows(database, table):
    return await database.rows(select(*table.__table__.columns))


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("step", STEPS)
async def test_a_crash_at_any_step_loses_and_contradicts_nothing(log, database, step, nth) -> None:
    events = [complaint(n) for n in range(40)]
    await log.publish([encode(event) for event in events[:25]])
    fuse = Fuse(step, nth)
    with pytest.raises(Crash):
        await drain_with_more(
            StageLoop(ToyStage(), FusedLog(log, fuse), FusedDatabase(database, fuse)), log, events
        )
    assert fuse.burnt
    await drain(StageLoop(ToyStage(), log, database), log)

    found = Counter(decode(record).id for record in await emitted(log))
    expected = {r.id for e in events for r in (ToyStage()._receipt(e, 0), ToyStage()._receipt(e, 1))}
    assert set(found) == expected, "lost or invented"
    contents = {(decode(r).id, r.value) for r in await emitted(log)}
    assert len(contents) == len(found), "the same id said two things"
    assert len(await rows(database, ToySeen)) == 40
    assert (await rows(database, ToyCount))[0].count == 40


async def drain_with_more(loop, log, events) -> None:
    """Half of the records come while the loop is already running, so that there is a second batch."""

    async def later():
        while await behind(log):
            await asyncio.sleep(0.005)
        await log.publish([encode(event) for event in events[25:]])

    task = asyncio.create_task(later())
    stop = asyncio.Event()
    try:
        async with asyncio.timeout(20):
            await loop.run(stop)
    finally:
        if not task.done() or task.exception():
            await log.publish([encode(event) for event in events[25:]])
        task.cancel()


async def test_the_same_event_twice_is_decided_once(log, database) -> None:
    events = [complaint(n) for n in range(3)]
    await log.publish([encode(e) for e in (*events, *events, events[0])])
    await drain(StageLoop(ToyStage(), log, database), log)
    await log.publish([encode(e) for e in events])
    await drain(StageLoop(ToyStage(), log, database), log)
    assert (await rows(database, ToyCount))[0].count == 3
    assert len({decode(r).id for r in await emitted(log)}) == 6


async def test_an_invalid_record_becomes_a_dead_letter_and_stops_nothing(log, database) -> None:
    await log.publish([encode(complaint(n, "bad" if n == 3 else "灯")) for n in range(10)])
    await drain(StageLoop(ToyStage(), log, database), log)
    assert (await rows(database, ToyCount))[0].count == 9
    (letter,) = await rows(database, Letter)
    assert (letter.stage, letter.code, letter.state) == ("toy", "bad_text", "open")
    (record,) = await emitted(log, DEAD_LETTER)
    assert decode(record).data.event_id == complaint(3).id


async def test_a_poison_record_is_isolated_and_not_quoted(log, database) -> None:
    await log.publish([encode(complaint(n, "poison" if n == 3 else "灯")) for n in range(10)])
    with capture_logs() as lines:
        await drain(StageLoop(ToyStage(), log, database), log)
    assert (await rows(database, ToyCount))[0].count == 9
    assert [letter.code for letter in await rows(database, Letter)] == ["poison"]
    assert [line["event"] for line in lines] == ["poison"]
    assert "secret" not in str((await rows(database, Letter))[0].reason)


async def test_bytes_that_are_no_event_become_a_dead_letter(log, database) -> None:
    good = encode(complaint(1))
    broken = [
        type(good)(good.topic, b"k", b"{}", good.headers),
        type(good)(good.topic, b"k", b"\xff\xfe", [("ce_subject", b"\xff")]),
        type(good)(good.topic, b"k", b"", []),
    ]
    await log.publish([*broken, encode(complaint(2))])
    await drain(StageLoop(ToyStage(), log, database), log)
    codes = Counter(letter.code for letter in await rows(database, Letter))
    assert codes == {"bad_data": 1, "bad_envelope": 2}
    assert (await rows(database, ToyCount))[0].count == 1


async def test_later_events_of_a_subject_park_behind_its_dead_letter_until_redriven(log, database) -> None:
    first = complaint(1, "bad")
    later = [revision(first, n) for n in range(3)]
    await log.publish([encode(e) for e in (first, later[0], complaint(2))])
    await drain(StageLoop(ToyStage(), log, database), log)
    await log.publish([encode(later[1])])
    await drain(StageLoop(ToyStage(), log, database), log)
    letters = await rows(database, Letter)
    assert Counter(letter.code for letter in letters) == {"bad_text": 1, "parked": 2}
    assert (await rows(database, ToyCount))[0].count == 1

    (dead,) = [letter for letter in letters if letter.code == "bad_text"]
    mended = first.data.model_copy(update={"posting": first.data.posting.model_copy(update={"text": "好了"})})
    assert await redrive(database, log, [dead.id], "zhang", {dead.id: mended.model_dump_json()}) == 3
    await drain(StageLoop(RowlessToy(), log, database), log)
    assert (await rows(database, ToyCount))[0].count == 4
    assert {letter.state for letter in await rows(database, Letter)} == {"redriven"}


class RowlessToy(ToyStage):
    """Several events of one complaint may pass."""

    def _one(self, event):
        outcome = super()._one(event)
        return type(outcome)(event, outcome.writes[1:], outcome.events)


def revision(event, n):
    from uuid import uuid5

    return replace(event, id=uuid5(event.id, str(n)), data=complaint(1, "灯").data)


async def test_a_refusal_is_kept_with_its_reason_and_writes_nothing(log, database) -> None:
    await log.publish([encode(complaint(1, "refuse"))])
    await drain(StageLoop(ToyStage(), log, database), log)
    from services.chassis.ledger import Ledger

    (row,) = await rows(database, Ledger)
    assert (row.verdict, row.reason) == ("refused", "not_now")
    assert await emitted(log) == []


async def test_what_is_ignored_leaves_no_trace_and_is_not_read_again(log, database) -> None:
    from services.chassis.ledger import Ledger

    await log.publish([encode(complaint(n, "ignore")) for n in range(5)])
    await drain(StageLoop(ToyStage(), log, database), log)
    assert await rows(database, Ledger) == []
    assert await emitted(log) == []


class ChoosyToy(ToyStage):
    """Passes over what is about one complaint."""

    def passes_over(self, topic, attributes):
        return topic == COMPLAINT_RECEIVED.name and attributes["subject"] == complaint(1).subject


async def test_what_is_passed_over_is_not_even_read_and_never_comes_again(log, database) -> None:
    broken = replace(encode(complaint(1)), value=b"{")
    await log.publish([encode(complaint(0)), broken, encode(complaint(2))])
    await drain(StageLoop(ChoosyToy(), log, database), log)
    assert (await rows(database, ToyCount))[0].count == 2
    assert await rows(database, Letter) == []
    assert await behind(log) == 0


async def test_what_waits_for_another_stages_letter_goes_on_waiting(log, database) -> None:
    """Else it would be decided before what it waits for."""
    other = ToyStage()
    other.name = "other"
    first = complaint(1, "bad")
    await log.publish([encode(first), encode(revision(first, 0))])
    for stage in (ToyStage(), other):
        await StageLoop(stage, log, database).process(await emitted(log, COMPLAINT_RECEIVED))
    letters = await rows(database, Letter)
    assert len(letters) == 4
    (dead,) = [one for one in letters if (one.stage, one.code) == ("toy", "bad_text")]
    assert await redrive(database, log, [dead.id], "zhang") == 2
    assert {one.stage for one in await rows(database, Letter) if one.state == "open"} == {"other"}
    assert len([one for one in await rows(database, Letter) if one.state == "open"]) == 2


async def test_what_was_redriven_is_read_whatever_its_headers_say(log, database) -> None:
    await log.publish([encode(complaint(1, "bad"))])
    await drain(StageLoop(ToyStage(), log, database), log)
    (letter,) = await rows(database, Letter)
    mended = complaint(1).data.model_dump_json()
    await redrive(database, log, [letter.id], "engineer", {letter.id: mended})
    await drain(StageLoop(ChoosyToy(), log, database), log)
    assert (await rows(database, ToyCount))[0].count == 1


async def test_what_is_passed_over_vouches_for_nothing(log, database) -> None:
    bad = [encode(complaint(n, "bad")) for n in range(2, 32)]
    await log.publish([*bad, *[encode(complaint(1))] * 400])
    with pytest.raises(TooManyDeadLetters, match="in a row"):
        async with asyncio.timeout(20):
            await StageLoop(ChoosyToy(), log, database).run(asyncio.Event())


async def test_too_many_dead_letters_stop_the_stage_loudly(log, database) -> None:
    await log.publish([encode(complaint(n, "bad")) for n in range(30)])
    with pytest.raises(TooManyDeadLetters, match="in a row"):
        async with asyncio.timeout(20):
            await StageLoop(ToyStage(), log, database).run(asyncio.Event())


async def test_a_log_that_is_away_is_waited_for(log, database) -> None:
    class Flaky(FusedLog):
        failures = 3

        async def publish(self, messages):
            if self.failures:
                self.failures -= 1
                raise LogDown("away")
            await self._log.publish(messages)

    await log.publish([encode(complaint(n)) for n in range(5)])
    await drain(StageLoop(ToyStage(), Flaky(log, Fuse("", 0)), database), log)
    assert (await rows(database, ToyCount))[0].count == 5
    assert len({decode(r).id for r in await emitted(log)}) == 10


async def test_the_number_of_statements_does_not_grow_with_the_batch(log, database) -> None:
    counts = []
    for size, start in ((10, 0), (400, 1000)):
        statements: list[str] = []

        def note(_c, _cursor, statement, *_rest, seen=statements):
            seen.append(statement)

        await log.publish([encode(complaint(start + n)) for n in range(size)])
        loop = StageLoop(ToyStage(), log, database)
        records = [r for p in range(6) for r in await log.peek(at(p), 0, 10_000)][-size:]
        sql_event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        await loop.process(records)
        sql_event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def at(partition: int) -> TopicPartition:
    return TopicPartition(COMPLAINT_RECEIVED.name, partition)


async def test_two_workers_on_the_same_records_do_not_contradict_each_other(log, database) -> None:
    """A worker that lost its partition and does not know it yet works beside the new owner."""
    await log.publish([encode(complaint(n)) for n in range(50)])
    records = [r for p in range(6) for r in await log.peek(at(p), 0, 100)]
    one, other = StageLoop(ToyStage(), log, database), StageLoop(ToyStage(), log, database)

    async def stubborn(loop):
        from contracts.errors import Clash

        for _ in range(20):
            try:
                return await loop.process(records)
            except Clash:
                await asyncio.sleep(0.01)
        raise AssertionError("never got through")

    await asyncio.gather(stubborn(one), stubborn(other))
    assert (await rows(database, ToyCount))[0].count == 50
    contents = {(decode(r).id, r.value) for r in await emitted(log)}
    assert len(contents) == 100
