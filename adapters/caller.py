"""One way to call any platform: paced, retried, bounded, with every failure named by its recovery."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import stamina

from adapters.base import Answer, Call, TooLarge, TryLater
from adapters.manifest import Manifest
from contracts.errors import Invalid, Transient

T = TypeVar("T")
_LONGEST_WAIT = 3600.0
_BUSY = frozenset({408, 425, 429, 503})


class Caller:
    """Sends calls to one platform through the client the composition root made."""

    def __init__(self, http: httpx.AsyncClient, manifest: Manifest, auth: httpx.Auth) -> None:
        self._http, self._manifest, self._auth = http, manifest, auth
        self._who = str(manifest.platform)
        self._pace = asyncio.Lock()
        self._free_at = 0.0

    async def send(self, call: Call, read: Callable[[Answer], T]) -> T:
        """What `read` makes of the answer. Raises `Transient` (`TryLater` where the platform said for how
        long) after the manifest's attempts, `Invalid` at once."""
        retry = self._manifest.retry
        async for attempt in stamina.retry_context(
            on=self._again,
            attempts=retry.attempts,
            timeout=None,
            wait_initial=retry.wait_initial,
            wait_max=retry.wait_max,
            wait_jitter=retry.wait_initial,
        ):
            with attempt:
                return read(await self._once(call))
        raise AssertionError  # stamina raises the last error; this tells the type checker so

    def _again(self, error: Exception) -> bool | float:
        if isinstance(error, TryLater) and error.after is not None:
            return error.after if error.after <= self._manifest.retry.wait_max else False
        return isinstance(error, Transient)

    async def _once(self, call: Call) -> Answer:
        await self._turn()
        try:
            async with asyncio.timeout(self._manifest.limits.timeout_seconds):  # a slow drip counts, too
                return await self._exchange(call)
        except TimeoutError:
            raise TryLater(f"{self._who} did not answer in time") from None
        except httpx.InvalidURL:
            raise Invalid("bad_address", f"the address set for {self._who} is no address") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise TryLater(f"{self._who} is out of reach ({type(error).__name__})") from None

    async def _exchange(self, call: Call) -> Answer:
        request = self._http.build_request(
            call.method,
            self._manifest.base_url.rstrip("/") + call.path,
            params=call.params or None,
            headers=call.headers,
            **call.content,
        )
        response = await self._http.send(request, auth=self._auth, stream=True)
        try:
            self._judge(response)
            return Answer(response.headers, await self._read(response))
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response) -> bytes:
        body, most = bytearray(), self._manifest.limits.max_bytes
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:18]) > most:  # not worth reading
            raise self._too_large()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > most:
                raise self._too_large()
        return bytes(body)

    def _too_large(self) -> TooLarge:
        return TooLarge("too_large", f"{self._who} sent more than the manifest allows")

    def _judge(self, response: httpx.Response) -> None:
        status = response.status_code
        if response.is_success:
            return
        if status in _BUSY:
            raise TryLater(f"{self._who} is busy ({status})", retry_after(response.headers))
        if status >= 500:
            raise TryLater(f"{self._who} failed ({status})")
        if status in (401, 403):
            raise Invalid("refused_credentials", f"{self._who} refuses our credentials ({status})")
        raise Invalid("refused", f"{self._who} refused the request ({status})")

    async def _turn(self) -> None:
        async with self._pace:
            await asyncio.sleep(max(0.0, self._free_at - time.monotonic()))
            self._free_at = time.monotonic() + 1 / self._manifest.limits.requests_per_second


def retry_after(headers: httpx.Headers) -> float | None:
    """Seconds to wait, at most an hour; None where the header is absent or nonsense."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and value.isascii():
        return float(min(int(value[:9]), _LONGEST_WAIT))
    until = http_date(value)
    return min(max(0.0, (until - datetime.now(UTC)).total_seconds()), _LONGEST_WAIT) if until else None


def http_date(value: str) -> datetime | None:
    """An HTTP date (RFC 9110); None for anything else."""
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
