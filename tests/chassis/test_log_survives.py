"""Logs that are killed, away, or opened twice."""

import asyncio
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.errors import KafkaError

from contracts.errors import Clash, LogDown, Transient
from contracts.topics import Topic
from services.chassis.kafka import KafkaLog
from services.chassis.kafka_readers import KafkaMember
from services.chassis.local import LocalLog
from services.chassis.log import Log, Reader, Record, TopicPartition
from services.chassis.open_log import open_log
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
from tests.engines import Server

WRITER = """
import asyncio, sys
from itertools import count
from tests.chassis.log_helpers import messages, new_topic, running

async def main():
    async with running(sys.argv[1]) as log:
        topic = new_topic()
        await log.create([topic])
        print(topic.name, flush=True)
        async def publisher(first):
            for n in count(first, 8):
                await log.publish(messages(topic, [n]))
                print(n, flush=True)
        await asyncio.gather(*(publisher(first) for first in range(8)))

asyncio.run(main())
"""


@contextmanager
def writing(url: str) -> Iterator[tuple[subprocess.Popen[str], Topic]]:
    """Another process that publishes to a topic of its own and prints each number after its ack."""
    command = [sys.executable, "-c", WRITER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout
            yield child, replace(new_topic(), name=child.stdout.readline().strip())
        finally:
            child.kill()


def killed_after(child: subprocess.Popen[str], count: int) -> list[int]:
    """`kill -9` after `count` acks; all that was acknowledged."""
    assert child.stdout
    lines = [child.stdout.readline() for _ in range(count)]
    child.kill()
    return [int(line) for line in lines + child.stdout.readlines() if line.endswith("\n")]


async def test_local_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    url = f"local:{tmp_path / 'log.db'}"
    for _ in range(2):
        with writing(url) as (child, topic):
            acked = killed_after(child, 200)
        async with running(url) as log:
            found = numbers(await everything(log, [topic]))
        assert len(found) == len(set(found))
        assert set(acked) <= set(found)


async def test_local_belongs_to_one_process(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with writing(f"local:{path}"), pytest.raises(LogDown, match="another hub"):
        await LocalLog(path).start()


async def test_local_that_is_closed_takes_nothing(tmp_path: Path) -> None:
    topic = new_topic()
    async with running(f"local:{tmp_path / 'log.db'}") as log:
        await log.create([topic])
    with pytest.raises(LogDown):
        await log.publish(messages(topic, [1]))


def impatient(kafka: Server) -> KafkaLog:
    return KafkaLog(kafka.url.removeprefix("kafka://"), patience=2.0)


async def _until_read(reader: Reader, expected: set[int]) -> None:
    seen: set[int] = set()
    async with asyncio.timeout(LONG):
        while not expected <= seen:
            seen |= set(numbers(await reader.fetch(100, 0.5)))


@pytest.mark.kafka
async def test_kafka_that_is_away_is_said_and_comes_back(
    kafka: Server, caplog: pytest.LogCaptureFixture
) -> None:
    topic, group = new_topic(), new_group()
    async with running(impatient(kafka)) as log:
        await log.create([topic])
        async with log.subscribe([topic.name], group) as member, log.tail([topic.name]) as tail:
            await log.publish(messages(topic, range(10)))
            read = await take(member, 10)
            kafka.kill()
            try:
                with pytest.raises(LogDown):
                    await log.publish(messages(topic, [10]))
                with pytest.raises(LogDown):
                    await log.extents([topic.name])
                with pytest.raises(LogDown):
                    await member.commit(after(read))
                with pytest.raises(LogDown):
                    await impatient(kafka).start()
            finally:
                await asyncio.to_thread(kafka.restart)
            await _until_it_works(log, topic, 11)
            await _until_read(member, {11})
            await _until_read(tail, {*range(10), 11})
    assert not [r for r in caplog.records if r.name.startswith("aiokafka")]


@pytest.mark.kafka
async def test_kafka_what_a_stranger_wrote_without_key_and_value_is_read(kafka: Server) -> None:
    """A tool's record without a key or a value must not end every reader it meets."""
    topic = new_topic()
    async with running(kafka.url) as log:
        await log.create([topic])
        producer = AIOKafkaProducer(bootstrap_servers=kafka.url.removeprefix("kafka://"))
        await producer.start()
        await producer.send_and_wait(topic.name, b"hand-written")
        await producer.send_and_wait(topic.name, None, b"tombstone", headers=[("note", None)])
        await producer.stop()
        records = await everything(log, [topic])
    assert [list(r.headers) for r in records if r.key] == [[("note", b"")]]
    assert {(r.key, r.value) for r in records} == {(b"", b"hand-written"), (b"tombstone", b"")}


@pytest.mark.kafka
async def test_kafka_refusing_a_producer_gets_a_new_one(kafka: Server) -> None:
    """A hole in an idempotent producer's sequence makes the broker refuse all that follows."""
    topic = new_topic(1)
    async with running(kafka.url) as log:
        assert isinstance(log, KafkaLog)
        await log.create([topic])
        await log.publish(messages(topic, [1]))
        broken = log._producer._producer
        assert broken
        broken._txn_manager.increment_sequence_number(KafkaPartition(topic.name, 0), 5)
        with pytest.raises(LogDown):
            await log.publish(messages(topic, [2]))
        await log.publish(messages(topic, [3]))
        assert numbers(await everything(log, [topic])) == [1, 3]


@pytest.mark.kafka
async def test_kafka_a_member_whose_client_fails_joins_again(kafka: Server) -> None:
    topic, group = new_topic(), new_group()
    async with running(kafka.url) as log:
        await log.create([topic])
        async with log.subscribe([topic.name], group) as member:
            await log.publish(messages(topic, range(10)))
            await member.commit(after(await take(member, 10)))
            assert isinstance(member, KafkaMember) and member._consumer
            member._consumer._coordinator._pending_exception = KafkaError("for a test")
            with pytest.raises(LogDown):
                await member.fetch(10, 0.1)
            assert member.assignment() == set()
            with pytest.raises(Clash):
                await member.commit({TopicPartition(topic.name, 0): 0})
            await log.publish(messages(topic, range(10, 20)))
            assert sorted(numbers(await take(member, 10))) == list(range(10, 20))


async def _until_it_works(log: Log, topic: Topic, number: int) -> None:
    async with asyncio.timeout(LONG):
        while True:
            try:
                return await log.publish(messages(topic, [number]))
            except Transient:
                await asyncio.sleep(0.1)


@pytest.mark.kafka
async def test_kafka_what_was_acknowledged_survives_kill_9(kafka: Server) -> None:
    topic, group, stop, stopped = new_topic(), new_group(), asyncio.Event(), asyncio.Event()
    acked: list[int] = []
    read: list[int] = []

    async def publisher(who: int) -> None:
        first = who * 1_000_000
        while not stop.is_set():
            await _until_it_works(log, topic, first)
            acked.append(first)
            first += 1

    async def reader() -> None:
        async with log.subscribe([topic.name], group) as member:
            while not (stopped.is_set() and set(acked) <= set(read)):
                try:
                    records = await member.fetch(500, 0.1)
                    read.extend(numbers(records))
                    await member.commit(after(records))
                except Transient:
                    await asyncio.sleep(0.1)

    async with running(kafka.url) as log:
        await log.create([topic])
        work = [asyncio.create_task(publisher(who)) for who in range(8)]
        reading = asyncio.create_task(reader())
        for _ in range(2):
            before = len(acked)
            async with asyncio.timeout(LONG):
                while len(acked) < before + 500:
                    await asyncio.sleep(0.01)
            kafka.kill()
            await asyncio.to_thread(kafka.restart)
        await _until_it_works(log, topic, 10**9)
        stop.set()
        await asyncio.gather(*work)
        stopped.set()
        await asyncio.wait_for(reading, LONG)
        records = await everything(log, [topic])
    assert set(acked) <= set(read)
    assert set(acked) <= set(numbers(records))
    assert all(sorted(mine) == mine for mine in _by_publisher_and_partition(records))


def _by_publisher_and_partition(records: list[Record]) -> Iterable[list[int]]:
    found = defaultdict[tuple[int, int], list[int]](list)
    for record in records:
        found[int(record.value) // 1_000_000, record.partition].append(int(record.value))
    return found.values()


def test_a_hub_on_the_local_log_loads_no_kafka_client() -> None:
    code = (
        "import sys; from services.chassis.open_log import open_log; open_log('local:x'); print(*sys.modules)"
    )
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert "services.chassis.local" in loaded
    assert "aiokafka" not in loaded


@pytest.mark.parametrize("url", ["", "local:", "kafka:", "kafka://", "/var/log.db", "redis://here"])
def test_an_address_of_no_log_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="local:PATH"):
        open_log(url)
