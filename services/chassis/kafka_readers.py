"""Readers on Apache Kafka, and Kafka's errors as ours."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError, MessageSizeTooLargeError

from contracts.errors import Clash, Invalid, LogDown
from services.chassis.log import Positions, Record, Revoked, TopicPartition

STOP_SECONDS = 5.0
_Parts = dict[KafkaPartition, list[ConsumerRecord]]


class KafkaReader:
    """A consumer, opened anew where it fails for good."""

    def __init__(
        self,
        opener: Callable[..., Awaitable[AIOKafkaConsumer]],
        patience: float,
        positions: Positions | None = None,
    ) -> None:
        self.positions = dict(positions or {})
        self._opener, self._patience = opener, patience
        self._consumer: AIOKafkaConsumer | None = None
        self._getting: asyncio.Task[_Parts] | None = None
        self._held: list[Record] = []

    async def open(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            self._consumer = await self._opener(self)
        return self._consumer

    async def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        getting, self._getting = self._getting, None
        self._held = []
        if getting:
            getting.cancel()
        if consumer:
            await stop_consumer(consumer)

    async def seek(self, positions: Positions) -> None:
        consumer = await self.open()
        if self._getting and self._getting.done():
            self._held += await self._received(self._getting)
        self._held = [r for r in self._held if (r.topic, r.partition) not in positions]
        async with within(self._patience):
            place(consumer, positions)
        self.positions.update(positions)

    async def fetch(self, max_records: int, max_wait: float) -> list[Record]:
        if not self._held:
            self._held = await self._get(max_records, max_wait)
        records, self._held = self._held[:max_records], self._held[max_records:]
        return records

    async def _get(self, count: int, max_wait: float) -> list[Record]:
        """`getmany` hangs while a group rebalances, and counts itself wrongly when cancelled: so it is a task
        which the next fetch finds again."""
        consumer = await self.open()
        if self._getting is None:
            wait = consumer.getmany(timeout_ms=int(max_wait * 1000), max_records=count)
            self._getting = asyncio.create_task(wait)
        getting = self._getting
        await asyncio.wait([getting], timeout=max_wait + 0.05)
        if not getting.done() or getting is not self._getting:
            return []
        return await self._received(getting)

    async def _received(self, getting: asyncio.Task[_Parts]) -> list[Record]:
        self._getting = None
        try:
            parts = getting.result()
        except KafkaError as error:
            await self.close()
            raise LogDown(f"Kafka gives nothing: {type(error).__name__}") from None
        self.positions.update({TopicPartition(*at): part[-1].offset + 1 for at, part in parts.items()})
        return [_record(r) for part in parts.values() for r in part]

    def forget(self) -> None:
        """Drop what was read ahead; a task that still waits will read by the next assignment."""
        self._held = []
        if self._getting and self._getting.done():
            self._getting = None


class KafkaMember(KafkaReader, ConsumerRebalanceListener):  # type: ignore[misc]
    """A member of a group."""

    def __init__(
        self,
        opener: Callable[["KafkaMember"], Awaitable[AIOKafkaConsumer]],
        patience: float,
        revoked: Revoked | None,
    ) -> None:
        super().__init__(opener, patience)
        self._revoked = revoked
        self._assigned: set[TopicPartition] = set()

    def assignment(self) -> set[TopicPartition]:
        return self._assigned

    async def commit(self, positions: Positions) -> None:
        if self._consumer is None:
            raise Clash("this member lost its partitions with its connection")
        if not positions:
            return  # aiokafka takes this for a mistake
        async with within(self._patience):
            await self._consumer.commit({KafkaPartition(*at): offset for at, offset in positions.items()})

    async def close(self) -> None:
        await super().close()
        self._assigned = set()

    async def on_partitions_revoked(self, revoked: set[KafkaPartition]) -> None:
        self.forget()
        if revoked and self._revoked:
            await self._revoked()
        self._assigned = set()

    async def on_partitions_assigned(self, assigned: set[KafkaPartition]) -> None:
        self._assigned = {TopicPartition(*at) for at in assigned}


def _record(r: ConsumerRecord) -> Record:
    """As ours; what somebody else wrote may have neither key nor value, and becomes a dead letter."""
    at = datetime.fromtimestamp(r.timestamp / 1000, UTC)
    headers = [(name, value or b"") for name, value in r.headers]
    return Record(r.topic, r.partition, r.offset, at, r.key or b"", r.value or b"", headers)


def place(consumer: AIOKafkaConsumer, positions: Positions) -> None:
    for at, offset in positions.items():
        consumer.seek(KafkaPartition(*at), offset)


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Kafka's errors as ours, and silence as `LogDown`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except MessageSizeTooLargeError:
        raise Invalid("too_large", "Kafka refuses a message of this size") from None
    except (CommitFailedError, IllegalStateError):
        raise Clash("a partition was taken away") from None
    except (KafkaError, TimeoutError, OSError) as error:
        raise LogDown(f"Kafka does not answer: {type(error).__name__}") from None


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """In a task of its own: aiokafka cancels its tasks, and lets that escape as if we were cancelled."""
    stopping = asyncio.create_task(consumer.stop())
    await asyncio.wait([stopping], timeout=STOP_SECONDS)
    if not stopping.done() or stopping.cancelled() or stopping.exception():
        stopping.cancel()
        await consumer._client.close()
