"""A whole hub in a thread: real stages, embedded log and database, and the console on a free port."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import uvicorn
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import col

from classifier.judge import load_judge
from classifier.rulebook.loading import category_names
from classifier.stage import ClassifyStage
from contracts.events import CaseProgressed
from contracts.stage import Event
from contracts.topics import TOPICS
from dashboard import assets
from feedback.deliveries import ReceiptStage
from feedback.stage import load_feedback
from feedback.tables import Case
from router.force_files import load_registry
from router.stage import load_router
from services.actions import Actions
from services.chassis.envelope import encode
from services.chassis.house import House, open_house
from services.chassis.loop import StageLoop
from services.chassis.settings import Settings
from services.clock_worker import fire_clocks
from services.console.app import build
from services.console.parts import ConsoleParts
from services.console.posts import add_operator
from services.console.session import hash_password
from services.console.tables import Operator
from services.migrate import migrate
from services.models.keeper import classify
from tests.console import seed

PASSWORD = "maple-bridge"
POSTS = (
    ("county", "诸暨市社会治理中心 值班岗", "county_centre", "330681", None),
    ("town", "枫桥镇社会治理中心 值班岗", "town_centre", "330681109", None),
    ("police", "诸暨市公安局 指挥岗", "police", "330681", None),
    ("audit", "诸暨市委政法委 督查岗", "auditor", None, None),
    ("uncle", "枫桥镇老娘舅一室", "force", None, "330681109-uncle-a"),
    ("station", "枫桥镇派出所", "force", None, "330681109-police"),
    ("engineer", "绍兴市大数据中心 运维岗", "engineer", None, None),
)
T = TypeVar("T")


class Hub:
    """Started by `with`; `do` runs a coroutine where the hub lives."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder, self.port = folder, port or _free_port()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), daemon=True)
        self.house: House
        self.app: FastAPI

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Hub":
        assets.fetch()
        self._thread.start()
        assert self._ready.wait(60), "the hub did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self.house.stop.set)
        self._thread.join(30)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def publish(self, *events: Event) -> None:
        await self.house.log.publish([encode(event) for event in events])

    async def cases(self) -> list[CaseProgressed]:
        rows = await self.house.database.rows(select(col(Case.snapshot)).order_by(col(Case.received_at)))
        return [CaseProgressed.model_validate(row.snapshot) for row in rows]

    async def settled(self) -> None:
        """Wait until every stage has read all there is."""
        while any([await self._behind(name, topics) for name, topics in GROUPS.items()]):
            await asyncio.sleep(0.05)

    async def _behind(self, group: str, topics: list[str]) -> bool:
        extents = await self.house.log.extents(topics)
        done = await self.house.log.committed(group, topics)
        return any(done.get(place, extent.begin) < extent.end for place, extent in extents.items())

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        settings = Settings(data=self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        await migrate(settings.database_url)
        async with open_house(settings) as self.house, self._serving():
            for login, post, role, place, force in POSTS:
                operator = Operator(login=login, hash=HASH, post=post, role=role, place=place, force_id=force)
                await add_operator(self.house.database, operator)
            self._ready.set()
            await self.house.stop.wait()

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        house = self.house
        actions = Actions(house.log, house.database)
        readers = {topic.name: [g for g, read in GROUPS.items() if topic.name in read] for topic in TOPICS}
        self.app = build(
            ConsoleParts(
                database=house.database,
                log=house.log,
                act=actions.submit,
                secret="the secret of a test",
                base_url=self.url,
                groups=readers,
                categories=category_names(),
                forces=load_registry(),
            )
        )
        config = uvicorn.Config(self.app, port=self.port, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        classifier, *others = _STAGES
        assert isinstance(classifier, ClassifyStage)
        loops = [StageLoop(stage, house.log, house.database).run(house.stop) for stage in others]
        work = [classify(house, classifier), *loops]
        tasks = [asyncio.create_task(one) for one in (*work, fire_clocks(house), server.serve())]
        while not server.started:
            await asyncio.sleep(0.02)
        yield
        server.should_exit = True
        await asyncio.gather(*tasks)


async def fill(hub: Hub, count: int = 300, rounds: int = 6) -> None:
    """A busy day: complaints, and posts that work on some of them."""
    now = datetime.now(UTC)
    await hub.publish(*seed.complaints(count, now))
    await hub.house.log.publish([seed.broken(n, now) for n in range(3)])
    await hub.settled()
    chance = Random(5)
    for _ in range(rounds):
        open_cases = [case for case in await hub.cases() if chance.random() < 0.45]
        commands = [seed.next_command(case, chance, "town") for case in open_cases]
        await hub.publish(*filter(None, commands))
        await hub.settled()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


HASH = hash_password(PASSWORD)
_STAGES = (ClassifyStage(load_judge()), load_router(), load_feedback(), ReceiptStage(()))
GROUPS = {stage.name: [topic.name for topic in stage.reads] for stage in _STAGES}
