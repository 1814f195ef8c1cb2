"""How far we have read, for every platform in the same way.

A cursor is `MARK` at rest and `MARK~PAGE` within a walk of several pages, `MARK~PAGE~SIZE` where the usual
size makes an answer that is too large. A walk begins `overlap`
before the mark, so what became visible late is met; within it the start moves to the newest item
read, never by page number alone: a changed item moves to the end of such a list and shifts all
that follow, and a reader that counts pages would jump over one. Pages are counted only where more
than a page of items share one instant.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from adapters.base import Spot
from adapters.manifest import Manifest
from contracts.errors import Invalid

MAX_PAGES = 1000  # of one instant; a list that goes on longer repeats itself
MAX_MARK = 2**63 - 1
_MICROSECONDS = 1_000_000
_CURSOR = re.compile(r"(?P<mark>[0-9]{1,19})(~(?P<page>[0-9]{1,9})(~(?P<size>[1-9][0-9]{0,8}))?)?")


def overlap(manifest: Manifest) -> int:
    """The overlap in the unit of the marks."""
    return manifest.cursor.overlap * (_MICROSECONDS if manifest.cursor.kind == "time" else 1)


def locate(cursor: str | None, manifest: Manifest) -> Spot:
    """Where a cursor points; None is the beginning. Raises `Invalid` for what is no cursor."""
    found = _CURSOR.fullmatch(cursor or "0")
    if found is None or int(found["mark"]) > MAX_MARK:
        raise Invalid("bad_cursor", f"the cursor kept for {manifest.platform} is none")
    mark, page, size = int(found["mark"]), int(found["page"] or 1), int(found["size"] or 0)
    start = mark if found["page"] else max(0, mark - overlap(manifest))
    return Spot(start, mark, page, size or manifest.listing.page_size)


def finer(spot: Spot, manifest: Manifest) -> str:
    """The cursor of the same place, in pages of a tenth."""
    size = max(1, spot.size // 10) if spot.size % 10 == 0 else 1
    return within(replace(spot, page=(spot.page - 1) * (spot.size // size) + 1, size=size), manifest)


def beyond(spot: Spot, manifest: Manifest) -> Spot:
    """Behind the one item there, which nobody could read. What numbers lack is passed over one by one."""
    if manifest.cursor.kind == "time":
        return replace(spot, page=spot.page + 1)
    return replace(spot, start=spot.start + 1)


def within(spot: Spot, manifest: Manifest) -> str:
    """The cursor of a walk at this place."""
    usual = spot.size == manifest.listing.page_size
    return f"{spot.start}~{spot.page}" if usual else f"{spot.start}~{spot.page}~{spot.size}"


def advance(
    spot: Spot, positions: Sequence[int], more: bool, manifest: Manifest, ceiling: int
) -> tuple[str, bool]:
    """The next cursor, and whether to go on at once.

    Positions above `ceiling` do not move it: one item dated 2099 must not hide all that follow.
    """
    top = max((p for p in positions if p <= ceiling), default=spot.start)
    if more and top > spot.start:
        return f"{top}~1", True
    if more and manifest.cursor.kind == "time":
        if spot.page * spot.size >= MAX_PAGES * manifest.listing.page_size:
            raise Invalid("endless_listing", f"{manifest.platform} lists without end")
        return within(replace(spot, page=spot.page + 1), manifest), True
    return str(max(top, spot.mark)), False
