"""Who may follow what: purpose and assessment always, personal data only by a centre's grant, places."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from contracts.tables import columns
from services.console.tables import AuditEntry
from tests.api.hub import FENGQIAO, YUECHENG, ZHUJI, Hub, hub_in
from tests.streams.streaming import WISH, poll, subscribe

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRANTS = {"personal": {"phone": "full"}, "text": "full", "sensitive": True}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with hub_in(tmp_path_factory.mktemp("hub"), stages=()) as hub:
        yield hub


async def status(hub: Hub, who: str = "agency", /, **wish: Any) -> int:
    body = {name: value for name, value in {**WISH, **wish}.items() if value is not None}
    return (await hub.as_(who).post("/v1/subscriptions", json=body)).status_code


@pytest.mark.parametrize("field", sorted(WISH))
@pytest.mark.parametrize("value", [None, "", "    ", "a\x00bcd"])
async def test_purpose_and_assessment_are_said(hub: Hub, field: str, value: str | None) -> None:
    assert await status(hub) == 201
    assert await status(hub, **{field: value}) == 422


@pytest.mark.parametrize("name", sorted(GRANTS))
async def test_an_agency_grants_itself_nothing(hub: Hub, name: str) -> None:
    grants = {name: GRANTS[name]}
    assert await status(hub, grants=grants) == 403
    assert await status(hub, "city", agency="妇联", grants=grants) == 201


@pytest.mark.parametrize("grants", [{"sensitive": True}, {"personal": {"id_number": "full"}}])
async def test_a_town_grants_nobody_what_it_may_not_see(hub: Hub, grants: dict[str, Any]) -> None:
    assert await status(hub, "fengqiao", agency="妇联", grants=grants) == 403
    assert await status(hub, "zhuji", agency="妇联", grants=grants) == 201
    allowed = {"personal": {"phone": "full", "id_number": "masked"}, "text": "full"}
    assert await status(hub, "fengqiao", agency="妇联", grants=allowed) == 201


@pytest.mark.parametrize(
    "wish",
    [
        {"grants": {"text": "all"}}, {"grants": {"personal": {"soul": "full"}}},
        {"grants": {"everything": True}}, {"filter": {"countys": []}},
        {"filter": {"towns": ["110101"]}}, {"filter": {"colours": ["pink"]}},
    ],
)  # fmt: skip
async def test_what_nobody_understands_is_422(hub: Hub, wish: dict[str, Any]) -> None:
    assert await status(hub, "city", agency="妇联", **wish) == 422


async def test_for_whom(hub: Hub) -> None:
    assert await status(hub, "agency", agency="妇联") == 201
    assert await status(hub, "agency", agency="工会") == 422
    assert await status(hub, "city") == 422
    assert await status(hub, "grid", agency="妇联") == 403


@pytest.mark.parametrize(
    ("who", "wanted", "kept"),
    [
        ("local_agency", {}, {"counties": [ZHUJI], "towns": []}),
        ("local_agency", {"towns": [FENGQIAO]}, {"counties": [], "towns": [FENGQIAO]}),
        ("local_agency", {"counties": [YUECHENG]}, 403),
        ("local_agency", {"counties": [ZHUJI, YUECHENG]}, 403),
        ("fengqiao", {}, {"counties": [], "towns": [FENGQIAO]}),
        ("fengqiao", {"counties": [ZHUJI]}, 403),
    ],
)
async def test_nobody_follows_beyond_their_place(hub: Hub, who: str, wanted: Any, kept: Any) -> None:
    wish = {**WISH, "agency": "妇联", "filter": wanted}
    answer = await hub.as_(who).post("/v1/subscriptions", json=wish)
    if kept == 403:
        assert answer.status_code == 403
    else:
        assert {name: answer.json()["filter"][name] for name in kept} == kept


async def test_a_category_that_is_none_is_refused(hub: Hub) -> None:
    answer = await hub.as_("agency").post(
        "/v1/subscriptions", json={**WISH, "filter": {"categories": ["labor"]}}
    )
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hub:problem:unknown_category")
    await subscribe(hub, filter={"categories": ["labour", "public_facilities/street_light"]})


async def test_whose_it_is(hub: Hub) -> None:
    path = await subscribe(hub)
    for who in ("other_agency", "grid"):
        assert (await hub.as_(who).get(f"{path}/events")).status_code == 404
        assert (await hub.as_(who).delete(path)).status_code == 404
        listed = (await hub.as_(who).get("/v1/subscriptions")).json()
        assert not [one for one in listed if one["id"] in path]
    for who in ("agency", "city"):
        assert [one["id"] in path for one in (await hub.as_(who).get("/v1/subscriptions")).json()].count(True)
        await poll(hub, path, who)


async def test_a_centre_bound_to_a_place_reads_no_stream_that_reaches_beyond(hub: Hub) -> None:
    """Else any subscription of the city would be a way around the key's place."""
    elsewhere = await subscribe(hub, filter={"counties": [YUECHENG]})
    assert (await hub.as_("zhuji").get(f"{elsewhere}/events")).status_code == 403
    at_home = await subscribe(hub, filter={"towns": [FENGQIAO]})
    await poll(hub, at_home, "zhuji")


async def test_who_is_bound_to_a_place_neither_ends_nor_moves_on_what_the_city_follows(hub: Hub) -> None:
    """It may read its part; a cursor moved on by it would hide all the rest from its agency."""
    path = await subscribe(hub, "city", agency="妇联")
    cursor = (await poll(hub, path, "fengqiao"))["cursor"]
    assert (await hub.as_("fengqiao").delete(path)).status_code == 403
    assert (await hub.as_("fengqiao").put(f"{path}/cursor", json={"cursor": cursor})).status_code == 403
    assert (await hub.as_("city").put(f"{path}/cursor", json={"cursor": cursor})).status_code == 204
    at_home = await subscribe(hub, "fengqiao", agency="妇联")
    assert (await hub.as_("fengqiao").delete(at_home)).status_code == 204


async def test_an_ended_subscription_gives_nothing_and_stays_on_record(hub: Hub) -> None:
    path = await subscribe(hub)
    cursor = (await poll(hub, path))["cursor"]
    assert (await hub.as_("agency").delete(path)).status_code == 204
    gone = [
        await hub.as_("agency").get(f"{path}/events"),
        await hub.as_("agency").put(f"{path}/cursor", json={"cursor": cursor}),
        await hub.as_("agency").delete(path),
    ]
    assert [answer.status_code for answer in gone] == [404] * 3
    listed = (await hub.as_("agency").get("/v1/subscriptions")).json()
    [kept] = [one for one in listed if one["id"] in path]
    assert not kept["active"] and kept["purpose"] == WISH["purpose"]
    assert kept["assessment_no"] == WISH["assessment_no"] and kept["created_by"] == "agency"
    entries = (
        select(*columns(AuditEntry)).where(col(AuditEntry.about) == kept["id"]).order_by(col(AuditEntry.at))
    )
    assert [(row.login, row.deed, row.why) for row in await hub.house.database.rows(entries)] == [
        ("agency", "subscribe", f"{kept['agency']} · {WISH['assessment_no']}"),
        ("agency", "unsubscribe", kept["agency"]),
    ]
