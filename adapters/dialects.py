"""What several dialects share: JSON listings, envelopes, signatures, the sentence of a receipt."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.base import Answer, Listed, TryLater
from adapters.manifest import Manifest
from adapters.mapping import find, parse_json
from contracts.errors import Invalid
from contracts.events import ReceiptDue


class JsonDialect:
    """Listings in JSON, at the manifest's paths, in an envelope where the manifest has one."""

    def __init__(self, manifest: Manifest, secrets: Mapping[str, str]) -> None:
        self.manifest, self.secrets = manifest, secrets

    def read(self, answer: Answer) -> Listed:
        """What the listing holds."""
        body = self.open(answer)
        items, more = find(body, self.manifest.listing.items), find(body, self.manifest.listing.more)
        if not isinstance(items, list) or not isinstance(more, bool):
            raise Invalid("unexpected_shape", f"{self.manifest.platform} sent a listing of another shape")
        return Listed(items, more)

    def accepted(self, answer: Answer) -> None:
        """Returns where the platform took the result."""
        self.open(answer)

    def unwrap(self, headers: Mapping[str, str], body: bytes, now: datetime) -> object:
        """No pushes, unless a platform says otherwise."""
        raise Invalid("no_webhook", f"{self.manifest.platform} is pulled, it does not push")

    def open(self, answer: Answer) -> Any:
        """The body, when its envelope says that it worked."""
        who, envelope = self.manifest.platform, self.manifest.envelope
        body = parse_json(answer.body, who)
        if envelope is None:
            return body
        code = find(body, envelope.code)
        if str(code)[:20] == envelope.ok:
            return body
        if code in envelope.busy:
            raise TryLater(f"{who} says that it is busy")
        if code in envelope.denied:
            raise Invalid("refused_credentials", f"{who} refuses our credentials")
        raise Invalid("refused", f"{who} refused the request")


def sign(secret: str, *parts: str) -> str:
    """HMAC-SHA256 over the parts, a line each, in hex."""
    return hmac.new(secret.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def same(ours: str, theirs: str) -> bool:
    """Whether two secrets or signatures are equal, without telling by time where they differ."""
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))


def sentence(receipt: ReceiptDue, word: str) -> str:
    """What a platform's operator reads of a result: offices and numbers, no person."""
    office = f"，承办单位：{receipt.force_name}" if receipt.force_name else ""
    return f"{word}。一码编号：{receipt.number}{office}"
