"""A hub in this process: the real stages on a real log and database, and its assembled app."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select
from sqlmodel import col
from starlette.applications import Starlette

from contracts.events import CaseProgressed
from contracts.places import towns
from contracts.topics import CASE_PROGRESSED
from contracts.vocabulary import Platform
from feedback.tables import Case
from services.chassis.envelope import decode
from services.chassis.house import House, open_house
from services.chassis.log import Log, Reader
from services.chassis.settings import Settings
from services.groups import GROUPS
from services.http.auth import Caller
from services.http.scopes import Scope
from services.keys import add_keys
from services.migrate import migrate
from services.roles import ROLES
from services.web import build

LONG = 30.0  # seconds after which a test that hangs fails
STAGES = ("classify", "route", "feedback", "receipt", "clock")
NO_CLOCKS = ("classify", "route", "feedback")  # where a missed promise would be one change too many
SCOPES = frozenset(Scope)
ZHUJI, FENGQIAO, YUECHENG = "330681", "330681109", "330602"
CALLERS = {
    "grid": Caller("grid", SCOPES, Platform.GRID),
    "hotline": Caller("hotline", SCOPES, Platform.HOTLINE_12345),
    "police": Caller("police", SCOPES, Platform.POLICE_110),
    "appeals": Caller("appeals", SCOPES, Platform.PEOPLES_APPEAL),
    "city": Caller("city centre", SCOPES),
    "zhuji": Caller("county centre", SCOPES, place=ZHUJI),
    "yuecheng": Caller("another county's centre", SCOPES, place=YUECHENG),
    "fengqiao": Caller("town centre", SCOPES, place=FENGQIAO),
    "agency": Caller("agency", SCOPES, agency="妇联"),
    "local_agency": Caller("agency of a county", SCOPES, agency="妇联", place=ZHUJI),
    "other_agency": Caller("another agency", SCOPES, agency="工会"),
    "scopeless": Caller("no scope", frozenset()),
}
LAMPS: dict[str, Any] = {
    "text": "村口连着三盏路灯不亮，晚上老人出来散步看不清路，请尽快安排人修。",
    "reporter": {"name": "陈春生", "phone": "19900000001"},
    "town_code": FENGQIAO,
}
VIOLENCE: dict[str, Any] = {
    "text": "我老公喝醉了又打我，头上流血了，我带着女儿躲在卫生间，快点来！",
    "reporter": {"name": "周梅", "phone": "19900000003"},
    "town_code": FENGQIAO,
}


_EVENTS = (
    LAMPS["text"],
    "河边的垃圾堆了一个多星期没人清运，苍蝇很多。",
    "路中间的窨井盖不见了，车子开过很危险。",
)
_TOWNS = [code for code in sorted(towns()) if code.startswith(ZHUJI)]


def _event(n: int) -> dict[str, str]:
    """An event in Zhuji; the n-th has another place and other words than its neighbours."""
    return {"text": _EVENTS[n // len(_TOWNS) % len(_EVENTS)], "town_code": _TOWNS[n % len(_TOWNS)]}


@dataclass
class Hub:
    """What a test holds of it."""

    house: House
    app: Starlette
    keys: Mapping[str, str]
    told: set[str] = field(default_factory=set, repr=False)  # cases of which the log holds a change
    _apart: Iterator[dict[str, str]] = field(default_factory=lambda: map(_event, count()))

    def as_(self, who: str) -> httpx.AsyncClient:
        """A client with this caller's key."""
        return client_of(self.app, self.keys[who])

    async def post(self, who: str = "grid", **posting: Any) -> UUID:
        """Post a complaint under an id of its own and wait until all its cases are there; its id."""
        body = {"external_id": f"T-{secrets.token_hex(6)}", **LAMPS, **posting}
        answer = await self.as_(who).post("/v1/complaints", json=body)
        assert answer.status_code == 202, answer.text
        complaint = UUID(answer.json()["verdicts"][0]["complaint_id"])
        await self.until(complaint)
        return complaint

    async def until(self, complaint: UUID) -> None:
        """Wait until all cases of the complaint are there, and told of in the log."""
        async with asyncio.timeout(LONG):
            while not (cases := await self.cases(complaint)) or len(cases) < cases[0].matter.of:
                await asyncio.sleep(0.02)
            while not {str(case.matter.case_id) for case in cases} <= self.told:
                await asyncio.sleep(0.02)

    async def cases(self, complaint: UUID) -> list[CaseProgressed]:
        query = select(col(Case.snapshot)).where(col(Case.complaint_id) == complaint)
        rows = await self.house.database.rows(query.order_by(col(Case.number)))
        return [CaseProgressed.model_validate(row.snapshot) for row in rows]

    async def case(self, **posting: Any) -> UUID:
        """The id of the one case of a new complaint, by default of one that has no twin."""
        [case] = await self.cases(await self.post(**{**next(self._apart), **posting}))
        return case.matter.case_id

    async def settled(self) -> None:
        """Wait until no stage is behind. Not for a broker that others use."""
        async with asyncio.timeout(LONG):
            while any([await self._behind(topic, group) for topic, gs in GROUPS.items() for group in gs]):
                await asyncio.sleep(0.02)

    async def _behind(self, topic: str, group: str) -> bool:
        extents = await self.house.log.extents([topic])
        done = await self.house.log.committed(group, [topic])
        return any(done.get(place, extent.begin) < extent.end for place, extent in extents.items())


@asynccontextmanager
async def hub_in(
    folder: Path, log: str = "", stages: tuple[str, ...] = STAGES, **settings: Any
) -> AsyncIterator[Hub]:
    """A hub that lives while the block does; `folder` is there."""
    house_settings = Settings(data=folder, log=log, secret="of a test, and long enough for one", **settings)
    await migrate(house_settings.database_url)
    async with open_house(house_settings) as house:
        app, works = build(house, [name for name in ROLES if name in ("intake", "hub", *stages)])
        keys = await add_keys(house.database, list(CALLERS.values()))
        hub = Hub(house, app, dict(zip(CALLERS, keys, strict=True)))
        async with house.log.tail([CASE_PROGRESSED.name]) as changes:
            tasks = [asyncio.create_task(work(house), name=work.__name__) for work in works]
            tasks.append(asyncio.create_task(_listen(hub, changes)))
            try:
                yield hub
            finally:
                house.stop.set()
                await asyncio.gather(*tasks)


async def _listen(hub: Hub, changes: Reader) -> None:
    while not hub.house.stop.is_set():
        hub.told.update(decode(record).subject for record in await changes.fetch(500, 0.1))


def beside(hub: Hub, log: Log) -> Hub:
    """Another process of the hub, with the same database, on another log, that stops on its own."""
    house = replace(hub.house, log=log, stop=asyncio.Event())
    return Hub(house, build(house, ["intake", "hub"])[0], hub.keys)


def client_of(app: Starlette, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://hub",
        headers={"Authorization": f"Bearer {key}"},
        timeout=LONG,
    )
