"""Who sends a request little by little is not waited for; who waits for a long answer is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from structlog.testing import capture_logs

from deploy.process import free_port
from services.chassis import punctual
from services.chassis.house import House, serving
from services.chassis.settings import Settings
from services.http.guard import guard

LONG = 20.0  # seconds after which a test that hangs fails
SOON = 0.2  # too soon for who dawdles
ENOUGH = 2.0  # for who does not, on a busy machine too
HEAD = b"GET /slow HTTP/1.1\r\nHost: hub\r\n"
POST = b"POST /%s HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000\r\n\r\n"


def _app() -> FastAPI:
    app = FastAPI()

    @app.post("/body")
    async def body(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    @app.get("/slow")
    async def slow() -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            for part in "abc":
                await asyncio.sleep(ENOUGH / 2)
                yield part

        return StreamingResponse(parts())

    @app.post("/hasty")
    async def hasty() -> PlainTextResponse:
        return PlainTextResponse("before the body was read")

    return guard(app)


@pytest.fixture
async def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(punctual, "HEAD_SECONDS", SOON)
    monkeypatch.setattr(punctual, "WHOLE_SECONDS", SOON)
    port, house = free_port(), House(Settings(data=tmp_path), log=None, database=None)  # type: ignore[arg-type]
    served = asyncio.create_task(serving(_app(), "127.0.0.1", port)(house))  # type: ignore[arg-type]
    yield port
    house.stop.set()
    await served


async def told(port: int, begins: bytes, drop: bytes = b"", drops: int = 10**6) -> bytes:
    """All that is answered until the connection is closed to whoever begins so and goes on drop by drop."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except ConnectionRefusedError:
            await asyncio.sleep(0.01)

    async def go_on() -> None:
        for _ in range(drops):
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(SOON / 20)

    writer.write(begins)
    dropping = asyncio.create_task(go_on())
    try:
        async with asyncio.timeout(LONG):
            return await _to_the_end(reader)
    finally:
        dropping.cancel()
        await asyncio.gather(dropping, return_exceptions=True)
        writer.close()


async def _to_the_end(reader: asyncio.StreamReader) -> bytes:
    answer = bytearray()
    try:
        while part := await reader.read(65536):
            answer += part
    except ConnectionError:  # closed while a drop was on its way
        pass
    return bytes(answer)


@pytest.mark.parametrize(
    ("begins", "drop"),
    [
        (b"", b""),
        (HEAD, b"x"),
        (HEAD, b"X-More: x\r\n"),
        (b"", b"\r\n"),
        (POST % b"body", b"x"),
        (POST % b"hasty", b"x"),
        (HEAD.replace(b"slow", b"nowhere") + b"\r\n" + HEAD, b"x"),
    ],
)
async def test_who_sends_drop_by_drop_is_not_waited_for(port: int, begins: bytes, drop: bytes) -> None:
    with capture_logs() as logged:
        await told(port, begins, drop)
    assert [entry for entry in logged if entry["log_level"] == "error"] == []


async def test_a_head_without_end_is_not_kept(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(punctual, "HEAD_SECONDS", 10 * LONG)
    assert await told(port, HEAD, b"x" * 4096) == b""


async def test_who_waits_for_a_long_answer_gets_it(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(punctual, "HEAD_SECONDS", ENOUGH)
    monkeypatch.setattr(punctual, "WHOLE_SECONDS", ENOUGH)
    answer = await told(port, HEAD + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert [part in answer for part in (b"a", b"b", b"c")] == [True] * 3
    assert answer.endswith(b"0\r\n\r\n")


async def test_a_body_that_comes_in_pieces_and_in_time_is_read(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(punctual, "HEAD_SECONDS", LONG)
    monkeypatch.setattr(punctual, "WHOLE_SECONDS", LONG)
    asked = POST.replace(b"Host", b"Connection: close\r\nHost") % b"body"
    assert (await told(port, asked, b"x" * 200, 5)).endswith(b"1000")
