"""浙江解纷码: OAuth2 client credentials, `updatedSince` with pages, results by PUT."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from uuid import UUID

import httpx

from adapters.base import Call, Spot, TryLater
from adapters.caller import retry_after
from adapters.dialects import JsonDialect, sentence
from adapters.manifest import Manifest
from adapters.mapping import find, format_time, parse_json
from contracts.errors import Invalid
from contracts.events import ReceiptDue

_TOKEN_PATH = "/oauth2/token"  # noqa: S105 - an address, no secret
_EARLY = 30.0  # seconds a token is renewed before it ends


class Translate(JsonDialect):
    """What the manifest cannot say."""

    def auth(self) -> httpx.Auth:
        """One token for all requests, renewed before it ends or when it is refused."""
        return ClientCredentials(self.manifest, self.secrets)

    def ask(self, spot: Spot) -> Call:
        """The listing request."""
        since = format_time(spot.start, self.manifest.time)
        params = {"updatedSince": since, "page": str(spot.page), "size": str(spot.size)}
        return Call("GET", self.manifest.listing.path, params)

    def tell(self, receipt: ReceiptDue, key: UUID) -> Call:
        """PUT under the key: a repetition replaces the result by itself."""
        word = self.manifest.word(receipt.answer, receipt.outcome)
        path = self.manifest.write_back.address(receipt.external_id, key)
        result = {
            "status": word,
            "opinion": sentence(receipt, word),
            "organ": receipt.force_name,
            "caseNo": receipt.number,
            "handledAt": receipt.at.isoformat(),
        }
        return Call("PUT", path, content={"json": result})


class ClientCredentials(httpx.Auth):
    """OAuth2 client credentials (RFC 6749, 4.4) with the token kept until shortly before it ends."""

    def __init__(self, manifest: Manifest, secrets: Mapping[str, str]) -> None:
        self._url = manifest.base_url.rstrip("/") + _TOKEN_PATH
        self._who = str(manifest.platform)
        self._basic = httpx.BasicAuth(secrets["client_id"], secrets["client_secret"])
        self._lock = asyncio.Lock()
        self._token, self._ends_at = "", 0.0

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        async with self._lock:
            if time.monotonic() >= self._ends_at:
                self._keep(await _read((yield self._ask())))
            used = self._token
        request.headers["Authorization"] = f"Bearer {used}"
        response = yield request
        if response.status_code != 401:
            return
        async with self._lock:
            if self._token == used:  # nobody renewed it meanwhile
                self._keep(await _read((yield self._ask())))
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request

    def _ask(self) -> httpx.Request:
        ask = httpx.Request("POST", self._url, data={"grant_type": "client_credentials"})
        return next(self._basic.auth_flow(ask))

    def _keep(self, answer: httpx.Response) -> None:
        if answer.status_code in (400, 401, 403):
            raise Invalid("refused_credentials", f"{self._who} refuses our client id or secret")
        if not answer.is_success:
            raise TryLater(
                f"{self._who} gives no tokens now ({answer.status_code})", retry_after(answer.headers)
            )
        body = parse_json(answer.content, self._who)
        token, lasts = find(body, "access_token"), find(body, "expires_in")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise Invalid("unexpected_shape", f"{self._who} sent no token in its answer")
        lasts = lasts if isinstance(lasts, int | float) and 0 < lasts < 1e9 else 0.0
        self._token, self._ends_at = token, time.monotonic() + max(0.0, lasts - _EARLY)


async def _read(answer: httpx.Response) -> httpx.Response:
    await answer.aread()
    return answer
