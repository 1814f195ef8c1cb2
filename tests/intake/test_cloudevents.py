"""CloudEvents to raw postings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Invalid
from intake.cloudevents import unwrap
from intake.schema import EXAMPLE_EVENT


def faults(event: object) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        unwrap(event)
    return {fault.field: fault.code for fault in refusal.value.faults}


def test_id_and_time_stand_in_where_the_posting_has_none() -> None:
    raw = unwrap(EXAMPLE_EVENT | {"data": {"text": "灯坏了", "external_id": None}})
    assert raw == {
        "external_id": "WG-20240311-0001",
        "occurred_at": "2024-03-11T19:42:05+08:00",
        "text": "灯坏了",
    }


def test_what_the_posting_says_comes_first() -> None:
    data = {"text": "灯坏了", "external_id": "A1", "occurred_at": "2024-03-01T00:00:00Z"}
    assert unwrap(EXAMPLE_EVENT | {"data": data}) == data


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"specversion": "0.3"}, {"specversion": "unknown_value"}),
        ({"type": "case.opened.v1"}, {"type": "unknown_value"}),
        ({"id": ""}, {"id": "required"}),
        ({"id": 7}, {"id": "wrong_type"}),
        ({"id": "工单"}, {"id": "bad_characters"}),
        ({"source": None}, {"source": "wrong_type"}),
        ({"source": ""}, {"source": "required"}),
        ({"time": 1710157325}, {"time": "wrong_type"}),
        ({"data": "text"}, {"data": "wrong_type"}),
        ({"data": None, "data_base64": "e30="}, {"data": "wrong_type"}),
    ],
)
def test_a_bad_attribute_is_named(change: dict[str, object], found: dict[str, str]) -> None:
    assert faults(EXAMPLE_EVENT | change) == found


def test_an_empty_event_is_told_all_it_lacks() -> None:
    assert set(faults({})) == {"specversion", "id", "source", "type", "data"}


@given(st.none() | st.integers() | st.text() | st.lists(st.text()))
def test_what_is_no_object_is_no_event(thing: object) -> None:
    assert faults(thing) == {"": "wrong_type"}
