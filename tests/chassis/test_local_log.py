"""What only the local log does: retention, sharing transactions, hand-over under faults."""

import asyncio
import sqlite3
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contracts.errors import LogDown
from contracts.topics import Topic
from services.chassis import local_group
from services.chassis.local import LocalLog
from services.chassis.local_store import Store
from services.chassis.log import Extent, Message, TopicPartition
from tests.chassis.log_helpers import (
    LONG,
    after,
    everything,
    messages,
    new_group,
    new_topic,
    numbers,
    running,
    take,
)


def expire(path: Path, now: datetime) -> None:
    store = Store(path)
    while store.expire(now):
        pass
    store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "log.db"


async def test_retention_removes_whole_partitions_and_offsets_go_on(path: Path) -> None:
    topic, kept, group = new_topic(1), new_topic(1), new_group()
    kept = Topic(kept.name, kept.event, kept.key, kept.about, 1, timedelta(days=180))
    at = TopicPartition(topic.name, 0)
    async with running(f"local:{path}") as log:
        await log.create([topic, kept])
        await log.publish(messages(topic, range(5000)) + messages(kept, range(3)))
        async with log.subscribe([topic.name], group) as member:
            await member.commit(after(await take(member, 10)))
    expire(path, datetime.now(UTC) + timedelta(days=31))
    async with running(f"local:{path}") as log:
        assert (await log.extents([topic.name]))[at] == Extent(5000, 5000)
        assert numbers(await everything(log, [kept])) == [0, 1, 2]
        await log.publish(messages(topic, [7]))
        assert (await log.extents([topic.name]))[at] == Extent(5000, 5001)
        async with log.tail([topic.name], {at: 3}) as tail, log.subscribe([topic.name], group) as member:
            assert numbers(await take(tail, 1)) == numbers(await take(member, 1)) == [7]
        assert numbers(await log.peek(at, 3, 10)) == [7]


async def test_retention_keeps_what_is_young(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = new_topic(2)
    async with running(f"local:{path}") as log:
        await log.create([topic])
        with monkeypatch.context() as patch:
            patch.setattr("services.chassis.local_store.time.time_ns", lambda: 1_000_000_000_000_000_000)
            await log.publish(messages(topic, range(100)))
        await log.publish(messages(topic, range(100, 150)))
    expire(path, datetime.now(UTC))
    async with running(f"local:{path}") as log:
        assert sorted(numbers(await everything(log, [topic]))) == list(range(100, 150))


async def test_the_sweeper_removes_at_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = new_topic(1)
    async with running(f"local:{path}") as log:
        await log.create([topic])
        monkeypatch.setattr("services.chassis.local_store.time.time_ns", lambda: 1_000_000_000_000_000_000)
        await log.publish(messages(topic, range(100)))
    async with running(f"local:{path}") as log, asyncio.timeout(LONG):
        while (await log.extents([topic.name])) != {TopicPartition(topic.name, 0): Extent(100, 100)}:
            await asyncio.sleep(0.01)


async def test_concurrent_publishes_share_transactions(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    write = Store.write

    def counted(store: Store, sent: list[Message], progress: list[tuple[str, int, int]]) -> None:
        sizes.append(len(sent))
        write(store, sent, progress)

    monkeypatch.setattr(Store, "write", counted)
    topic = new_topic()
    async with running(f"local:{path}") as log:
        await log.create([topic])
        await asyncio.gather(*(log.publish(messages(topic, [n])) for n in range(200)))
    assert sum(sizes) == 200
    assert len(sizes) < 20


async def test_a_file_that_cannot_be_written_is_said_to_everyone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = new_topic()
    async with running(f"local:{path}") as log:
        await log.create([topic])

        def full(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(Store, "write", full)
            failed = await asyncio.gather(
                *(log.publish(messages(topic, [n])) for n in range(5)), return_exceptions=True
            )
        assert {type(error) for error in failed} == {LogDown}
        await log.publish(messages(topic, [9]))
        assert numbers(await everything(log, [topic])) == [9]


async def test_a_cancelled_publish_harms_nobody(path: Path) -> None:
    topic = new_topic()
    async with running(f"local:{path}") as log:
        await log.create([topic])
        tasks = [asyncio.create_task(log.publish(messages(topic, [n]))) for n in range(10)]
        await asyncio.sleep(0)
        tasks[3].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert set(range(10)) - {3} <= set(numbers(await everything(log, [topic])))


@pytest.mark.parametrize("fault", ["raises", "hangs"])
async def test_a_member_that_does_not_let_go_loses_its_partitions(
    path: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_group, "REVOKE_SECONDS", 0.05)

    async def let_go() -> None:
        if fault == "raises":
            raise ValueError("1990000xxxx")
        await asyncio.Event().wait()

    topic, group = new_topic(), new_group()
    async with running(f"local:{path}") as log:
        await log.create([topic])
        async with (
            asyncio.timeout(LONG),
            log.subscribe([topic.name], group, let_go) as first,
            log.subscribe([topic.name], group) as second,
        ):
            assert (len(first.assignment()), len(second.assignment())) == (2, 1)
            assert not first.assignment() & second.assignment()


async def test_a_join_that_is_cancelled_leaves_the_group_whole(path: Path) -> None:
    topic, group, asked = new_topic(), new_group(), asyncio.Event()

    async def let_go() -> None:
        asked.set()
        await asyncio.sleep(0.05)

    async with running(f"local:{path}") as log:
        await log.create([topic])
        async with log.subscribe([topic.name], group, let_go) as first:

            async def join() -> None:
                async with log.subscribe([topic.name], group):
                    await asyncio.Event().wait()

            joining = asyncio.create_task(join())
            await asked.wait()
            joining.cancel()
            with suppress(asyncio.CancelledError):
                await joining
            await log.publish(messages(topic, range(30)))
            assert sorted(numbers(await take(first, 30))) == list(range(30))


class LocalAgainstModel(RuleBasedStateMachine):
    """The local log against lists in memory: publish, read, commit, seek, reopen, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.topic = new_topic(2)
        self.model: dict[TopicPartition, list[bytes]] = {
            TopicPartition(self.topic.name, p): [] for p in (0, 1)
        }
        self.committed: dict[TopicPartition, int] = {}
        self.positions: dict[TopicPartition, int] = dict.fromkeys(self.model, 0)
        self.placed: dict[bytes, int] = {}
        self.open()

    def open(self) -> None:
        self.log = LocalLog(Path(self.folder.name) / "log.db")
        self.runner.run(self.log.start())
        self.runner.run(self.log.create([self.topic]))
        self.joined = self.log.subscribe([self.topic.name], "group")
        self.member = self.runner.run(self.joined.__aenter__())

    def close(self) -> None:
        self.runner.run(self.joined.__aexit__(None, None, None))
        self.runner.run(self.log.stop())

    def teardown(self) -> None:
        self.close()
        self.runner.close()
        self.folder.cleanup()

    @rule(
        sent=st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c", b"d"]), st.binary(max_size=5)), max_size=8)
    )
    def publish(self, sent: list[tuple[bytes, bytes]]) -> None:
        self.runner.run(self.log.publish([Message(self.topic.name, key, value) for key, value in sent]))
        for key, value in sent:
            self.model[TopicPartition(self.topic.name, self.partition(key))].append(value)

    def partition(self, key: bytes) -> int:
        if key not in self.placed:
            extents = self.runner.run(self.log.extents([self.topic.name]))
            for at, extent in extents.items():
                records = self.runner.run(self.log.peek(at, 0, extent.end))
                self.placed |= {r.key: r.partition for r in records}
        return self.placed[key]

    @rule(count=st.integers(1, 10))
    def fetch(self, count: int) -> None:
        records = self.runner.run(self.member.fetch(count, 0))
        behind = sum(len(self.model[at]) - self.positions[at] for at in self.model)
        assert len(records) == min(count, behind)
        for record in records:
            at = TopicPartition(record.topic, record.partition)
            assert record.offset == self.positions[at]
            assert record.value == self.model[at][record.offset]
            self.positions[at] += 1

    @rule()
    def commit(self) -> None:
        self.runner.run(self.member.commit(self.positions))
        self.committed = dict(self.positions)

    @rule(part=st.integers(0, 1), share=st.floats(0, 1))
    def seek(self, part: int, share: float) -> None:
        at = TopicPartition(self.topic.name, part)
        self.positions[at] = int(share * len(self.model[at]))
        self.runner.run(self.member.seek({at: self.positions[at]}))

    @rule()
    def reopen(self) -> None:
        self.close()
        self.open()
        self.positions = {at: self.committed.get(at, 0) for at in self.model}

    @invariant()
    def it_knows_its_extents(self) -> None:
        extents = self.runner.run(self.log.extents([self.topic.name]))
        assert extents == {at: Extent(0, len(values)) for at, values in self.model.items()}
        assert self.runner.run(self.log.committed("group", [self.topic.name])) == self.committed


TestLocalAgainstModel = LocalAgainstModel.TestCase
TestLocalAgainstModel.settings = settings(max_examples=25, stateful_step_count=25)
