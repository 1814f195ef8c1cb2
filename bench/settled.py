"""Whether a hub has come to rest: everything the platforms hold is in, and nothing waits anywhere."""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from sqlalchemy import ColumnElement, func, select
from sqlmodel import SQLModel, col

from bench.evidence import Desks, Item
from bench.hub import Hub
from classifier.tables import Complaint
from feedback.deliveries import WAITING
from feedback.tables import Case, Clock, ReceiptDelivery
from services.chassis.database import Database
from services.chassis.letters import Letter
from services.chassis.settings import Settings
from services.door import STAGE as DOOR

_LOOK = 1.0  # seconds between two looks
_CALM = 3  # looks in a row at which nothing waits and nothing moves


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a hub has come."""

    complaints: int
    cases: int
    refused: int  # postings that lie among the dead letters
    receipts: int  # waiting to be told
    clocks: int  # due and not fired
    lag: int  # records no stage has taken yet, over all topics
    records: int  # in the log

    def calm(self, expected: int) -> bool:
        """Whether everything is in and nothing waits."""
        return self.complaints + self.refused >= expected and not (self.receipts or self.clocks or self.lag)


async def settle(
    hub: Hub,
    address: str,
    key: str,
    posted: Collection[Item] = (),
    show: Callable[[Standing, int], None] = lambda standing, expected: None,
    within: float = 600.0,
) -> Standing:
    """Wait until the hub at `address` is calm; `key` may read its topics. Raises `TimeoutError`."""
    database = Database(settings_of(hub).database_url)
    deadline, before, calm = time.monotonic() + within, None, 0
    try:
        while calm < _CALM:
            if time.monotonic() > deadline:
                raise TimeoutError(f"not at rest after {within:.0f} s: {before}")
            await asyncio.sleep(_LOOK)
            expected = len(Desks.of(hub.data / "simulators").items | set(posted))
            now = await look(database, address, key)
            if now is None:
                continue
            show(now, expected)
            calm = calm + 1 if now == before and now.calm(expected) else 0
            before = now
        assert before
        return before
    finally:
        await database.stop()


def settings_of(hub: Hub) -> Settings:
    """The settings its processes have."""
    given = hub.environment
    return Settings(data=hub.data, log=given["HUB_LOG"], database=given["HUB_DATABASE"])


async def look(database: Database, address: str, key: str) -> Standing | None:
    """How the hub stands; None while it does not answer."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            answer = await http.get(f"{address}/v1/topics", headers={"Authorization": f"Bearer {key}"})
            answer.raise_for_status()
    except httpx.HTTPError:
        return None
    topics = answer.json()
    now = datetime.now(UTC)
    return Standing(
        complaints=await _count(database, Complaint),
        cases=await _count(database, Case),
        refused=await _count(database, Letter, col(Letter.stage) == DOOR),
        receipts=await _count(database, ReceiptDelivery, col(ReceiptDelivery.state).in_(WAITING)),
        clocks=await _count(database, Clock, col(Clock.state) == "running", col(Clock.due_at) <= now),
        lag=sum(group["lag"] for topic in topics for group in topic["groups"]),
        records=sum(topic["records"] for topic in topics),
    )


async def _count(database: Database, table: type[SQLModel], *where: ColumnElement[bool]) -> int:
    return int((await database.rows(select(func.count()).select_from(table).where(*where)))[0][0])
