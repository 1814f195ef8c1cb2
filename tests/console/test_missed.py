"""Who missed what: counted on both databases, and only over what the viewer may know of."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest

from contracts.stage import Write
from feedback.tables import Case, Clock
from services.chassis.database import Database
from services.console.missed import newest_of, tallies
from services.console.sight import Viewer
from services.console.words import Role
from tests.console.hub import Hub
from tests.console.test_pages import row

NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
ZHUJI, FENGQIAO, ELSEWHERE = "330681", "330681109", "330683001"
COUNTY = Viewer("county", "", Role.COUNTY_CENTRE, ZHUJI, None, "zh")
TOWN = Viewer("town", "", Role.TOWN_CENTRE, FENGQIAO, None, "zh")
CITY = Viewer("city", "", Role.COUNTY_CENTRE, None, None, "zh")
MISSES = (  # of case, clock, force, days ago
    (0, "sign", "village", 1),
    (0, "dispatch", "village", 1),
    (0, "settle", "town", 0),
    (1, "sign", "village", 2),
    (1, "sign", "old", 31),
    (1, "answer", "", 1),
    (1, "settle", None, 1),
    (2, "sign", "police", 1),  # sensitive
    (3, "sign", "other", 1),  # another county's
)


def case(n: int) -> dict[str, Any]:
    town = ELSEWHERE if n == 3 else FENGQIAO
    place = {"town_code": town, "county_code": town[:6], "sensitive": n == 2}
    return row(n, Random(n)) | {"id": UUID(int=n)} | place


def clock(n: int, kind: str, force: str | None, days: int, state: str = "missed") -> dict[str, Any]:
    at = NOW - timedelta(days=days, seconds=n)
    return {
        "case_id": UUID(int=n), "kind": kind, "due_at": at, "started_at": at, "state": state,
        "force_id": force,
    }  # fmt: skip


@pytest.fixture
async def database(database: Database) -> Database:
    clocks = [clock(*miss) for miss in MISSES] + [clock(3, "settle", None, 0, "kept")]
    async with database.transaction() as connection:
        await database.write(connection, [Write(Case, case(n)) for n in range(4)])
        await database.write(connection, [Write(Clock, one) for one in clocks])
    return database


async def counted(database: Database, viewer: Viewer) -> dict[str, dict[str, int]]:
    return {one.force_id: dict(one.by_kind) for one in await tallies(database, viewer, NOW)}


async def test_each_force_answers_for_what_it_let_pass(database: Database) -> None:
    assert await counted(database, COUNTY) == {
        "village": {"sign": 2, "dispatch": 1},
        "": {"answer": 1},
        "police": {"sign": 1},
        "town": {"settle": 1},
    }
    assert [one.total for one in await tallies(database, COUNTY, NOW)] == [3, 1, 1, 1]


async def test_nobody_counts_what_is_not_theirs_to_know(database: Database) -> None:
    assert set(await counted(database, TOWN)) == {"village", "town", ""}, "nothing of a sensitive case"
    assert set(await counted(database, CITY)) == {"village", "town", "", "police", "other"}
    engineer = Viewer("engineer", "", Role.ENGINEER, None, None, "zh")
    assert await counted(database, engineer) == {}
    assert await newest_of(database, TOWN, NOW, "police") == []


def test_the_page_leads_to_the_cases(sign_in: Callable[[str], httpx.Client], hub: Hub) -> None:
    now = datetime.now(UTC)
    most = hub.do(tallies(hub.house.database, COUNTY, now))[0]
    newest = hub.do(newest_of(hub.house.database, COUNTY, now, most.force_id))
    page = sign_in("county").get("/missed", params={"force": most.force_id}).text
    assert newest and all(f'href="/cases/{one.case.matter.case_id}"' in page for _, one in newest)
    case_page = sign_in("county").get(f"/cases/{newest[0][1].case.matter.case_id}").text
    assert "超时时由" in case_page
    assert sign_in("uncle").get("/missed").status_code == 403
