"""12345: signed requests (app key, timestamp, nonce, HMAC), orders after `lastId`, results with a file."""

import hashlib
import secrets as randomness
import time
from collections.abc import Generator, Mapping
from uuid import UUID

import httpx

from adapters.base import Call, Spot
from adapters.caller import http_date
from adapters.dialects import JsonDialect, sentence, sign
from contracts.events import ReceiptDue


class Translate(JsonDialect):
    """What the manifest cannot say."""

    def auth(self) -> httpx.Auth:
        """Signatures by the platform's clock."""
        return Signed(self.secrets)

    def ask(self, spot: Spot) -> Call:
        """The listing request."""
        return Call("GET", self.manifest.listing.path, {"lastId": str(spot.start), "limit": str(spot.size)})

    def tell(self, receipt: ReceiptDue, key: UUID) -> Call:
        """A form with the result sheet (办理情况) as its attachment."""
        word = self.manifest.word(receipt.answer, receipt.outcome)
        text = sentence(receipt, word)
        form = {
            "requestId": str(key),
            "state": word,
            "opinion": text,
            "handleTime": str(int(receipt.at.timestamp() * 1000)),
        }
        sheet = ("result.txt", text.encode(), "text/plain; charset=utf-8")
        path = self.manifest.write_back.address(receipt.external_id)
        return Call("POST", path, content={"data": form, "files": {"accessory": sheet}})


class Signed(httpx.Auth):
    """Signs by our clock and what the platform's was seen to differ; a refusal may mean that it moved."""

    requires_request_body = True

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._key, self._secret = secrets["app_key"], secrets["app_secret"]
        self._ahead = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        self._sign(request)
        response = yield request
        theirs = http_date(response.headers.get("date", ""))
        if response.status_code != 401 or theirs is None:
            return
        before, self._ahead = self._ahead, theirs.timestamp() - time.time()
        if abs(self._ahead - before) > 2:
            self._sign(request)
            yield request

    def _sign(self, request: httpx.Request) -> None:
        stamp, nonce = str(int((time.time() + self._ahead) * 1000)), randomness.token_hex(16)
        request.headers["X-App-Key"] = self._key
        request.headers["X-Timestamp"] = stamp
        request.headers["X-Nonce"] = nonce
        target, body = request.url.raw_path.decode(), hashlib.sha256(request.content).hexdigest()
        request.headers["X-Signature"] = sign(self._secret, request.method, target, stamp, nonce, body)
