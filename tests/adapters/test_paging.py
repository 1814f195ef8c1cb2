"""The one way of reading on, against lists that move while they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import paging, registry
from adapters.manifest import Manifest
from contracts.errors import Invalid

BY_TIME, BY_SEQUENCE = registry.manifest("dispute_code"), registry.manifest("police_110")
SIZE = 5


class Listing:
    """A platform's list in its plainest form: id -> position."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest, self.rows = manifest, dict[int, int]()

    def read(self, cursor: str | None) -> tuple[set[int], str, bool]:
        spot = paging.locate(cursor, self.manifest)
        inclusive = self.manifest.cursor.kind == "time"
        rows = sorted(
            (at, key) for key, at in self.rows.items() if at > spot.start or (inclusive and at == spot.start)
        )
        first = (spot.page - 1) * SIZE
        page, more = rows[first : first + SIZE], first + SIZE < len(rows)
        following, go_on = paging.advance(spot, [at for at, _ in page], more, self.manifest, paging.MAX_MARK)
        return {key for _, key in page}, following, go_on


@given(
    start=st.lists(st.integers(1, 12), min_size=1, max_size=40),
    moves=st.lists(st.tuples(st.integers(0, 39), st.integers(0, 3)), max_size=30),
)
def test_items_that_change_while_the_list_is_read_hide_no_other(
    start: list[int], moves: list[tuple[int, int]]
) -> None:
    listing = Listing(BY_TIME)
    listing.rows = {key: at * 1_000_000 for key, at in enumerate(start)}
    cursor, seen, more, now = None, set[int](), True, 13_000_000
    while more:
        keys, cursor, more = listing.read(cursor)
        seen |= keys
        if moves:
            key, later = moves.pop()
            now += later * 1_000_000
            if key in listing.rows:
                listing.rows[key] = now
    assert seen == set(listing.rows)


@pytest.mark.parametrize("manifest", [BY_TIME, BY_SEQUENCE])
def test_what_becomes_visible_late_is_met_within_the_overlap(manifest: Manifest) -> None:
    listing = Listing(manifest)
    top = paging.overlap(manifest) * 3
    listing.rows = {1: top}
    _, cursor, more = listing.read(None)
    assert not more
    listing.rows |= {2: top - paging.overlap(manifest) + 1}
    seen, _, _ = listing.read(cursor)
    assert 2 in seen


def test_an_item_from_the_future_does_not_hide_what_follows() -> None:
    spot = paging.locate(None, BY_TIME)
    assert paging.advance(spot, [10, 4_000_000_000_000_000], False, BY_TIME, 1000) == ("10", False)


def test_a_cursor_at_rest_never_goes_back() -> None:
    spot = paging.locate("500", BY_SEQUENCE)
    assert spot.start == 480
    assert paging.advance(spot, [], False, BY_SEQUENCE, paging.MAX_MARK) == ("500", False)
    assert paging.advance(spot, [490], False, BY_SEQUENCE, paging.MAX_MARK) == ("500", False)


def test_a_sequence_that_does_not_move_ends_the_walk() -> None:
    spot = paging.locate("500~1", BY_SEQUENCE)
    assert paging.advance(spot, [500], True, BY_SEQUENCE, paging.MAX_MARK) == ("500", False)


def test_a_listing_without_end_is_named() -> None:
    spot = paging.locate(f"500~{paging.MAX_PAGES}", BY_TIME)
    with pytest.raises(Invalid, match="without end"):
        paging.advance(spot, [500], True, BY_TIME, paging.MAX_MARK)


@pytest.mark.parametrize("cursor", ["x", "-1", "1~x", "1~1~x", "1~1~1~1", "1~1~0", "9" * 30, "~1"])
def test_what_is_no_cursor_is_named(cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        paging.locate(cursor, BY_TIME)
