"""Long polls and streams on both logs: from now on, at least once, behind what was committed, never stuck."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from services.api.slots import AT_MOST
from services.chassis.local import LocalLog
from tests.api.hub import FENGQIAO, LONG, NO_CLOCKS, VIOLENCE, YUECHENG, ZHUJI, Hub, beside, hub_in
from tests.streams.streaming import about, commit, everything, next_about, poll, served, stream, subscribe

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=["local", pytest.param("kafka", marks=pytest.mark.kafka)]
)
async def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    log = "" if request.param == "local" else str(request.getfixturevalue("kafka").url)
    async with hub_in(tmp_path_factory.mktemp("hub"), log, NO_CLOCKS) as hub:
        yield hub


async def test_from_now_on(hub: Hub) -> None:
    before = await hub.case()
    path = await subscribe(hub)
    after = await hub.case()
    events = await everything(hub, path)
    assert about(events, before) == []
    [opened] = about(events, after)
    assert opened["data"]["state"] == "handed_off" and opened["type"] == "case.progressed.v1"


async def test_what_was_not_committed_comes_again_and_what_was_does_not(hub: Hub) -> None:
    path = await subscribe(hub)
    first = await hub.case()
    read = await poll(hub, path, wait=5)
    again = await poll(hub, path, wait=5)  # the reader crashed in between
    assert about(read["events"], first) == about(again["events"], first) != []
    assert await commit(hub, path, again["cursor"]) == 204
    second = await hub.case()
    rest = await everything(hub, path)
    assert about(rest, first) == [] and len(about(rest, second)) == 1


async def test_a_cursor_goes_on_without_gap_or_repeat(hub: Hub) -> None:
    path = await subscribe(hub)
    cases = [await hub.case() for _ in range(5)]
    found = about(await everything(hub, path, limit=2), *cases)
    assert sorted(event["subject"] for event in found) == sorted(map(str, cases))
    assert len({event["id"] for event in found}) == 5


async def test_a_stream_on_either_log_tells_what_a_poll_tells_and_goes_on_where_it_broke(hub: Hub) -> None:
    path = await subscribe(hub)
    async with served(hub) as address:
        async with stream(hub, address, path) as told:
            first = await hub.case()
            seen = await next_about(told, first)
        second = await hub.case()
        async with stream(hub, address, path, after=seen.id) as told:
            other = await next_about(told, second)
    polled = about(await everything(hub, path), first, second)
    assert [seen.event, other.event] == sorted(polled, key=lambda event: event["subject"] != str(first))


async def test_the_limit_holds(hub: Hub) -> None:
    path = await subscribe(hub)
    for _ in range(3):
        await hub.case()
    assert [len((await poll(hub, path, limit=n))["events"]) for n in (1, 2)] == [1, 2]


async def test_a_poll_waits_for_the_first_event_and_no_longer(hub: Hub) -> None:
    path = await subscribe(hub)
    waiting = asyncio.create_task(poll(hub, path, wait=30))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    case = await hub.case()
    async with asyncio.timeout(20):
        assert await waiting
    assert len(about(await everything(hub, path), case)) == 1


async def test_a_filter_moves_on_past_what_it_does_not_want(hub: Hub) -> None:
    path = await subscribe(hub, filter={"counties": [YUECHENG]})
    before = (await poll(hub, path))["cursor"]
    cases = [await hub.case() for _ in range(3)]
    page = await poll(hub, path)
    assert about(page["events"], *cases) == [] and page["cursor"] != before
    wanted = await hub.case(town_code="330602001")
    assert len(about((await poll(hub, path, cursor=page["cursor"], wait=5))["events"], wanted)) == 1
    assert about(await everything(hub, path, page["cursor"]), *cases) == []


async def test_a_place_sees_its_own(hub: Hub) -> None:
    path = await subscribe(hub, "local_agency")
    ours, theirs = await hub.case(), await hub.case(town_code="330602002")
    seen = await everything(hub, path, who="local_agency")
    assert {event["data"]["county_code"] for event in seen} == {ZHUJI}
    assert len(about(seen, ours)) == 1 and about(seen, theirs) == []


@pytest.mark.parametrize("granted", [False, True])
async def test_of_a_sensitive_case_the_least(hub: Hub, granted: bool) -> None:
    grants = {"sensitive": granted, "text": "none"}
    path = await subscribe(hub, "city", agency="妇联", grants=grants)
    case = await hub.case(**VIOLENCE)
    [event] = about(await everything(hub, path), case)
    assert ("category" in event["data"]["matter"]) is granted
    assert VIOLENCE["text"] not in str(event) and "周梅" not in str(event)


async def test_a_town_reads_no_more_in_an_agency_s_stream_than_elsewhere(hub: Hub) -> None:
    grants = {"sensitive": True, "text": "full"}
    path = await subscribe(hub, "city", agency="妇联", grants=grants, filter={"towns": [FENGQIAO]})
    case = await hub.case(**VIOLENCE)
    [clear] = about(await everything(hub, path), case)
    assert "category" in clear["data"]["matter"]
    # The least does not say which town it is in, so that the filter finds nothing of it.
    assert about(await everything(hub, path, who="fengqiao"), case) == []


async def test_a_cursor_of_another_is_422(hub: Hub) -> None:
    path, other = await subscribe(hub), await subscribe(hub)
    theirs = (await poll(hub, other))["cursor"]
    own = (await poll(hub, path))["cursor"]
    for cursor in (theirs, "x", "名", own[:-1], own + "A", "eyIwIjowfQ", "eyIwIjowfQ.sig"):
        answer = await hub.as_("agency").get(f"{path}/events", params={"cursor": cursor})
        assert answer.status_code == 422 and answer.json()["type"] == "urn:hub:problem:bad_cursor"
        header = {b"Last-Event-ID": cursor.encode()}
        assert (await hub.as_("agency").get(f"{path}/events", headers=header)).status_code == 422
        assert await commit(hub, path, cursor) == 422
    assert await commit(hub, path, own) == 204


async def test_an_agency_has_so_many_polls_and_no_more(hub: Hub) -> None:
    path = await subscribe(hub)
    start = (await poll(hub, path))["cursor"]
    params = {"wait": 20, "cursor": start}
    polls = [
        asyncio.create_task(hub.as_("agency").get(f"{path}/events", params=params))
        for _ in range(AT_MOST + 2)
    ]
    done, waiting = set[asyncio.Task[httpx.Response]](), set(polls)
    while len(done) < 2:
        more, waiting = await asyncio.wait(waiting, timeout=LONG, return_when=asyncio.FIRST_COMPLETED)
        done |= more
    assert [task.result().status_code for task in done] == [429, 429]
    assert all(int(task.result().headers["Retry-After"]) > 0 for task in done)
    other = await subscribe(hub, "other_agency")
    await poll(hub, other, "other_agency")
    await hub.case()
    assert {task.result().status_code for task in (await asyncio.wait(waiting))[0]} == {200}
    await poll(hub, path)


async def test_an_unknown_subscription_is_404(hub: Hub) -> None:
    for method, tail in (("GET", "/events"), ("PUT", "/cursor"), ("DELETE", "")):
        body = {"cursor": "x"} if method == "PUT" else None
        path = f"/v1/subscriptions/{uuid4()}{tail}"
        assert (await hub.as_("agency").request(method, path, json=body)).status_code == 404


async def test_without_the_log_one_is_asked_to_come_again(
    hub: Hub, tmp_path_factory: pytest.TempPathFactory
) -> None:
    deaf = beside(hub, LocalLog(tmp_path_factory.mktemp("deaf") / "never opened"))
    path = await subscribe(hub)
    answer = await deaf.as_("agency").get(f"{path}/events")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
