"""What the tests of streams share: a hub on either log, subscriptions, polls and server-sent events."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import uvicorn

from tests.api.hub import LONG, Hub

WISH = {"name": "follow", "purpose": "提前介入邻里纠纷", "assessment_no": "PIA-2026-1"}
Event = dict[str, Any]


async def subscribe(hub: Hub, who: str = "agency", **wish: Any) -> str:
    """The path of a new subscription."""
    answer = await hub.as_(who).post("/v1/subscriptions", json={**WISH, **wish})
    assert answer.status_code == 201, answer.text
    return f"/v1/subscriptions/{answer.json()['id']}"


async def poll(hub: Hub, path: str, who: str = "agency", **params: Any) -> dict[str, Any]:
    answer = await hub.as_(who).get(f"{path}/events", params={"wait": 0, **params})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def commit(hub: Hub, path: str, cursor: str, who: str = "agency") -> int:
    answer = await hub.as_(who).put(f"{path}/cursor", json={"cursor": cursor})
    return answer.status_code


async def everything(
    hub: Hub, path: str, cursor: str = "", who: str = "agency", **params: Any
) -> list[Event]:
    """All events up to now."""
    found: list[Event] = []
    async with asyncio.timeout(LONG):
        while True:
            page = await poll(hub, path, who, **params, **({"cursor": cursor} if cursor else {}))
            if not page["events"] and page["cursor"] == cursor:
                return found
            found += page["events"]
            cursor = page["cursor"]


def about(events: Iterable[Event], *cases: UUID) -> list[Event]:
    """The events of these cases: a broker may be shared."""
    wanted = {str(case) for case in cases}
    return [event for event in events if event["subject"] in wanted]


@dataclass
class Sse:
    """One server-sent event; a comment is one of the name `comment`."""

    name: str = ""
    id: str = ""
    data: str = ""

    @property
    def event(self) -> Event:
        event: Event = json.loads(self.data)
        return event


async def parsed(response: httpx.Response) -> AsyncIterator[Sse]:
    """The events of a stream, as the standard has them read."""
    sse = Sse()
    async for line in response.aiter_lines():
        name, _, value = line.partition(":")
        match name, value.removeprefix(" "):
            case "", "" if not line:
                yield sse
                sse = Sse()
            case "", comment:
                yield Sse("comment", data=comment)
            case "event", value:
                sse.name = value
            case "id", value:
                sse.id = value
            case "data", value:
                sse.data += value


@asynccontextmanager
async def served(hub: Hub) -> AsyncIterator[str]:
    """The hub on a real socket; its address."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(hub.app, log_config=None, access_log=False, timeout_graceful_shutdown=5)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve(sockets=[bound]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        await serving


@asynccontextmanager
async def stream(
    hub: Hub, address: str, path: str, who: str = "agency", after: str = "", **params: Any
) -> AsyncIterator[AsyncIterator[Sse]]:
    """An open stream."""
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {hub.keys[who]}"}
    if after:
        headers["Last-Event-ID"] = after
    async with (
        httpx.AsyncClient(base_url=address, timeout=LONG, trust_env=False) as client,
        client.stream("GET", f"{path}/events", headers=headers, params=params) as response,
    ):
        assert response.status_code == 200, await response.aread()
        yield parsed(response)


async def next_about(events: AsyncIterator[Sse], case: UUID) -> Sse:
    """The next event of this case."""
    async with asyncio.timeout(LONG):
        async for sse in events:
            if sse.name == "case.progressed.v1" and sse.event["subject"] == str(case):
                return sse
    raise AssertionError("the stream ended")
