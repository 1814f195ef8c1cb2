"""How much and how often."""

import math
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.errors import Unusable
from contracts.faults import Said
from services.http.problem import Problem, respond

MAX_BODY_BYTES = 16 * 1024 * 1024


class SizeLimit:
    """ASGI middleware: a body over `max_bytes` is refused, by its declared length or while it streams in.

    Starlette's own limit answers in text/plain when a route answered before reading; this one never does.
    """

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self.app, self.max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > self.max_bytes:
            return await respond(413, "too_large", self._sentence())(scope, receive, send)
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.max_bytes:
                raise Problem(413, "too_large", self._sentence())
            return message

        return await self.app(scope, counted, send)

    def _sentence(self) -> Said:
        return Said(
            f"Send at most {self.max_bytes} bytes at a time.", f"每次最多发送 {self.max_bytes} 字节。"
        )


class RateLimit:
    """At most `rate` (`1000/second`, `60000/minute`) by each name, in this process's memory."""

    def __init__(self, rate: str, largest: int = 1) -> None:
        """Raises `Unusable` for what is no rate, and where a request of `largest` would never pass."""
        try:
            self._rate = parse(rate)
        except ValueError:
            raise Unusable("HUB_RATE is no rate: write it as 1000/second or 60000/minute") from None
        if self._rate.amount < largest:
            raise Unusable(
                f"HUB_RATE is {rate}, and one request may hold {largest} postings, which would never get "
                f"through: allow as many in a longer time, such as {largest}/minute"
            )
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def take(self, name: str, count: int = 1) -> None:
        """Count `count` against the name. Raises a 429 that says when to come back."""
        if count and not self._limiter.hit(self._rate, name, cost=count):
            wait = self._limiter.get_window_stats(self._rate, name).reset_time - time.time()
            raise Problem(
                429,
                "too_often",
                Said(
                    f"This key may send {self._rate.amount} in {self._rate.get_expiry()} s: slow down.",
                    f"此密钥每 {self._rate.get_expiry()} 秒最多发送 {self._rate.amount} 件，请放慢速度。",
                ),
                {"Retry-After": str(max(1, math.ceil(wait)))},
            )
