"""What the tests of both logs share."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

from contracts.events import ComplaintReceived
from contracts.topics import Topic
from services.chassis.log import Log, Message, Reader, Record, TopicPartition
from services.chassis.open_log import open_log

LONG = 30.0  # seconds after which a test that hangs fails


def new_topic(partitions: int = 3) -> Topic:
    """A topic no other test has."""
    return Topic(f"test.{uuid4().hex}.v1", ComplaintReceived, "any", "For a test.", partitions)


def new_group() -> str:
    return f"group-{uuid4().hex}"


def messages(topic: Topic, numbers: Iterable[int], keys: int = 20) -> list[Message]:
    """Message n has the key `n % keys` and the value n."""
    return [Message(topic.name, b"%d" % (n % keys), b"%d" % n) for n in numbers]


def numbers(records: Iterable[Record]) -> list[int]:
    return [int(r.value) for r in records]


def after(records: Iterable[Record]) -> dict[TopicPartition, int]:
    """The positions behind these records."""
    return {TopicPartition(r.topic, r.partition): r.offset + 1 for r in records}


async def take(reader: Reader, count: int) -> list[Record]:
    """The next `count` records; fails where they do not come."""
    records: list[Record] = []
    async with asyncio.timeout(LONG):
        while len(records) < count:
            records += await reader.fetch(count - len(records), 0.2)
    return records


async def everything(log: Log, topics: Sequence[Topic]) -> list[Record]:
    """All that is in these topics, without a group."""
    extents = await log.extents([t.name for t in topics])
    begins = {at: extent.begin for at, extent in extents.items()}
    async with log.tail([t.name for t in topics], begins) as reader:
        return await take(reader, sum(e.end - e.begin for e in extents.values()))


@asynccontextmanager
async def running(which: str | Log) -> AsyncIterator[Log]:
    log = open_log(which) if isinstance(which, str) else which
    await log.start()
    try:
        yield log
    finally:
        await log.stop()
