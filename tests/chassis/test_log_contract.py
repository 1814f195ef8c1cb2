"""What `services/chassis/log.py` promises, held against both logs."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.errors import Clash, Invalid, LogDown
from contracts.topics import Topic
from services.chassis.kafka import KafkaLog
from services.chassis.log import MAX_RECORD_BYTES, Extent, Log, Message, Record, Subscription, TopicPartition
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


@pytest.fixture(params=["local", pytest.param("kafka", marks=pytest.mark.kafka)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return f"local:{tmp_path / 'log.db'}"
    server = request.getfixturevalue("kafka")
    return str(server.url)


@pytest.fixture
async def log(url: str) -> AsyncIterator[Log]:
    async with running(url) as log:
        yield log


@pytest.fixture
async def topic(log: Log) -> Topic:
    topic = new_topic()
    await log.create([topic])
    return topic


async def test_a_key_keeps_its_partition_and_its_order(log: Log, topic: Topic) -> None:
    await log.publish(messages(topic, range(150)))
    await log.publish(messages(topic, range(150, 300)))
    async with log.subscribe([topic.name], new_group()) as member:
        records = await take(member, 300)
    places, order = defaultdict[bytes, set[int]](set), defaultdict[bytes, list[int]](list)
    for record in records:
        places[record.key].add(record.partition)
        order[record.key].append(int(record.value))
    assert all(len(partitions) == 1 for partitions in places.values())
    assert len(set.union(*places.values())) == 3
    assert dict(order) == {b"%d" % k: list(range(k, 300, 20)) for k in range(20)}


async def test_a_record_is_what_was_published(log: Log, topic: Topic) -> None:
    headers = [("ce_id", b"1"), ("ce_id", b"twice"), ("binary", bytes(range(256))), ("empty", b"")]
    sent = Message(topic.name, "钥匙".encode(), bytes(range(256)) * 3, headers)
    await log.publish([sent, Message(topic.name, b"", b"")])
    records = await everything(log, [topic])
    first = next(r for r in records if r.key == sent.key)
    assert (first.topic, first.value, [tuple(h) for h in first.headers]) == (topic.name, sent.value, headers)
    assert first.at.utcoffset() is not None
    assert [(r.value, list(r.headers)) for r in records if r is not first] == [(b"", [])]


async def test_nothing_is_published_by_an_empty_call(log: Log, topic: Topic) -> None:
    await log.publish([])
    assert set((await log.extents([topic.name])).values()) == {Extent(0, 0)}


async def test_creating_what_is_there_changes_nothing(log: Log, topic: Topic) -> None:
    await log.publish(messages(topic, range(10)))
    await log.create([topic, other := new_topic(1)])
    assert sorted(numbers(await everything(log, [topic]))) == list(range(10))
    assert await log.extents([other.name]) == {TopicPartition(other.name, 0): Extent(0, 0)}


async def test_an_unknown_topic_is_a_log_that_cannot_take_it(url: str) -> None:
    async with running(url) as log:
        if isinstance(log, KafkaLog):
            log._patience = 1.0
        with pytest.raises(LogDown):
            await log.publish([Message("test.missing.v1", b"k", b"v")])


async def test_groups_do_not_disturb_each_other(log: Log, topic: Topic) -> None:
    await log.publish(messages(topic, range(40)))
    for _ in range(2):
        async with log.subscribe([topic.name], new_group()) as member:
            assert sorted(numbers(await take(member, 40))) == list(range(40))


async def test_a_group_goes_on_where_it_committed(url: str) -> None:
    topic, group = new_topic(), new_group()
    async with running(url) as log:
        await log.create([topic])
        await log.publish(messages(topic, range(60)))
        async with log.subscribe([topic.name], group) as member:
            done = await take(member, 20)
            await member.commit(after(done))
            await take(member, 20)
    async with running(url) as log:
        assert await log.committed(group, [topic.name]) == after(done)
        async with log.subscribe([topic.name], group) as member:
            rest = await take(member, 40)
    assert sorted(numbers(done) + numbers(rest)) == list(range(60))


async def test_members_share_and_hand_over_what_is_in_hand(log: Log, topic: Topic) -> None:
    await log.publish(messages(topic, range(100)))
    group = new_group()
    done: list[Record] = []
    steps: list[str] = []

    async def let_go() -> None:
        steps.append("asked")
        await asyncio.sleep(0.1)
        await first.commit(after(done))
        steps.append("committed")

    async with log.subscribe([topic.name], group, let_go) as first:
        assert len(first.assignment()) == 3
        done += await take(first, 30)
        async with log.subscribe([topic.name], group) as second:
            assert steps == ["asked", "committed"]
            await _until_assigned(first, 1)  # Kafka tells the two one after the other
            assert not first.assignment() & second.assignment()
            assert len(first.assignment() | second.assignment()) == 3
            done += await _drain(70, first, second)
            assert sorted(numbers(done)) == list(range(100))
            with pytest.raises(Clash):
                await first.commit(dict.fromkeys(second.assignment(), 1))
            with pytest.raises(Clash):
                await first.seek(dict.fromkeys(second.assignment(), 0))


async def _until_assigned(member: Subscription, count: int) -> None:
    async with asyncio.timeout(LONG):
        while len(member.assignment()) < count:
            await asyncio.sleep(0.01)


async def _drain(count: int, *members: Subscription) -> list[Record]:
    records: list[Record] = []
    async with asyncio.timeout(LONG):
        while len(records) < count:
            for member in members:
                got = await member.fetch(100, 0.1)
                records += got
                await member.commit(after(got))
    return records


async def test_who_stays_gets_what_the_leaver_had(log: Log, topic: Topic) -> None:
    group = new_group()
    async with log.subscribe([topic.name], group) as stays:
        async with log.subscribe([topic.name], group):
            pass
        await _until_assigned(stays, 3)
        await log.publish(messages(topic, range(50)))
        assert sorted(numbers(await take(stays, 50))) == list(range(50))


async def test_members_share_several_topics(log: Log, topic: Topic) -> None:
    group, other = new_group(), new_topic(1)
    await log.create([other])
    names = [topic.name, other.name]
    await log.publish(messages(topic, range(30)) + messages(other, range(30, 60)))
    async with log.subscribe(names, group) as first, log.subscribe(names, group) as second:
        await _until_assigned(first, 2)
        assert len(first.assignment()) == len(second.assignment()) == 2
        assert sorted(numbers(await _drain(60, first, second))) == list(range(60))


async def test_fetch_returns_in_time_while_a_group_rebalances(log: Log, topic: Topic) -> None:
    """A worker that is asked to let go still sits in `fetch`; were it to hang there, nobody could let go."""
    group, fetched = new_group(), asyncio.Event()

    async def let_go() -> None:
        fetched.clear()
        await log.publish(messages(topic, range(30)))
        await fetched.wait()

    async def work() -> None:
        while True:
            await first.fetch(100, 0.05)
            fetched.set()

    async with log.subscribe([topic.name], group, let_go) as first:
        worker = asyncio.create_task(work())
        async with asyncio.timeout(20), log.subscribe([topic.name], group):
            pass
        worker.cancel()


async def test_seek_goes_back_and_forth(log: Log) -> None:
    topic = new_topic(1)
    await log.create([topic])
    await log.publish(messages(topic, range(30)))
    at = TopicPartition(topic.name, 0)
    async with log.subscribe([topic.name], new_group()) as member:
        assert numbers(await take(member, 10)) == list(range(10))
        await member.seek({at: 3})
        assert numbers(await take(member, 5)) == [3, 4, 5, 6, 7]
        await member.seek({at: 28})
        assert numbers(await take(member, 2)) == [28, 29]


async def test_seeking_in_one_partition_leaves_the_others_alone(log: Log, topic: Topic) -> None:
    await log.publish(messages(topic, range(60)))
    back = TopicPartition(topic.name, 0)
    async with log.subscribe([topic.name], new_group()) as member:
        records = await take(member, 45)
        again = sum(r.partition == 0 for r in records)
        await member.seek({back: 0})
        records += await take(member, 15 + again)
    assert set(numbers(records)) == set(range(60))
    assert len([r for r in records if r.partition != 0]) == len(
        {r.value for r in records if r.partition != 0}
    )


async def test_tail_reads_from_now_or_from_a_place(log: Log, topic: Topic) -> None:
    await log.publish(messages(topic, range(30)))
    extents = await log.extents([topic.name])
    some = TopicPartition(topic.name, 1)
    async with log.tail([topic.name]) as now, log.tail([topic.name], {some: 0}) as mixed:
        await log.publish(messages(topic, range(30, 60)))
        assert sorted(numbers(await take(now, 30))) == list(range(30, 60))
        old = [n for n in numbers(await take(mixed, 30 + extents[some].end)) if n < 30]
        assert len(old) == extents[some].end > 0
        await now.seek(dict.fromkeys(extents, 0))
        assert sorted(numbers(await take(now, 60))) == list(range(60))
        assert await now.fetch(10, 0.05) == []


async def test_a_tail_from_beyond_the_end_begins_anew(log: Log) -> None:
    topic = new_topic(1)
    await log.create([topic])
    await log.publish(messages(topic, range(5)))
    async with log.tail([topic.name], {TopicPartition(topic.name, 0): 1_000}) as reader:
        assert numbers(await take(reader, 5)) == list(range(5))


async def test_extents_and_commits_give_the_lag(log: Log, topic: Topic) -> None:
    group = new_group()
    assert await log.committed(group, [topic.name]) == {}
    await log.publish(messages(topic, range(50)))
    async with log.subscribe([topic.name], group) as member:
        await member.commit(after(await take(member, 20)))
        extents, committed = await log.extents([topic.name]), await log.committed(group, [topic.name])
    assert sum(e.end - committed.get(at, e.begin) for at, e in extents.items()) == 30
    assert all(e.begin == 0 for e in extents.values())


async def test_peek_moves_nothing(log: Log) -> None:
    topic, group = new_topic(1), new_group()
    await log.create([topic])
    await log.publish(messages(topic, range(20)))
    at = TopicPartition(topic.name, 0)
    async with log.subscribe([topic.name], group) as member:
        await take(member, 5)
        assert numbers(await log.peek(at, 12, 3)) == [12, 13, 14]
        assert numbers(await log.peek(at, 18, 10)) == [18, 19]
        assert await log.peek(at, 20, 10) == []
        assert numbers(await take(member, 1)) == [5]
    with pytest.raises(Invalid):
        await log.peek(TopicPartition(topic.name, 1), 0, 1)
    assert await log.committed(group, [topic.name]) == {}


async def test_fetch_waits_for_what_comes(log: Log, topic: Topic) -> None:
    async with log.subscribe([topic.name], new_group()) as member:
        assert await member.fetch(10, 0.05) == []
        waiting = asyncio.create_task(member.fetch(10, 600))
        await asyncio.sleep(0.05)
        await log.publish(messages(topic, [7]))
        assert numbers(await asyncio.wait_for(waiting, LONG)) == [7]


async def test_fetch_gives_no_more_than_asked(log: Log, topic: Topic) -> None:
    await log.publish(messages(topic, range(30)))
    async with log.subscribe([topic.name], new_group()) as member:
        seen: list[int] = []
        async with asyncio.timeout(LONG):
            while len(seen) < 30:
                records = await member.fetch(7, 0.2)
                assert len(records) <= 7
                seen += numbers(records)
    assert sorted(seen) == list(range(30))


async def test_a_cancelled_fetch_loses_nothing(log: Log, topic: Topic) -> None:
    async with log.subscribe([topic.name], new_group()) as member:
        waiting = asyncio.create_task(member.fetch(10, 600))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await log.publish(messages(topic, range(40)))
        assert sorted(numbers(await take(member, 40))) == list(range(40))


async def test_many_publish_at_once(log: Log, topic: Topic) -> None:
    async def publisher(who: int) -> None:
        for n in range(10):
            await log.publish([Message(topic.name, b"%d" % who, b"%d" % (n * 2 + i)) for i in range(2)])

    await asyncio.gather(*(publisher(who) for who in range(25)))
    order = defaultdict[bytes, list[int]](list)
    for record in await everything(log, [topic]):
        order[record.key].append(int(record.value))
    assert dict(order) == {b"%d" % who: list(range(20)) for who in range(25)}


async def test_one_mebibyte_and_not_a_byte_more(log: Log, topic: Topic) -> None:
    headers = [("name", b"12345")] * 10
    room = MAX_RECORD_BYTES - len(b"key") - 10 * len("name12345")
    edge = Message(topic.name, b"key", b"x" * room, headers)
    over = Message(topic.name, b"key", b"x" * (room + 1), headers)
    await log.publish([edge])
    with pytest.raises(Invalid) as refused:
        await log.publish([edge, over])
    assert refused.value.code == "too_large"
    (only,) = await everything(log, [topic])
    assert len(only.value) == room


async def test_big_records_come_one_after_the_other(log: Log, topic: Topic) -> None:
    value = b"y" * (MAX_RECORD_BYTES - 100)
    await asyncio.gather(*(log.publish([Message(topic.name, b"%d" % n, value)]) for n in range(24)))
    records = await everything(log, [topic])
    assert sorted(int(r.key) for r in records) == list(range(24))
    assert {len(r.value) for r in records} == {len(value)}
