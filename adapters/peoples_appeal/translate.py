"""民呼我为: forms signed in a field, pushes signed in headers, answers in an envelope."""

import time
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl
from uuid import UUID

import httpx

from adapters.base import Call, Spot
from adapters.dialects import JsonDialect, same, sentence, sign
from adapters.mapping import format_time, microseconds
from contracts.errors import Invalid
from contracts.events import ReceiptDue

WINDOW_SECONDS = (
    300  # how old (or new, where clocks differ) a push may be; what is replayed within it is known
)
_MAX_FIELDS = 100


class Translate(JsonDialect):
    """What the manifest cannot say."""

    def auth(self) -> httpx.Auth:
        """Nothing in the headers: forms carry their signature."""
        return httpx.Auth()

    def ask(self, spot: Spot) -> Call:
        """The listing request."""
        begin = format_time(spot.start, self.manifest.time)
        form = {"begin_time": begin, "page_num": str(spot.page), "page_size": str(spot.size)}
        return self._call(self.manifest.listing.path, form)

    def tell(self, receipt: ReceiptDue, key: UUID) -> Call:
        """The result as a form; the platform knows a repetition by `serial_no`."""
        word = self.manifest.word(receipt.answer, receipt.outcome)
        form = {
            "serial_no": str(key),
            "appeal_id": receipt.external_id,
            "deal_status": word,
            "deal_result": sentence(receipt, word),
            "deal_time": format_time(microseconds(receipt.at), self.manifest.time),
        }
        return self._call(self.manifest.write_back.path, form)

    def unwrap(self, headers: Mapping[str, str], body: bytes, now: datetime) -> object:
        """The form of a push, when `x-signature` fits `x-timestamp` (epoch seconds) and body."""
        stamp = headers.get("x-timestamp", "")
        expected = sign(self.secrets["app_secret"], stamp, body.decode("latin-1"))
        if not same(expected, headers.get("x-signature", "")):
            raise Invalid("bad_signature", "the push is not signed by the platform")
        if not stamp.isdecimal() or abs(int(stamp[:12]) - now.timestamp()) > WINDOW_SECONDS:
            raise Invalid("stale_push", "the push was signed too long ago; it comes again by the listing")
        try:
            return dict(parse_qsl(body.decode(), max_num_fields=_MAX_FIELDS))
        except ValueError:
            raise Invalid("unreadable_push", "the push holds no form") from None

    def _call(self, path: str, form: dict[str, str]) -> Call:
        form |= {"app_id": self.secrets["app_id"], "timestamp": str(int(time.time()))}
        form["sign"] = signature(form, self.secrets["app_secret"])
        return Call("POST", path, content={"data": form})


def signature(form: Mapping[str, str], secret: str) -> str:
    """Over all fields but `sign`, by name, as `name=value`."""
    return sign(secret, *(f"{name}={form[name]}" for name in sorted(form) if name != "sign"))
