"""How long a stream of server-sent events lives."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from sse_starlette import ServerSentEvent

LIFE = 600.0  # seconds; then the browser connects again, and its session is checked again


async def until_old(events: AsyncGenerator[ServerSentEvent]) -> AsyncIterator[ServerSentEvent]:
    """The events of the next `LIFE` seconds, or until they end by themselves."""
    ends = time.monotonic() + LIFE
    async with aclosing(events):
        while (left := ends - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    pushed = await anext(events)
            except (TimeoutError, StopAsyncIteration):
                return
            yield pushed
