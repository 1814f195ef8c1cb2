"""Load: complaints over REST, and a watch on the log that sees each of them handed off."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.rig import Rig
from bench.texts import Texts
from contracts.ids import case_id, complaint_id
from contracts.topics import CASE_PROGRESSED
from services.chassis.kafka import KafkaLog
from services.chassis.log import Log, Reader, Record
from services.groups import GROUPS

PATIENCE = 120.0  # seconds without anything handed off, after which a run has failed
_MOST_MATTERS = 3  # cases that are looked for in a complaint


@dataclass
class Watch:
    """What was posted when, and how long it took until it was handed off (or linked to its twin)."""

    born: dict[str, float] = field(default_factory=dict)  # by case id; when it was to be posted
    first: set[str] = field(default_factory=set)  # the first case of each complaint, not yet seen
    delays: list[float] = field(default_factory=list)  # seconds, one a case
    posted: int = 0

    def expect(self, postings: Sequence[dict[str, Any]], at: float) -> None:
        """These are posted at this time (of the monotonic clock)."""
        for posting in postings:
            complaint = complaint_id("grid", posting["external_id"])
            cases = [str(case_id(complaint, n)) for n in range(_MOST_MATTERS)]
            self.born.update(dict.fromkeys(cases, at))
            self.first.add(cases[0])
        self.posted += len(postings)

    def see(self, records: Sequence[Record]) -> None:
        """Note what has been handed off."""
        now = time.monotonic()
        for record in records:
            case = next(value.decode() for name, value in record.headers if name == "ce_subject")
            if (born := self.born.pop(case, None)) is not None:
                self.delays.append(now - born)
                self.first.discard(case)


class Load:
    """Posts to a rig's intake and watches its log."""

    def __init__(self, rig: Rig, log: Log, http: httpx.AsyncClient, reader: Reader, texts: Texts) -> None:
        self.rig, self.log, self.texts = rig, log, texts
        self.watch = Watch()
        self._http, self._reader = http, reader

    async def post(self, postings: Sequence[dict[str, Any]], at: float | None = None) -> None:
        """One request. Raises `RuntimeError` where not everything was taken."""
        self.watch.expect(postings, time.monotonic() if at is None else at)
        body = list(postings) if len(postings) > 1 else postings[0]
        answer = await self._http.post("/v1/complaints", json=body)
        if answer.status_code != 202:
            raise RuntimeError(f"the intake answered {answer.status_code}: {answer.text[:300]}")

    async def bulk(self, count: int, size: int, at_once: int = 4) -> None:
        """As fast as the door takes them: `at_once` clients, each waiting for its answers."""
        batches = self.texts.batches(count, size)

        async def client() -> None:
            for batch in batches:
                await self.post(batch)

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(client())

    async def paced(self, rate: float, seconds: float, size: int) -> None:
        """`rate` complaints a second in requests of `size`, sent when due, however slow the answers are."""
        began, every = time.monotonic(), size / rate
        async with asyncio.TaskGroup() as group:
            for n, batch in enumerate(self.texts.batches(int(rate * seconds), size)):
                due = began + n * every
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                group.create_task(self.post(batch, due))

    async def handed_off(self) -> None:
        """Wait for every posted complaint. Raises `TimeoutError` where nothing moves any more."""
        seen, deadline = -1, 0.0
        while self.watch.first:
            if seen != len(self.watch.delays):
                seen, deadline = len(self.watch.delays), time.monotonic() + PATIENCE
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.watch.first)} complaints were not handed off")
            await asyncio.sleep(0.02)

    async def quiet(self) -> None:
        """Wait until no group has anything left to read, so that all work that follows is counted too."""
        while await self._lag():
            await asyncio.sleep(0.2)

    async def _lag(self) -> int:
        extents = await self.log.extents(list(GROUPS))
        lag = 0
        for topic, groups in GROUPS.items():
            for group in groups:
                done = await self.log.committed(group, [topic])
                ends = {at: extent.end for at, extent in extents.items() if at.topic == topic}
                lag += sum(end - done.get(at, 0) for at, end in ends.items())
        return lag

    async def look(self) -> None:
        """Follow the log for ever."""
        while True:
            self.watch.see(await self._reader.fetch(2000, 0.05))


@asynccontextmanager
async def loading(rig: Rig, texts: Texts) -> AsyncIterator[Load]:
    """A load that watches while it lasts."""
    log = KafkaLog(rig.log_url.removeprefix("kafka://"))
    await log.start()
    headers = {"Authorization": f"Bearer {rig.key}"}
    try:
        async with (
            httpx.AsyncClient(base_url=rig.intake, headers=headers, timeout=60, trust_env=False) as http,
            log.tail([CASE_PROGRESSED.name]) as reader,
        ):
            load = Load(rig, log, http, reader, texts)
            looking = asyncio.create_task(load.look())
            yield load
            looking.cancel()
    finally:
        await log.stop()
