"""Messages covered for people, mended by people."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import ComplaintReceived
from contracts.topics import COMPLAINT_RECEIVED
from contracts.vocabulary import Platform
from services.console.masked import covered_for_mending, masked, tells_sensitive, uncovered
from services.console.mending import mend
from tests.console import seed

NOW = datetime(2026, 3, 1, tzinfo=UTC)
POSTING = seed.posting(1, "电话19900001234，俞国良，路灯不亮", Platform.GRID, "330681109", NOW)
EVENT = seed.received(POSTING, NOW)
DATA: dict[str, Any] = json.loads(EVENT.data.model_dump_json())


def planted(**changes: Any) -> dict[str, Any]:
    return {**DATA, "posting": {**DATA["posting"], **changes}}


@pytest.mark.parametrize(
    "data",
    [
        planted(),
        planted(town_code={"note": "19900001234"}),
        planted(occurred_at="俞国良 19900001234"),
        planted(platform="19900001234"),
        planted(reporter="俞国良 19900001234"),
        planted(attachments=["19900001234"]),
        {**DATA, "new_field": "俞国良 19900001234"},
        ["19900001234"],
        "19900001234",
    ],
    ids=range(9),
)
def test_nothing_personal_shows_wherever_it_stands(data: Any) -> None:
    text = json.dumps(data, ensure_ascii=False)
    for shown in (
        json.dumps(masked(ComplaintReceived, data), ensure_ascii=False),
        covered_for_mending(ComplaintReceived, text)[0],
    ):
        assert "19900001234" not in shown
        assert "俞国良" not in shown


def test_codes_and_times_stay_readable() -> None:
    shown = masked(ComplaintReceived, DATA)
    assert shown["posting"]["town_code"] == "330681109"
    assert shown["received_at"] == DATA["received_at"]
    assert shown["posting"]["reporter"]["phone"].startswith("199****")


texts = st.text(max_size=20)


@given(name=texts, text=texts, extra=st.dictionaries(texts, texts | st.integers() | st.none(), max_size=3))
def test_what_nobody_touched_goes_along_unchanged(name: str, text: str, extra: dict[str, Any]) -> None:
    data = {**extra, **planted(text=text, reporter={"name": name, "phone": None})}
    covered, kept = covered_for_mending(ComplaintReceived, json.dumps(data))
    assert json.loads(uncovered(covered, kept)) == data


def test_a_text_that_is_no_json_is_covered_whole_and_cannot_be_read() -> None:
    covered, kept = covered_for_mending(ComplaintReceived, "俞国良 {")
    assert "俞国良" not in covered
    assert json.loads(uncovered(covered, kept)) == "俞国良 {"


def test_json_nested_too_deep_is_covered_whole_and_refused() -> None:
    deep = f'{{"text": "俞国良", "more": {"[" * 100_000}'
    covered, kept = covered_for_mending(ComplaintReceived, deep)
    assert "俞国良" not in covered
    assert json.loads(uncovered(covered, kept)) == deep
    letter = {"stage": "classify", "topic": COMPLAINT_RECEIVED.name, "key": "", "value": deep}
    assert [fault.code for fault in mend(letter, deep).faults] == ["bad_json"]


def test_half_of_a_cut_emoji_stops_no_letter() -> None:
    covered, kept = covered_for_mending(ComplaintReceived, json.dumps(planted(text="灯不亮\ud83d")))
    assert json.loads(uncovered(covered, kept).encode())["posting"]["text"] == "灯不亮?"


def test_a_placeholder_nobody_gave_is_no_key_to_anything() -> None:
    assert json.loads(uncovered('{"a": "⟦***#7⟧", "b": "⟦***#0⟧"}', ["x"])) == {
        "a": "⟦***#7⟧",
        "b": "⟦***#0⟧",
    }


def test_faults_name_the_field_in_plain_words_and_never_its_value() -> None:
    wrong = json.dumps(planted(platform="俞国良", occurred_at=None))
    letter = {"stage": "classify", "topic": COMPLAINT_RECEIVED.name, "key": "", "value": wrong}
    mended = mend(letter, covered_for_mending(ComplaintReceived, wrong)[0])
    assert {fault.field for fault in mended.faults} == {"posting.platform", "posting.occurred_at"}
    assert "俞国良" not in repr(mended.faults)
    assert not mend(letter, json.dumps(DATA)).faults


def test_sensitive_messages_are_known_at_any_depth() -> None:
    assert tells_sensitive({"matter": {"flags": ["self_harm"]}})
    assert not tells_sensitive({"matter": {"flags": ["threat"]}, "text": "self_harm"})


def test_what_is_empty_hides_nothing() -> None:
    shown, kept = covered_for_mending(ComplaintReceived, json.dumps(planted(text=" \n", address="")))
    posting = json.loads(shown)["posting"]
    assert (posting["text"], posting["address"]) == (" \n", "")
    assert "" not in kept
