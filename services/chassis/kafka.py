"""The log on Apache Kafka. Only the `kafka*.py` files here know aiokafka (0.14 was read for them).

aiokafka retries by itself whatever it can heal. What still surfaces leaves an idempotent producer with holes
in its sequence and a group member without a coordinator, so those are closed then and opened anew.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from contracts.errors import Invalid
from contracts.topics import Topic
from services.chassis.kafka_access import Access
from services.chassis.kafka_producer import MAX_REQUEST_BYTES, KafkaProducer
from services.chassis.kafka_readers import KafkaMember, KafkaReader, place, stop_consumer, within
from services.chassis.log import (
    Extent,
    Message,
    Positions,
    Reader,
    Record,
    Revoked,
    Subscription,
    TopicPartition,
    refuse_oversized,
)

JOIN_SECONDS = 60.0  # joining waits for the other members to let go of what they have
_REPLICAS = 3
_FETCH_BYTES = 256 * 1024  # of each partition read ahead; a bigger record still comes, alone
_GROUP = {"session_timeout_ms": 10_000, "heartbeat_interval_ms": 1_000, "rebalance_timeout_ms": 30_000}

T = TypeVar("T")


class KafkaLog:
    """One producer, one admin client and one consumer that asks for offsets, shared by the whole process."""

    def __init__(self, servers: str, patience: float = 10.0, access: Access | None = None) -> None:
        """`servers`: host:port[,host:port]. `patience`: seconds until a silent broker is a `LogDown`."""
        self._patience = patience
        self._where = {"bootstrap_servers": servers.split(","), **(access or Access()).arguments}
        self._producer = KafkaProducer(self._where, patience)
        self._admin: AIOKafkaAdminClient
        self._asker: AIOKafkaConsumer
        self._open = AsyncExitStack()

    async def start(self) -> None:
        _silence_what_heals()
        async with within(self._patience):
            try:
                await self._connect()
            except BaseException:
                await self.stop()
                raise

    async def _connect(self) -> None:
        self._admin = AIOKafkaAdminClient(**self._where, request_timeout_ms=self._ms)
        self._open.push_async_callback(self._admin.close)
        await self._admin.start()
        self._asker = await self._consumer()
        self._open.push_async_callback(stop_consumer, self._asker)
        await self._producer.get()

    async def stop(self) -> None:
        await self._producer.stop()
        await self._open.aclose()

    async def create(self, topics: Sequence[Topic]) -> None:
        async with within(self._patience):
            there = set(await self._patiently(self._admin.list_topics))
            brokers = (await self._admin.describe_cluster())["brokers"]
            replicas = min(_REPLICAS, len(brokers))
            missing = [_new_topic(t, replicas) for t in topics if t.name not in there]
            response = await self._patiently(lambda: self._admin.create_topics(missing))
            for _, code, *_ in response.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):
                    raise for_code(code)

    async def publish(self, messages: Sequence[Message]) -> None:
        refuse_oversized(messages)
        async with within(self._patience):
            await self._producer.publish(messages)

    @asynccontextmanager
    async def subscribe(
        self, topics: Sequence[str], group: str, revoked: Revoked | None = None
    ) -> AsyncIterator[Subscription]:
        await self._partitions(topics)
        member = KafkaMember(lambda m: self._join(topics, group, m), self._patience, revoked)
        try:
            await member.open()
            yield member
        finally:
            await member.close()

    @asynccontextmanager
    async def tail(self, topics: Sequence[str], since: Positions | None = None) -> AsyncIterator[Reader]:
        extents = await self.extents(topics)
        positions = {at: extent.end for at, extent in extents.items()} | {
            at: offset for at, offset in (since or {}).items() if at in extents
        }
        async with self._reading(positions) as reader:
            yield reader

    async def extents(self, topics: Sequence[str]) -> dict[TopicPartition, Extent]:
        partitions = [KafkaPartition(*at) for at in await self._partitions(topics)]
        async with within(self._patience):
            begins, ends = await asyncio.gather(
                self._asker.beginning_offsets(partitions), self._asker.end_offsets(partitions)
            )
        return {TopicPartition(*at): Extent(begins[at], ends[at]) for at in partitions}

    async def committed(self, group: str, topics: Sequence[str]) -> dict[TopicPartition, int]:
        async with within(self._patience):
            found = await self._patiently(lambda: self._admin.list_consumer_group_offsets(group))
        return {
            TopicPartition(*at): o.offset for at, o in found.items() if at.topic in topics and o.offset >= 0
        }

    async def peek(self, at: TopicPartition, offset: int, count: int) -> list[Record]:
        extent = (await self.extents([at.topic])).get(at)
        if extent is None:
            raise Invalid("no_partition", f"{at.topic} has no partition {at.partition}")
        begin, end = extent
        offset = max(offset, begin)
        count, records = min(count, end - offset), list[Record]()
        if count <= 0:
            return []
        async with self._reading({at: offset}) as reader, within(self._patience):
            while len(records) < count:
                records += await reader.fetch(count - len(records), self._patience)
        return records

    @property
    def _ms(self) -> int:
        return int(self._patience * 1000)

    async def _partitions(self, topics: Iterable[str]) -> list[TopicPartition]:
        async with within(self._patience):
            producer = await self._producer.get()
            return [TopicPartition(t, p) for t in topics for p in sorted(await producer.partitions_for(t))]

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The admin client retries nothing, and a fresh broker has no coordinator for its first second."""
        while True:
            try:
                return await ask()
            except KafkaError as error:
                if not error.retriable:
                    raise
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def _reading(self, positions: Positions) -> AsyncIterator[KafkaReader]:
        reader = KafkaReader(self._placed, self._patience, positions)
        try:
            await reader.open()
            yield reader
        finally:
            await reader.close()

    async def _placed(self, reader: KafkaReader) -> AIOKafkaConsumer:
        async with within(self._patience):
            consumer = await self._consumer()
        consumer.assign([KafkaPartition(*at) for at in reader.positions])
        place(consumer, reader.positions)
        return consumer

    async def _join(self, topics: Sequence[str], group: str, member: KafkaMember) -> AIOKafkaConsumer:
        async with within(JOIN_SECONDS):
            return await self._consumer(topics, group, member)

    async def _consumer(
        self,
        topics: Sequence[str] = (),
        group: str | None = None,
        listener: ConsumerRebalanceListener | None = None,
    ) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **self._where,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=250,
            max_partition_fetch_bytes=_FETCH_BYTES,
            **(_GROUP if group else {"request_timeout_ms": self._ms}),
        )
        try:
            if topics:
                consumer.subscribe(list(topics), listener=listener)
            await consumer.start()
            await asyncio.sleep(0)  # its stop fails where its tasks have not begun
        except BaseException:
            await stop_consumer(consumer)
            raise
        return consumer


def _new_topic(topic: Topic, replicas: int) -> NewTopic:
    config = {
        "retention.ms": str(topic.retention // timedelta(milliseconds=1)),
        "max.message.bytes": str(MAX_REQUEST_BYTES),
        "min.insync.replicas": str(max(1, replicas - 1)),
    }
    return NewTopic(topic.name, topic.partitions, replicas, topic_configs=config)


def _silence_what_heals() -> None:
    """aiokafka calls each retry an error, and shows keys and values at debug level. What it cannot heal it
    raises here, or logs with a traceback."""
    for name in [n for n in logging.root.manager.loggerDict if n.startswith("aiokafka")]:
        logging.getLogger(name).addFilter(_unexpected)


def _unexpected(record: logging.LogRecord) -> bool:
    return record.exc_info is not None
