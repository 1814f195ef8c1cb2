"""The one adapter: what every platform has in common around its dialect."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import httpx

from adapters import mapping, paging
from adapters.base import Answer, Dialect, Listed, Page, Pulled, Spot
from adapters.caller import Caller, http_date
from adapters.manifest import Manifest
from contracts.events import ReceiptDue


class Adapter:
    """Pulls a platform's items, takes its pushes and writes results back to it.

    All calls raise `Transient` (wait; `TryLater.after` says how long where the platform did) or
    `Invalid` (a person must look); neither ever holds a person's data.
    """

    def __init__(self, manifest: Manifest, dialect: Dialect, http: httpx.AsyncClient) -> None:
        self.manifest = manifest
        self._dialect = dialect
        self._caller = Caller(http, manifest, dialect.auth())

    async def check(self) -> None:
        """Returns where address, credentials and shape of answers are right."""
        now = paging.MAX_MARK if self.manifest.cursor.kind == "sequence" else _now()
        await self._caller.send(self._dialect.ask(Spot(now, now, 1, 1)), self._dialect.read)

    async def pull(self, cursor: str | None) -> Page:
        """The next page after `cursor` (None: from the beginning). The overlap brings some items again."""
        spot = paging.locate(cursor, self.manifest)
        listed, ceiling = await self._caller.send(self._dialect.ask(spot), self._read)
        marks = [mapping.position(item, self.manifest) for item in listed.items]
        positions = [mark for mark in marks if mark is not None]
        more = listed.more and bool(listed.items)
        following, go_on = paging.advance(spot, positions, more, self.manifest, ceiling)
        return Page([mapping.translate(item, self.manifest) for item in listed.items], following, go_on)

    async def push(self, receipt: ReceiptDue, key: UUID) -> None:
        """Tell the platform. `key` is the event's id: telling it twice does nothing twice."""
        await self._caller.send(self._dialect.tell(receipt, key), self._dialect.accepted)

    def verify_and_translate(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Pulled:
        """The item of a push. Raises `Invalid` where it is not from the platform (`bad_signature`,
        `stale_push`) or the platform has no pushes (`no_webhook`). Header names are lower case."""
        return mapping.translate(self._dialect.unwrap(headers, body, now), self.manifest)

    def _read(self, answer: Answer) -> tuple[Listed, int]:
        return self._dialect.read(answer), self._ceiling(answer)

    def _ceiling(self, answer: Answer) -> int:
        if self.manifest.cursor.kind == "sequence":
            return paging.MAX_MARK
        theirs = http_date(answer.headers.get("date", ""))
        return (mapping.microseconds(theirs) if theirs else _now()) + paging.overlap(self.manifest)


def _now() -> int:
    return mapping.microseconds(datetime.now(UTC))
