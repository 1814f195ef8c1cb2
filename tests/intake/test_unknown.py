"""Fields the hub does not know: named with what may be meant, where the name may be repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.unknown import unknown_fields


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("txt", "text"),
        ("Text", "text"),
        ("adress", "address"),
        ("externalId", "external_id"),
        ("occured_at", "occurred_at"),
        ("town-code", "town_code"),
        ("colour", None),
    ],
)
def test_a_slip_is_told_with_what_it_may_mean(slip: str, meant: str | None) -> None:
    assert unknown_fields({"external_id": "1", slip: "灯坏了"}) == (((slip, meant),), 1)


def test_the_reporters_are_told_with_where_they_stand() -> None:
    raw = {"text": "灯坏了", "reporter": {"name": "陈春生", "phnoe": "1", "shoe": 43}}
    assert unknown_fields(raw).named == (("reporter.phnoe", "reporter.phone"), ("reporter.shoe", None))


@pytest.mark.parametrize("raw", [{"text": "灯坏了", "reporter": {"phone": "1"}}, {}, [1], "text", None])
def test_where_all_is_known_nothing_is_told(raw: object) -> None:
    assert unknown_fields(raw) == ((), 0)


@pytest.mark.parametrize("name", ["陈春生", "19900000001", "tel19900000001", "chen chunsheng", "", "x" * 41])
def test_a_name_that_may_be_somebodys_is_counted_only(name: str) -> None:
    assert unknown_fields({name: 1, "reporter": {name: 1}}) == ((), 2)


def test_ten_are_named_and_all_are_counted() -> None:
    unknown = unknown_fields({f"field_{n}": n for n in range(1_000)} | {"reporter": {"shoe": 43}})
    assert len(unknown.named) == 10
    assert unknown.total == 1_001


@given(st.dictionaries(st.text(st.characters(exclude_categories=())), st.none()))
def test_whatever_it_is_called_what_is_told_is_short(raw: dict[str, None]) -> None:
    assert all(len(one.field) <= 49 and one.field.isascii() for one in unknown_fields(raw).named)
