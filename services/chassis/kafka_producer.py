"""The idempotent producer a process shares."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.chassis.kafka_readers import STOP_SECONDS
from services.chassis.log import MAX_RECORD_BYTES, Message

MAX_REQUEST_BYTES = MAX_RECORD_BYTES + 64 * 1024  # room for what Kafka adds to a record of 1 MiB
_BATCH_BYTES = 256 * 1024


class KafkaProducer:
    """One producer at a time; a new one after any error that aiokafka could not heal."""

    def __init__(self, where: Mapping[str, Any], patience: float) -> None:
        """`where`: what all clients have in common, addresses above all."""
        self._where, self._patience = where, patience
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._closing = set[asyncio.Task[None]]()

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append all and wait for every ack. Raises `KafkaError`."""
        producer = await self.get()
        try:
            acks = [await producer.send(m.topic, m.value, m.key, headers=list(m.headers)) for m in messages]
            await asyncio.gather(*acks)
        except KafkaError:
            self._discard(producer)
            raise

    async def get(self) -> AIOKafkaProducer:
        """The producer of now, started."""
        async with self._starting:
            if self._producer is None:
                producer = self._new()
                try:
                    await producer.start()
                except BaseException:
                    await _stop(producer)
                    raise
                self._producer = producer
            return self._producer

    async def stop(self) -> None:
        """Flush, for as long as that makes sense."""
        if self._producer:
            self._discard(self._producer)
        await asyncio.gather(*self._closing)

    def _new(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            **self._where,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,  # while one request is out the rest gathers by itself
            max_batch_size=_BATCH_BYTES,
            max_request_size=MAX_REQUEST_BYTES,
            request_timeout_ms=int(self._patience * 1000),
        )

    def _discard(self, producer: AIOKafkaProducer) -> None:
        if self._producer is producer:
            self._producer = None
            task = asyncio.create_task(_stop(producer))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await producer.stop()
    except (KafkaError, TimeoutError):  # its stop waits for a flush, which a dead broker never ends
        await producer._sender.close()
        await producer.client.close()
