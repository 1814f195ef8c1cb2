"""A platform's simulator with an adapter before it, and what every suite does with the two."""

import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from adapters import registry
from adapters.adapter import Adapter
from adapters.base import Pulled
from adapters.faults import Faults
from adapters.manifest import Limits, Manifest, Retry
from adapters.simulation import Desk
from adapters.telling import Telling
from contracts.errors import Transient
from contracts.events import ReceiptDue
from contracts.vocabulary import Answer, Intent, Platform

SECRET_TEXT, SECRET_NAME, SECRET_PHONE = "我家水管爆了没有人来修", "俞春生", "19900004711"
SPACE = UUID("6f0b1c1e-6d1c-5c0a-9b5e-3a1f6f1f0002")
ENOUGH = 400  # calls after which an adapter that has not finished is stuck


def patient(manifest: Manifest, **changes: object) -> Manifest:
    """The manifest without its waits."""
    quick = {"retry": Retry(attempts=3, wait_initial=0, wait_max=0), "limits": limits_of(10)}
    return manifest.model_copy(update=quick | changes)


def limits_of(timeout: float) -> Limits:
    return Limits(requests_per_second=1e6, timeout_seconds=timeout)


class Bench:
    """The simulator of `platform`, in this process."""

    platform: str

    @pytest.fixture
    def manifest(self) -> Manifest:
        return registry.manifest(self.platform)

    @pytest.fixture
    def simulator(self) -> ModuleType:
        return registry.simulator(self.platform)

    @pytest.fixture
    def faults(self) -> Faults:
        return Faults()

    @pytest.fixture
    def desk(self, faults: Faults) -> Desk:
        return Desk(self.platform, faults, seed=7)

    @pytest.fixture
    async def http(
        self, desk: Desk, faults: Faults, simulator: ModuleType
    ) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app(desk, faults))) as client:
            yield client

    @pytest.fixture
    def adapter(self, http: httpx.AsyncClient, manifest: Manifest) -> Adapter:
        return registry.make(self.platform, http, manifest.simulator.secrets, patient(manifest))

    def fill(self, desk: Desk, count: int) -> list[str]:
        """Adds items; returns their ids."""
        return [self.put(desk, f"{SECRET_TEXT},第{number}次来反映。") for number in range(count)]

    def put(self, desk: Desk, text: str = SECRET_TEXT) -> str:
        telling = Telling(
            text=text,
            at=desk.faults.now(),
            name=SECRET_NAME,
            phone=SECRET_PHONE,
            town_code="330681109",
            address="诸暨市枫桥镇",
            intent=Intent.HELP,
        )
        external_id, data = registry.simulator(self.platform).item(telling, desk.seq + 1)
        desk.add(external_id, data)
        return str(external_id)

    def receipt(self, external_id: str, **changes: Any) -> ReceiptDue:
        facts = {
            "platform": Platform(self.platform),
            "external_id": external_id,
            "complaint_id": uuid4(),
            "case_id": uuid4(),
            "number": "0123 4567 8901 2347",
            "answer": Answer.HANDED_OFF,
            "force_name": "枫桥镇社会治理中心",
            "at": datetime.now(UTC),
        }
        return ReceiptDue(**facts | changes)


async def drain(adapter: Adapter, cursor: str | None) -> tuple[list[Pulled], str]:
    """All pages from a cursor, waiting out what is transient as the pull worker does."""
    items: list[Pulled] = []
    for _ in range(ENOUGH):
        try:
            page = await adapter.pull(cursor)
        except Transient:
            continue
        items += page.postings
        cursor = page.cursor
        if not page.more:
            return items, cursor
    raise AssertionError("the adapter is stuck")


async def until_done(adapter: Adapter, receipt: ReceiptDue, key: UUID) -> None:
    """A receipt, told until it is taken."""
    for _ in range(ENOUGH):
        try:
            return await adapter.push(receipt, key)
        except Transient:
            continue
    raise AssertionError("the adapter is stuck")


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
