"""Pulled postings: a slip in an optional field must not keep a complaint out."""

from datetime import UTC, datetime

import pytest

from contracts.errors import Invalid
from contracts.events import ComplaintReceived, Person, Posting
from contracts.stage import Event
from contracts.vocabulary import Platform
from intake.admit import Sender, admit
from intake.lenient import admit_pulled

NOW = datetime(2024, 3, 12, 8, 0, tzinfo=UTC)
HOTLINE = Sender(Platform.HOTLINE_12345)
GOOD = {"external_id": "H-1", "text": "路灯不亮", "reporter": {"name": "陈春生", "phone": "19900000001"}}


def posting(event: Event) -> Posting:
    assert isinstance(event.data, ComplaintReceived)
    return event.data.posting


def test_what_is_right_is_admitted_as_at_every_door() -> None:
    assert admit_pulled(GOOD, HOTLINE, NOW) == admit(GOOD, HOTLINE, NOW)


def test_what_cannot_be_read_is_kept_as_words_where_a_person_sees_it() -> None:
    raw = GOOD | {"reporter": {"name": "陈春生", "phone": "1990000000"}, "occurred_at": "上周三"}
    kept = posting(admit_pulled(raw, HOTLINE, NOW))
    assert kept.reporter == Person(name="陈春生")
    assert kept.occurred_at == NOW
    assert kept.text.startswith("路灯不亮\n")
    assert "phone: 1990000000" in kept.text and "occurred_at: 上周三" in kept.text
    assert raw["reporter"] == {"name": "陈春生", "phone": "1990000000"}


def test_the_same_slip_twice_is_the_same_event() -> None:
    raw = GOOD | {"town_code": "999999"}
    assert admit_pulled(raw, HOTLINE, NOW).id == admit_pulled(dict(raw), HOTLINE, NOW).id


@pytest.mark.parametrize("raw", [None, {}, GOOD | {"text": ""}, GOOD | {"external_id": " "}])
def test_without_text_or_id_nothing_can_come_in(raw: object) -> None:
    with pytest.raises(Invalid):
        admit_pulled(raw, HOTLINE, NOW)
