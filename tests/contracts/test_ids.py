"""The same thing sent twice is the same thing; a slip of the finger is noticed."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts import ids

uuids = st.uuids()


def test_ids_are_deterministic_and_distinct() -> None:
    one, same = ids.complaint_id("grid", "1"), ids.complaint_id("grid", "1")
    assert one == same
    assert len({one, ids.complaint_id("grid", "2"), ids.complaint_id("police_110", "1")}) == 3
    assert ids.case_id(one, 0) != ids.case_id(one, 1)
    assert ids.event_id(one, "route", 0) != ids.event_id(one, "route", 1) != ids.event_id(one, "feedback", 1)


def test_known_ids_never_change() -> None:
    """Ids are in other people's records: a change here would make every old complaint a new one."""
    complaint = ids.complaint_id("hotline_12345", "WO-1")
    assert complaint == UUID("31dc7fb7-2d20-59a8-92f8-193a03e8cf6e")
    assert ids.case_number(ids.case_id(complaint, 0)) == "1810 9196 3357 0621"


@given(uuids)
def test_numbers_are_read_back(case) -> None:
    number = ids.case_number(case)
    assert len(number) == 19
    assert ids.is_case_number(number)


@given(uuids, st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(case, place, step) -> None:
    digits = list(ids.case_number(case).replace(" ", ""))
    digits[place] = str((int(digits[place]) + step) % 10)
    assert not ids.is_case_number("".join(digits))


@given(uuids, st.integers(0, 14))
def test_two_swapped_digits_are_noticed(case, place) -> None:
    digits = list(ids.case_number(case).replace(" ", ""))
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    assert ids.is_case_number("".join(digits)) == (digits[place] == digits[place + 1])


def test_digest_tells_parts_apart() -> None:
    assert ids.digest("ab", "c") != ids.digest("a", "bc")
    assert ids.digest("a") != ids.digest(str(uuid4()))
