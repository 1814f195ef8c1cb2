"""Server-sent events over a real socket: resumed, kept alive, ended with a reason, never piled up."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NoReturn
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from contracts.errors import LogDown
from contracts.events import CaseProgressed, Change
from contracts.stage import Event
from contracts.topics import CASE_PROGRESSED
from contracts.vocabulary import Action, State
from services import keys
from services.api import events, reading
from services.chassis import meters
from services.chassis.envelope import encode
from services.chassis.local import LocalLog
from services.chassis.local_group import LocalReader
from services.http.auth import Caller, KeyRing
from tests.api.hub import LONG, NO_CLOCKS, SCOPES, YUECHENG, Hub, beside, hub_in
from tests.feedback.house import HUB, matter
from tests.streams.streaming import Sse, about, everything, next_about, poll, served, stream, subscribe

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with hub_in(tmp_path_factory.mktemp("hub"), stages=NO_CLOCKS) as hub:
        yield hub


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(hub: Hub) -> AsyncIterator[str]:
    async with served(hub) as address:
        yield address


async def ending(stream: AsyncIterator[Sse]) -> str:
    """The reason of the event that closes the stream."""
    async with asyncio.timeout(LONG):
        names = [sse async for sse in stream if sse.name != "comment"]
    assert names[-1].name == "closed"
    return str(json.loads(names[-1].data)["reason"])


async def test_what_happens_is_told_at_once_and_as_in_a_poll(hub: Hub, address: str) -> None:
    path = await subscribe(hub)
    async with stream(hub, address, path) as told:
        case = await hub.case()
        sse = await next_about(told, case)
    [polled] = about(await everything(hub, path), case)
    assert sse.event == polled


async def test_a_reader_that_comes_back_goes_on_behind_what_it_saw(hub: Hub, address: str) -> None:
    path = await subscribe(hub)
    first = await hub.case()
    async with stream(hub, address, path) as told:
        seen = await next_about(told, first)
    second = await hub.case()
    async with stream(hub, address, path, after=seen.id) as told:
        other = await next_about(told, second)
    assert about((await poll(hub, path, cursor=seen.id))["events"], first) == []
    async with stream(hub, address, path) as told:  # nothing was committed
        again = await next_about(told, first)
        assert again.event["id"] == seen.event["id"]
    assert other.id != seen.id


async def test_what_is_not_for_this_reader_moves_its_place_silently(hub: Hub, address: str) -> None:
    path = await subscribe(hub, filter={"counties": [YUECHENG]})
    async with stream(hub, address, path) as told:
        case = await hub.case()
        async with asyncio.timeout(LONG):
            place = await anext(told)
    assert (place.name, place.data) == ("", "") and place.id and str(case) in hub.told
    assert (await poll(hub, path, cursor=place.id))["cursor"] == place.id


async def test_a_quiet_stream_is_kept_alive(hub: Hub, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PING", 0.05)
    path = await subscribe(hub)
    async with stream(hub, address, path) as told, asyncio.timeout(LONG):
        beats = 0
        while beats < 3:
            beats += (await anext(told)).name == "comment"


async def test_an_ended_subscription_closes_its_streams(
    hub: Hub, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_RECHECK", 0.05)
    path = await subscribe(hub)
    async with stream(hub, address, path) as told:
        await hub.as_("agency").delete(path)
        assert await ending(told) == "no_subscription"


async def test_a_revoked_key_closes_its_streams(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_RECHECK", 0.05)
    monkeypatch.setattr(keys, "KeyRing", partial(KeyRing, ttl=0.05))
    other = beside(hub, hub.house.log)
    [key] = await keys.add_keys(hub.house.database, [Caller("passing", SCOPES, agency="过客")])
    other.keys = {**hub.keys, "passing": key}
    path = await subscribe(other, "passing")
    async with served(other) as address, stream(other, address, path, "passing") as told:
        assert await keys.revoke_keys(hub.house.database, "passing") == 1
        assert await ending(told) == "unknown_key"


async def test_a_hub_that_stops_says_so(hub: Hub) -> None:
    other = beside(hub, hub.house.log)
    path = await subscribe(other)
    async with served(other) as address, stream(other, address, path) as told:
        other.house.stop.set()
        assert await ending(told) == "hub_stops"


async def test_a_log_that_goes_away_ends_the_stream_and_not_the_cases(
    hub: Hub, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> NoReturn:
        raise LogDown("away")

    path = await subscribe(hub)
    async with stream(hub, address, path) as told:
        monkeypatch.setattr(LocalReader, "fetch", fails)
        assert await ending(told) == "log_away"


async def test_a_stream_that_was_left_gives_its_place_back(hub: Hub, address: str) -> None:
    path = await subscribe(hub, "other_agency")
    for _ in range(12):
        async with stream(hub, address, path, "other_agency"):
            pass
    open_now = meters.STREAMS_OPEN.labels("工会")._value
    async with asyncio.timeout(LONG):
        while open_now.get():
            await asyncio.sleep(0.02)


async def test_a_reader_who_does_not_read_makes_nothing_pile_up(hub: Hub, tmp_path: Path) -> None:
    """1,200 events of 60 KB wait for it in the log, and not in our memory."""
    log = LocalLog(tmp_path / "log")
    await log.start()
    await log.create([CASE_PROGRESSED])
    other, total = beside(hub, log), 1200
    path = await subscribe(other, "city", agency="慢读者", grants={"text": "full"})
    text = "长" * 20_000
    for _ in range(total // 100):
        await log.publish([encode(progressed(uuid4(), text)) for _ in range(100)])
    told = meters.STREAM_EVENTS.labels("慢读者")._value
    async with served(other) as address:
        reader, writer = await _connected(address, path, other.keys["city"])
        await _until_still(told.get)
        stalled = told.get()
        while told.get() < total:
            assert await asyncio.wait_for(reader.read(1 << 20), LONG)
        writer.close()
    await log.stop()
    assert 0 < stalled < total / 3


def progressed(case: UUID, text: str) -> Event:
    now = datetime.now(UTC)
    of = matter(str(case), text=text, end=len(text), received_at=now)
    change = Change(
        seq=1, action=Action.ROUTE, actor=HUB, before=None, after=State.TRIAGE, at=now, cause=case
    )
    data = CaseProgressed(
        matter=of, state=State.TRIAGE, version=1, colour=of.colour, flags=(), attempt=0, lead=None,
        change=change,
    )  # fmt: skip
    return Event(uuid4(), CASE_PROGRESSED, str(case), str(of.case_id), now, data)


async def _connected(address: str, path: str, key: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A client that has asked for a stream and has small hands."""
    host, port = address.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=connection, limit=65536)
    headers = f"Host: hub\r\nAccept: text/event-stream\r\nAuthorization: Bearer {key}"
    writer.write(f"GET {path}/events HTTP/1.1\r\n{headers}\r\n\r\n".encode())
    return reader, writer


async def _until_still(count: object) -> None:
    before = -1.0
    while (now := count()) != before or not now:  # type: ignore[operator]
        before = now
        await asyncio.sleep(0.5)
