"""A local endpoint that speaks the chat protocol, and misbehaves when told to."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Behaviour = Callable[[dict[str, Any]], Response]


def says(content: Any, **usage: int) -> Behaviour:
    """An orderly answer whose text is `content`."""
    return lambda asked: JSONResponse(
        {"choices": [{"message": {"role": "assistant", "content": content}}], "usage": usage or None}
    )


def guess(category: str, reason: str = "说的是路灯") -> Behaviour:
    return says(json.dumps({"category": category, "reason": reason}, ensure_ascii=False), prompt_tokens=7)


def echo(asked: dict[str, Any]) -> Response:
    """A model that repeats whatever it was told."""
    return says(json.dumps({"category": "privacy", "reason": asked["messages"][1]["content"][:200]}))(asked)


def _trickle(asked: dict[str, Any]) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    return StreamingResponse(drops(), media_type="application/json")


def _broken_off(asked: dict[str, Any]) -> Response:
    async def half() -> AsyncIterator[bytes]:
        yield b'{"choices": [{"mess'
        raise ConnectionResetError

    return StreamingResponse(half(), media_type="application/json")


# What it does, and what we call that: the code, and whether we ask again.
MISDEEDS: dict[str, tuple[Behaviour, str, bool]] = {
    "a streaming trickle without end": (_trickle, "too_slow", True),
    "429": (lambda _: Response(status_code=429, headers={"Retry-After": "17"}), "busy", True),
    "500": (lambda _: Response(status_code=500), "busy", True),
    "401": (lambda _: JSONResponse({"error": "key"}, 401), "refused", False),
    "a redirect elsewhere": (
        lambda _: Response(status_code=307, headers={"Location": "/x"}),
        "refused",
        False,
    ),
    "no JSON": (lambda _: Response("certainly! {", media_type="application/json"), "no_protocol", False),
    "HTML": (lambda _: HTMLResponse("<html>log in</html>"), "no_protocol", False),
    "another shape": (lambda _: JSONResponse({"choices": []}), "no_protocol", False),
    "no text": (says(None), "no_protocol", False),
    "a huge answer": (says("x" * 1_000_000), "too_long", False),
    "a connection broken off": (_broken_off, "unreachable", True),
}


@dataclass
class Endpoint:
    """What it does next, and what it was asked."""

    url: str
    does: Behaviour
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    held: asyncio.Event | None = None  # answers wait for it

    async def answer(self, request: Request) -> Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("authorization", ""))
        if self.held:
            await self.held.wait()
        return self.does(self.asked[-1])


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    listening = socket.create_server(("127.0.0.1", 0))
    ours = Endpoint(f"http://127.0.0.1:{listening.getsockname()[1]}/v1", guess("environment/river"))
    app = Starlette(routes=[Route("/v1/chat/completions", ours.answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
    running = asyncio.create_task(server.serve([listening]))
    try:
        yield ours
    finally:
        if ours.held:
            ours.held.set()
        server.should_exit = True
        await running


@asynccontextmanager
async def resetting() -> AsyncIterator[str]:
    """The address of something that resets every connection."""

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()

    server = await asyncio.start_server(reset, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
