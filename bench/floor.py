"""The floor: the same bytes through as many bare hops, with nothing decided and nothing kept.

What is above it is the hub's own work; what is below it, no program on this broker and this client can save.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, cycle, islice

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.rig import Rig
from contracts.topics import CASE_OPENED, CASE_PROGRESSED, CASE_ROUTED, COMPLAINT_RECEIVED, RECEIPT_DUE
from services.chassis.kafka import KafkaLog
from services.chassis.log import Record

WAY = (
    COMPLAINT_RECEIVED,
    CASE_OPENED,
    CASE_ROUTED,
    CASE_PROGRESSED,
    RECEIPT_DUE,
)  # one message of each a case
_AT_ONCE = 500
_SAMPLES = 200  # records of each topic whose bytes are sent again
_names = count()


@dataclass(frozen=True, slots=True)
class Floor:
    """CPU seconds for so many messages all the way: of the bare clients, and of the broker."""

    messages: int
    clients: float
    broker: float


async def floor(rig: Rig, messages: int) -> Floor:
    """Send so many messages down the way of a case, hop by hop. The hub must have handed off some before."""
    servers = rig.log_url.removeprefix("kafka://")
    log = KafkaLog(servers)
    await log.start()
    number = next(_names)
    topics = [replace(topic, name=f"floor-{number}-{n}") for n, topic in enumerate(WAY)]
    await log.create(topics)
    samples = [await _samples(log, topic.name) for topic in WAY]
    await log.stop()
    broker, began = rig.cpu()["Kafka"], time.process_time()
    async with AIOKafkaProducer(bootstrap_servers=servers, enable_idempotence=True, acks="all") as producer:
        for start in range(0, messages, _AT_ONCE):
            await _send(producer, topics[0].name, samples[0], min(_AT_ONCE, messages - start))
        for n, topic in enumerate(topics):
            then = (topics[n + 1].name, samples[n + 1]) if n + 1 < len(topics) else None
            await _hop(producer, servers, topic.name, messages, then)
    clients = time.process_time() - began
    return Floor(messages, clients, rig.cpu()["Kafka"] - broker)


async def _samples(log: KafkaLog, topic: str) -> list[Record]:
    found: list[Record] = []
    for at, extent in (await log.extents([topic])).items():
        found += await log.peek(at, extent.begin, _SAMPLES // 4)
    return found[:_SAMPLES]


async def _send(producer: AIOKafkaProducer, topic: str, samples: Sequence[Record], number: int) -> None:
    some = islice(cycle(samples), number)
    acks = [await producer.send(topic, r.value, r.key, headers=list(r.headers)) for r in some]
    await asyncio.gather(*acks)


async def _hop(
    producer: AIOKafkaProducer,
    servers: str,
    topic: str,
    messages: int,
    then: tuple[str, Sequence[Record]] | None,
) -> None:
    """Read all of a topic in batches, send as many on, await the acks, commit."""
    done = 0
    async with AIOKafkaConsumer(
        topic,
        bootstrap_servers=servers,
        group_id=topic,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    ) as reader:
        while done < messages:
            parts = await reader.getmany(timeout_ms=1000, max_records=_AT_ONCE)
            number = sum(map(len, parts.values()))
            if then:
                await _send(producer, *then, number)
            if number:
                await reader.commit()
            done += number
