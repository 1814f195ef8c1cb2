"""How a platform misbehaves, on demand: rates between 0 and 1, settable while it runs."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Rate = Field(default=0.0, ge=0, le=1)


class Faults(BaseModel):
    """What goes wrong, and how often."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    too_many: float = Rate  # 429 with Retry-After, nothing done
    error: float = Rate  # 500 after the work was done: the worst kind
    slow: float = Rate  # answers after `slow_seconds`
    slow_seconds: float = Field(default=3.0, ge=0, le=600)
    truncated: float = Rate  # half of the answer
    duplicate: float = Rate  # an item twice in a listing
    out_of_order: float = Rate  # an item becomes visible after a later one; pages are shuffled
    clock_skew: float = Field(default=0.0, ge=-86400, le=86400)  # seconds the platform's clock is ahead

    def now(self) -> datetime:
        """The platform's time."""
        return datetime.now(UTC) + timedelta(seconds=self.clock_skew)


class Misbehave:
    """Spoils answers as `faults` says. The control paths always behave."""

    def __init__(self, app: ASGIApp, faults: Faults, dice: random.Random) -> None:
        self._app, self._faults, self._dice = app, faults, dice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_control"):
            return await self._app(scope, receive, send)
        if self._hit(self._faults.slow):
            await asyncio.sleep(self._faults.slow_seconds)
        if self._hit(self._faults.too_many):
            return await self._answer(send, 429, b"", {"retry-after": "1"})
        answer = _Kept()
        await self._app(scope, receive, answer)
        if self._hit(self._faults.error):
            return await self._answer(send, 500, b"internal error", {})
        cut = len(answer.body) // 2 if self._hit(self._faults.truncated) else len(answer.body)
        return await self._answer(send, answer.status, answer.body[:cut], answer.headers)

    def _hit(self, rate: float) -> bool:
        return self._dice.random() < rate

    async def _answer(self, send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
        start: Message = {"type": "http.response.start", "status": status, "headers": []}
        out = MutableHeaders(scope=start)
        out.update(headers | {"content-length": str(len(body)), "date": _http_date(self._faults.now())})
        await send(start)
        await send({"type": "http.response.body", "body": body})


class _Kept:
    """An answer held back until it is known what becomes of it."""

    def __init__(self) -> None:
        self.status, self.body = 500, b""
        self.headers: dict[str, str] = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(Headers(raw=message["headers"]))
        else:
            self.body += message.get("body", b"")


def _http_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)
