"""How far we have read, for every platform in the same way.

A cursor is `MARK` at rest and `MARK~PAGE` within a walk of several pages. A walk begins `overlap`
before the mark, so what became visible late is met; within it the start moves to the newest item
read, never by page number alone: a changed item moves to the end of such a list and shifts all
that follow, and a reader that counts pages would jump over one. Pages are counted only where more
than a page of items share one instant.
"""

from collections.abc import Sequence

from adapters.base import Spot
from adapters.manifest import Manifest
from contracts.errors import Invalid

MAX_PAGES = 1000  # of one instant; a list that goes on longer repeats itself
MAX_MARK = 2**63 - 1
_MICROSECONDS = 1_000_000


def overlap(manifest: Manifest) -> int:
    """The overlap in the unit of the marks."""
    return manifest.cursor.overlap * (_MICROSECONDS if manifest.cursor.kind == "time" else 1)


def locate(cursor: str | None, manifest: Manifest) -> Spot:
    """Where a cursor points; None is the beginning. Raises `Invalid` for what is no cursor."""
    mark, _, page = (cursor or "0").partition("~")
    if not (mark.isdecimal() and (page or "1").isdecimal()) or int(mark) > MAX_MARK:
        raise Invalid("bad_cursor", f"the cursor kept for {manifest.platform} is none")
    start = int(mark) if page else max(0, int(mark) - overlap(manifest))
    return Spot(start, int(mark), int(page or 1), manifest.listing.page_size)


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
        if spot.page >= MAX_PAGES:
            raise Invalid("endless_listing", f"{manifest.platform} lists without end")
        return f"{spot.start}~{spot.page + 1}", True
    return str(max(top, spot.mark)), False
