"""The one adapter: what every platform has in common around its dialect."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import httpx

from adapters import mapping, paging
from adapters.base import Answer, Dialect, Listed, Page, Pulled, Spot, TooLarge
from adapters.caller import Caller, http_date
from adapters.manifest import Manifest
from contracts.errors import Invalid
from contracts.events import ReceiptDue

_TO_FILL_IN = '{"external_id": "", "text": ""}'  # by whoever fetched what was left out
# Items too large, or numbers of none, on end: where there are more, it is no item that is too large.
_MOST_LEFT_OUT = 100


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
        """The next page after `cursor` (None: from the beginning). The overlap brings some items again.

        Where an answer is too large the walk goes on in smaller pages, at last item by item: one that is too
        large alone is left out, with a fault in its place.
        """
        spot = paging.locate(cursor, self.manifest)
        try:
            return await self._page(spot)
        except TooLarge:
            if spot.size > 1:
                return Page([], paging.finer(spot, self.manifest), True)
        return await self._page_beyond(spot)

    async def _page_beyond(self, spot: Spot) -> Page:
        """What comes next behind an item that is too large, which is known by its neighbour."""
        page = await self._next_page(spot)
        with suppress(TooLarge):
            return await self._page(spot)  # so it was the platform, for a while, and not the item
        near = f"before {page.postings[0].key}" if page.postings else f"after {spot.start}"
        return replace(page, postings=[self._left_out(spot, near), *page.postings])

    async def _next_page(self, spot: Spot) -> Page:
        for _ in range(_MOST_LEFT_OUT):
            spot = paging.beyond(spot, self.manifest)
            with suppress(TooLarge):
                return await self._page(spot)
        raise TooLarge("too_large", f"{self.manifest.platform} sends too much, whatever it is asked for")

    def _left_out(self, spot: Spot, near: str) -> Pulled:
        most, rules = self.manifest.limits.max_bytes, self.manifest.cursor
        place = spot.start if rules.kind == "sequence" else mapping.format_time(spot.start, "iso")
        why = f"an item larger than {most} bytes was left out, at or soon after ({rules.field} {place})"
        return Pulled(f"left out, {near}", "", fault=Invalid("left_out", why), raw=_TO_FILL_IN)

    async def _page(self, spot: Spot) -> Page:
        listed, ceiling = await self._caller.send(self._dialect.ask(spot), self._read)
        marks = [mapping.position(item, self.manifest) for item in listed.items]
        positions = [mark for mark in marks if mark is not None]
        more = listed.more and bool(listed.items)
        following, go_on = paging.advance(spot, positions, more, self.manifest, ceiling)
        items = [mapping.translate(item, self.manifest) for item in listed.items]
        if spot.size < self.manifest.listing.page_size and len({item.key for item in items}) > spot.size:
            # To go on page by page would jump over what nobody read.
            raise Invalid("too_large", f"{self.manifest.platform} sends more items than it is asked for")
        return Page(items, following, go_on)

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
