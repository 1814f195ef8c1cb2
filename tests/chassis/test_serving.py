"""Who asks: through a proxy that is trusted, whom it names; else whoever is there."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from services.chassis.house import House, serving
from services.chassis.settings import Settings


async def _who(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.client.host if request.client else "")


@pytest.mark.parametrize(("proxies", "seen"), [("*", "203.0.113.7"), ("192.0.2.1", "127.0.0.1")])
async def test_who_asks_is_said_by_trusted_proxies_only(tmp_path: Path, proxies: str, seen: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    house = House(Settings(data=tmp_path, proxies=proxies), log=None, database=None)  # type: ignore[arg-type]
    app = Starlette(routes=[Route("/", _who)])
    served = asyncio.create_task(serving(app, "127.0.0.1", port)(house))  # type: ignore[arg-type]
    async with httpx.AsyncClient(trust_env=False, transport=httpx.AsyncHTTPTransport(retries=9)) as http:
        answer = await http.get(f"http://127.0.0.1:{port}/", headers={"X-Forwarded-For": "203.0.113.7"})
    house.stop.set()
    await served
    assert answer.text == seen
