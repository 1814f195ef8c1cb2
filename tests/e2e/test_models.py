"""Two classify processes on a real Kafka and a real PostgreSQL come to judge by the model people decided on,
also when one of them was away meanwhile, and the database after that."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from bench.hub import Hub, Process
from contracts.events import CaseOpened
from contracts.topics import CASE_OPENED
from deploy.engines import KafkaEngine, PostgresEngine
from services.chassis.database import Database
from services.chassis.envelope import decode, encode
from services.chassis.log import Log, Reader
from services.chassis.open_log import open_log
from services.models.store import Slot, decide
from tests.classifier.courts import the_judge
from tests.classifier.test_classify_stage import received
from tests.engines import running
from tests.models.test_keeper import ME, keep

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]
MANY = 24  # complaints at a time, so that every partition has some
SOON = 90.0  # seconds after which it has failed: a group may take its time to give partitions away
_JUDGED = re.compile(r'^hub_inputs_total\{stage="classify".*\} (\S+)$', re.MULTILINE)


async def test_every_process_comes_to_judge_by_one_model(tmp_path: Path) -> None:
    kafka, postgres = KafkaEngine(), PostgresEngine()  # its own: it kills one, and topics have fixed names
    with running(kafka), running(postgres), Hub(tmp_path, kafka.url, postgres.url) as hub:
        one, other = (hub.start("classify", f"classify-{n}") for n in range(2))
        hub.wait_ready()
        async with connected(kafka.url, postgres.url) as (log, database):
            places = {place: extent.end for place, extent in (await log.extents([CASE_OPENED.name])).items()}
            async with log.tail([CASE_OPENED.name], places) as opened:
                desk = Desk(log, opened, (one, other))
                await keep(database, "1")
                await desk.judges_by(the_judge().version)
                await decide(database, Slot.LIVE, "1", ME)
                await desk.judges_by("1")
                one.kill()
                await decide(database, Slot.LIVE, None, ME)
                postgres.kill()
                one.start()
                postgres.restart()
                one.wait_ready()
                await desk.judges_by(the_judge().version)


@asynccontextmanager
async def connected(log_url: str, database_url: str) -> AsyncIterator[tuple[Log, Database]]:
    log, database = open_log(log_url), Database(database_url)
    await log.start()
    try:
        yield log, database
    finally:
        await log.stop()
        await database.stop()


@dataclass
class Desk:
    """Has complaints judged and sees by what."""

    log: Log
    opened: Reader
    workers: Sequence[Process]

    async def judges_by(self, model: str | None) -> None:
        """Wait until a whole batch, of which each worker had a part, was judged by this model."""
        async with asyncio.timeout(SOON):
            models, busy = set[str | None](), False
            while models != {model} or not busy:
                before = [judged(worker) for worker in self.workers]
                models = await self.models()
                busy = all(judged(w) > n for w, n in zip(self.workers, before, strict=True))

    async def models(self) -> set[str | None]:
        """The models that judge new complaints."""
        events = [received("枫桥镇村口路灯坏了。", external_id=f"M-{uuid4()}") for _ in range(MANY)]
        await self.log.publish([encode(event) for event in events])
        waiting, models = {event.id for event in events}, set[str | None]()
        while waiting:
            for event in map(decode, await self.opened.fetch(MANY, 1.0)):
                if event.cause in waiting and isinstance(event.data, CaseOpened):
                    waiting.discard(event.cause)
                    models.add(event.data.matter.model)
        return models


def judged(worker: Process) -> float:
    """How many complaints this process has judged."""
    metrics = httpx.get(f"{worker.url}/metrics", trust_env=False).text
    return sum(float(value) for value in _JUDGED.findall(metrics))
