"""The desk's pages on both databases: the order, no gap between them, and the figures above them."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest

from contracts.stage import AnyRow, How, Write
from feedback.tables import Case
from services.chassis.database import Database
from services.console import wanted
from services.console.figures import SHARE_HOLDS, Counts
from services.console.sight import Viewer
from services.console.wanted import Filter
from services.console.words import Role

T0 = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
COUNTY = Viewer("county", "", Role.COUNTY_CENTRE, "330681", None, "zh")


def row(n: int, chance: Random) -> dict[str, Any]:
    """A case of many, with many ties."""
    urgency = chance.choice([0, 1, 2, 2, 3, None])
    at = T0 + timedelta(minutes=chance.randrange(5))
    return {
        "id": UUID(int=chance.getrandbits(128)), "number": f"{n:04}", "complaint_id": UUID(int=n),
        "platform": "grid", "external_id": str(n), "state": "closed" if urgency is None else "signed",
        "version": 1, "intent": "help", "kind": "dispute", "category": "x", "colour": "blue", "flags": [],
        "look": False, "sensitive": False, "county_code": chance.choice(["330681", "330683"]),
        "town_code": None, "level": None, "force_id": None, "force_kind": None, "linked_to": None,
        "attempt": 0, "overdue": False, "next_due_at": at, "urgency": urgency, "urgent_at": at,
        "seen_at": None, "outcome": None, "received_at": at, "changed_at": T0, "ground": "rural",
        "told": None, "had": [], "snapshot": {},
    }  # fmt: skip


ROWS = [row(n, Random(n)) for n in range(120)]
MINE = [one for one in ROWS if one["county_code"] == "330681"]
ENDS = ("village", "village", "town", "county")  # the levels that some were settled at


@pytest.fixture
async def database(database: Database) -> Database:
    async with database.transaction() as connection:
        await database.write(connection, [Write(Case, one) for one in ROWS])
    return database


async def turned(database: Database, state: str) -> list[AnyRow]:
    """All rows, page after page."""
    found: list[AnyRow] = []
    after = ""
    while True:
        asked = Filter(state=state, after=after)
        page = await database.rows(asked.page(COUNTY, T0))
        found += page[: wanted.PAGE]
        if len(page) <= wanted.PAGE:
            return found
        after = asked.cursor_after(found[-1])


async def test_open_cases_come_by_danger_then_by_due_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wanted, "PAGE", 7)
    expected = sorted(
        (one for one in MINE if one["urgency"] is not None),
        key=lambda one: (one["urgency"], one["urgent_at"], one["id"]),
    )
    assert [one.id for one in await turned(database, "open")] == [one["id"] for one in expected]


async def test_all_cases_come_newest_first(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "PAGE", 7)
    expected = sorted(MINE, key=lambda one: (one["received_at"], one["id"]), reverse=True)
    assert [one.id for one in await turned(database, "all")] == [one["id"] for one in expected]


async def test_the_share_is_of_the_viewer_s_own_cases_and_holds_for_a_while(database: Database) -> None:
    counts, elsewhere = Counts(database), replace(COUNTY, place="330683")
    ended = [dict(one, level=level, outcome="settled") for one, level in zip(MINE, ENDS, strict=False)]
    await put(database, ended)
    now = T0 + timedelta(hours=1)
    assert (await counts.figures(COUNTY, now)).share == 0.75
    assert (await counts.figures(elsewhere, now)).share is None
    await put(database, [dict(one, level="county") for one in ended])
    assert (await counts.figures(COUNTY, now + SHARE_HOLDS / 2)).share == 0.75
    assert (await counts.figures(COUNTY, now + SHARE_HOLDS)).share == 0


async def put(database: Database, rows: Sequence[dict[str, Any]]) -> None:
    async with database.transaction() as connection:
        await database.write(connection, [Write(Case, one, How.PUT) for one in rows])


_NOWHERE = b64encode(f"99999999999~{T0.isoformat()}~{UUID(int=1)}".encode()).decode()


@pytest.mark.parametrize("cursor", ["x", "MX4y", "OTk5fjIwMjZ+", _NOWHERE])
def test_a_cursor_of_nobody_begins_anew(cursor: str) -> None:
    assert wanted.read_cursor(cursor) is None


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-14:00", "now", "x\0"])
def test_a_stream_from_no_time_there_is_begins_now(
    sign_in: Callable[[str], httpx.Client], since: str
) -> None:
    with sign_in("county").stream("GET", "/live", params={"since": since}, timeout=60) as answer:
        assert any(line.startswith("event:") for line in answer.iter_lines())
