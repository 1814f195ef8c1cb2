"""Cases over REST: the list, its filters and pages, and who may see what in it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from contracts.personal import HIDDEN
from services.api.paging import wrap
from services.console.tables import AuditEntry
from tests.api.hub import FENGQIAO, LONG, VIOLENCE, YUECHENG, ZHUJI, Hub, hub_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
MANY = 23
TOWN = "330602001"


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=["", pytest.param("postgres", marks=pytest.mark.postgres)]
)
async def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """With a batch of cases that all came at the same instant, and a sensitive one."""
    database = request.getfixturevalue(request.param).fresh_database() if request.param else ""
    async with hub_in(tmp_path_factory.mktemp("hub"), database=database) as hub:
        streets = [f"第{n}大街{n * 7}号门口的井盖不见了，已经有{n}个人摔跤。" for n in range(MANY)]
        postings = [{"external_id": f"B-{n}", "text": t, "town_code": TOWN} for n, t in enumerate(streets)]
        answer = await hub.as_("hotline").post("/v1/complaints", json=postings)
        assert answer.status_code == 202
        await hub.post(**VIOLENCE)
        await hub.post()
        await hub.settled()
        yield hub


async def listed(hub: Hub, who: str = "city", **wanted: Any) -> list[dict[str, Any]]:
    answer = await hub.as_(who).get("/v1/cases", params={"limit": 200, **wanted})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_pages_have_no_gap_and_no_repeat(hub: Hub) -> None:
    """Also where many cases came at the same instant."""
    whole = [case["matter"]["number"] for case in await listed(hub)]
    assert len(whole) == len(set(whole)) == MANY + 2
    client, paged, cursor, pages = hub.as_("city"), list[str](), None, 0
    async with asyncio.timeout(LONG):
        while pages == 0 or cursor:
            params = {"limit": 5, **({"cursor": cursor} if cursor else {})}
            page = (await client.get("/v1/cases", params=params)).json()
            paged += [case["matter"]["number"] for case in page["items"]]
            cursor, pages = page["next"], pages + 1
    assert paged == whole and pages == 5


async def test_the_last_page_may_be_full(hub: Hub) -> None:
    answer = await hub.as_("city").get("/v1/cases", params={"limit": MANY + 2})
    assert len(answer.json()["items"]) == MANY + 2 and answer.json()["next"] is None


async def test_newest_first(hub: Hub) -> None:
    times = [case["matter"]["received_at"] for case in await listed(hub)]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"county": YUECHENG}, MANY),
        ({"town": TOWN}, MANY),
        ({"county": ZHUJI}, 2),
        ({"platform": "hotline_12345"}, MANY),
        ({"state": "closed"}, 0),
        ({"overdue": "true"}, 0),
        ({"category": "public_facilities", "county": ZHUJI}, 1),
        ({"category": "public_facilities/street_light"}, 1),
        ({"category": "public_facilities/street"}, 0),
        ({"category": "public%"}, None),
        ({"number": "no digits"}, 0),
    ],
)
async def test_filters(hub: Hub, wanted: dict[str, str], count: int | None) -> None:
    if count is None:
        assert (await hub.as_("city").get("/v1/cases", params=wanted)).status_code == 422
    else:
        assert len(await listed(hub, **wanted)) == count


async def test_by_number_with_or_without_spaces(hub: Hub) -> None:
    case = (await listed(hub))[0]
    number = case["matter"]["number"]
    for written in (number, number.replace(" ", ""), number.replace(" ", "-")):
        assert await listed(hub, number=written) == [case]


@pytest.mark.parametrize(
    ("who", "count"), [("city", MANY + 2), ("yuecheng", MANY), ("zhuji", 2), ("fengqiao", 2)]
)
async def test_a_key_sees_its_own_place(hub: Hub, who: str, count: int) -> None:
    assert len(await listed(hub, who)) == count
    outside = ZHUJI if who == "yuecheng" else YUECHENG
    assert who == "city" or await listed(hub, who, county=outside) == []


async def test_a_platform_sees_its_own(hub: Hub) -> None:
    assert {case["matter"]["platform"] for case in await listed(hub, "hotline")} == {"hotline_12345"}
    elsewhere = (await listed(hub, "city", county=ZHUJI))[0]["matter"]["case_id"]
    assert (await hub.as_("hotline").get(f"/v1/cases/{elsewhere}")).status_code == 404


SECRETS = (VIOLENCE["text"], "周梅", "19900000003", "domestic", FENGQIAO, "police", "red")


@pytest.mark.parametrize("who", ["fengqiao", "agency", "grid"])
async def test_a_sensitive_case_is_shown_least(hub: Hub, who: str) -> None:
    [case] = [case for case in await listed(hub, who) if case["sensitive"]]
    assert set(case) == {"sensitive", "county_code", "state", "matter", "change"}
    [known] = [case for case in await listed(hub, "zhuji") if case["sensitive"]]
    assert known["matter"]["number"] == case["matter"]["number"]
    answer = await hub.as_(who).get(f"/v1/cases/{known['matter']['case_id']}")
    assert answer.json()["case"] == case and answer.json()["timeline"] == []
    assert not [secret for secret in SECRETS if secret in answer.text]


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "dispute"}, {"kind": "event"}, {"category": "family"}, {"colour": "red"},
        {"overdue": "false"}, {"town": FENGQIAO}, {"platform": "grid"},
        {"force": f"{FENGQIAO}-police_station"},
    ],
)  # fmt: skip
async def test_asking_is_no_way_of_knowing(hub: Hub, wanted: dict[str, str]) -> None:
    assert not [case for case in await listed(hub, "agency", **wanted) if case["sensitive"]]


async def test_whoever_may_see_sensitive_cases_finds_them(hub: Hub) -> None:
    [case] = await listed(hub, "zhuji", colour="red")
    assert case["sensitive"] and case["matter"]["text"] == VIOLENCE["text"]
    assert len(await listed(hub, "zhuji", town=FENGQIAO, force=case["lead"]["force_id"])) == 1


async def test_an_agency_sees_masks(hub: Hub) -> None:
    [case] = await listed(hub, "agency", category="public_facilities/street_light")
    assert case["matter"]["reporter"] == {"name": "陈**", "phone": "199****0001", "id_number": None}
    assert HIDDEN not in case["matter"]["number"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "", "名", "e30", wrap([]), wrap(["2024-01-01", 5]), wrap({"a": 1, "b": 2}), wrap("ab"), wrap(7),
        wrap(["0001-01-01T00:00:00+14:00", "08f2783c-b991-5b96-9003-598fac9ad9b5"]), "a" * 300,
    ],
)  # fmt: skip
async def test_a_cursor_nobody_gave_out_is_422(hub: Hub, cursor: str) -> None:
    answer = await hub.as_("city").get("/v1/cases", params={"cursor": cursor})
    assert answer.status_code == 422 or (cursor == "" and answer.status_code == 200)


async def test_a_cursor_without_a_zone_is_not_our_fault(hub: Hub) -> None:
    cursor = wrap(["2024-01-01T00:00:00", "08f2783c-b991-5b96-9003-598fac9ad9b5"])
    answer = await hub.as_("city").get("/v1/cases", params={"cursor": cursor})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "wanted", [{"county": "3306"}, {"state": "lost"}, {"limit": 0}, {"limit": 201}, {"unknown": 1}]
)
async def test_a_filter_that_makes_no_sense_is_422(hub: Hub, wanted: dict[str, Any]) -> None:
    answer = await hub.as_("city").get("/v1/cases", params=wanted)
    assert answer.status_code == 422 and answer.json()["faults"]


async def test_a_program_that_sees_what_is_sensitive_leaves_a_trail(hub: Hub) -> None:
    async def trail() -> list[str]:
        rows = await hub.house.database.rows(
            select(col(AuditEntry.about)).where(col(AuditEntry.login) == "city centre")
        )
        return [row.about for row in rows]

    [case] = [
        case for case in await listed(hub, colour="red") if "domestic_violence" in case["matter"]["flags"]
    ]
    seen = await trail()
    assert case["matter"]["number"] in seen
    await hub.as_("city").get(f"/v1/cases/{case['matter']['case_id']}")
    assert len(await trail()) == len(seen) + 1
    before = len(await trail())
    await listed(hub, "fengqiao")
    assert len(await trail()) == before
