"""What may come in, what is made of it, and what is said of the rest."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import ids
from contracts.errors import Fault, Invalid
from contracts.events import ComplaintReceived, Person, Posting
from contracts.faults import Wrong
from contracts.vocabulary import Platform
from intake import clean, fields
from intake.admit import Sender, admit, external_id_of
from intake.schema import EXAMPLE, POSTING, REPORTER
from intake.unknown import unknown_fields

NOW = datetime(2024, 3, 12, 8, 0, tzinfo=UTC)
GRID = Sender(Platform.GRID)
FULL = {
    "external_id": "WG-1",
    "platform": "grid",
    "text": "村口三盏路灯不亮。",
    "occurred_at": "2024-03-11T19:42:05+08:00",
    "reporter": {"name": "陈春生", "phone": "19900000001", "id_number": "11010519491231002X"},
    "town_code": "330681109",
    "address": "枫桥镇某村三组村口",
    "organisation": "某某袜业",
    "intent_hint": "help",
    "non_police": True,
    "attachments": ["https://grid.example/1.jpg"],
}


@pytest.mark.parametrize("field", ["text", "town_code", "intent_hint", "address"])
def test_what_is_far_too_long_is_refused_before_it_is_tidied(
    field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """400 kB of accents once held the door shut for twenty seconds."""

    def tidied(value: str) -> str:
        assert len(value) <= 2 * fields.MAX_TEXT
        return value

    monkeypatch.setattr(clean, "prose", tidied)
    with pytest.raises(Invalid) as refused:
        admit({"external_id": "WG-1", "text": "灯", field: "e" + "\u0301\u0316" * 100_000}, GRID, NOW)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [(field, "too_long")]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def posting(**changes: object) -> Posting:
    data = admit({**FULL, **changes}, GRID, NOW).data
    assert isinstance(data, ComplaintReceived)
    return data.posting


def faults(raw: object, sender: Sender = GRID) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        admit(raw, sender, NOW)
    return {fault.field: fault.code for fault in refusal.value.faults}


def fault(name: str, value: object) -> str | None:
    found = faults({**FULL, name: value})
    assert list(found) == [name]
    return found[name]


def test_a_full_posting_becomes_an_event_on_the_complaints_topic() -> None:
    event = admit(FULL, GRID, NOW, "00-1-2-01")
    complaint = ids.complaint_id("grid", "WG-1")
    assert (event.topic.name, event.key, event.subject) == (
        "complaint.received.v1",
        str(complaint),
        str(complaint),
    )
    assert (event.time, event.source, event.traceparent) == (NOW, "/platforms/grid", "00-1-2-01")
    assert isinstance(event.data, ComplaintReceived)
    assert event.data.complaint_id == complaint
    assert event.data.posting == Posting(
        platform=Platform.GRID,
        external_id="WG-1",
        text="村口三盏路灯不亮。",
        occurred_at=datetime(2024, 3, 11, 11, 42, 5, tzinfo=UTC),
        reporter=Person(name="陈春生", phone="19900000001", id_number="11010519491231002X"),
        town_code="330681109",
        address="枫桥镇某村三组村口",
        organisation="某某袜业",
        intent_hint="help",
        non_police=True,
        attachments=("https://grid.example/1.jpg",),
    )


def test_two_fields_are_enough() -> None:
    event = admit({"external_id": "1", "text": "灯坏了"}, GRID, NOW)
    assert isinstance(event.data, ComplaintReceived)
    assert event.data.posting.occurred_at == NOW


def test_all_faults_are_named_at_once() -> None:
    assert faults(
        {"platform": "police_110", "text": " ", "reporter": {"phone": "1"}, "non_police": "是"}
    ) == {
        "external_id": "required",
        "platform": "not_yours",
        "text": "required",
        "reporter.phone": "bad_phone",
        "non_police": "wrong_type",
    }


@pytest.mark.parametrize("raw", [None, 5, "text", [], [FULL], True])
def test_what_is_no_object_is_refused(raw: object) -> None:
    assert faults(raw) == {"": "wrong_type"}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("external_id", 7, "wrong_type"),
        ("external_id", "", "required"),
        ("external_id", "a" * 129, "too_long"),
        ("external_id", "工单1", "bad_characters"),
        ("external_id", "a b", "bad_characters"),
        ("external_id", "a\n", "bad_characters"),
        ("external_id", "-a", "bad_characters"),
        ("text", "　\u200b\n", "required"),
        ("text", "一" * 20_001, "too_long"),
        ("text", ["灯"], "wrong_type"),
        ("occurred_at", "yesterday", "bad_time"),
        ("occurred_at", 1710157325, "wrong_type"),
        ("occurred_at", "2024-02-30T00:00:00Z", "bad_time"),
        ("occurred_at", "2024-03-12T16:10:01+08:00", "in_future"),
        ("occurred_at", "2004-03-11T00:00:00Z", "too_old"),
        ("occurred_at", "0001-01-01T00:00:00+14:00", "too_old"),
        ("occurred_at", "9999-12-31T23:59:59-14:00", "in_future"),
        ("town_code", "330699", "unknown_place"),
        ("town_code", "330681999", "unknown_place"),
        ("town_code", 330681109, "wrong_type"),
        ("address", "一" * 301, "too_long"),
        ("organisation", "一" * 201, "too_long"),
        ("intent_hint", "投诉", "unknown_value"),
        ("non_police", 1, "wrong_type"),
        ("attachments", "https://a.example", "wrong_type"),
        ("attachments", ["https://a.example/"] * 21, "too_many"),
        ("attachments", ["http://a.example/"], "bad_address"),
        ("attachments", ["javascript:alert(1)"], "bad_address"),
        ("attachments", ["https://user:pass@a.example/"], "bad_address"),
        ("attachments", ["https:///path"], "bad_address"),
        ("attachments", ["https://a.example:99999/"], "bad_address"),
        ("attachments", ["https://[a.example/"], "bad_address"),
        ("attachments", ["https://a.example/\u202egpj.exe"], "bad_address"),
        ("attachments", ["https://a.example/" + "a" * 2000], "too_long"),
        ("attachments", [None], "wrong_type"),
        ("reporter", "陈春生", "wrong_type"),
        ("platform", "hotline_12345", "not_yours"),
        ("platform", ["grid"], "not_yours"),
    ],
)
def test_a_bad_field_is_refused_for_its_reason(name: str, value: object, code: str) -> None:
    assert fault(name, value) == code


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("external_id", "a" * 128),
        ("external_id", "2024/03:11@x=1~2+3_4.5-6"),
        ("text", "一" * 20_000 + "\n"),
        ("occurred_at", "2024-03-12T16:10:00+08:00"),
        ("occurred_at", "2004-03-13T00:00:00Z"),
        ("address", "一" * 300),
        ("organisation", "一" * 200),
        ("attachments", ["https://a.example/"] * 20),
        ("attachments", ["https://a.example/" + "a" * 1982]),
        ("town_code", "330681"),
        ("town_code", "３３０６８１１０９"),
    ],
)
def test_the_edge_of_every_limit_is_still_inside(name: str, value: object) -> None:
    assert posting(**{name: value})


@pytest.mark.parametrize(
    "given",
    [
        "2024-03-11T19:42:05+08:00",
        "2024-03-11T11:42:05Z",
        "2024-03-11 19:42:05",
        "２０２４-03-11T19:42:05",
        datetime(2024, 3, 11, 11, 42, 5, tzinfo=UTC),
    ],
)
def test_a_time_without_a_zone_is_chinas(given: object) -> None:
    assert posting(occurred_at=given).occurred_at == datetime(2024, 3, 11, 11, 42, 5, tzinfo=UTC)


def test_text_keeps_the_citizens_characters_but_nothing_unseen() -> None:
    assert (
        posting(text="\ufeff 第①，Ａ座\r\n灯\x00坏\u202e了\ud800。\u2028完 ").text
        == "第①，Ａ座\n灯坏了。\n完"
    )
    assert posting(address=" 枫桥镇 \n  三组\t").address == "枫桥镇 三组"


@pytest.mark.parametrize("name", ["town_code", "address", "organisation", "intent_hint"])
def test_empty_and_null_are_absent(name: str) -> None:
    assert getattr(posting(**{name: "  "}), name) is None
    assert getattr(posting(**{name: None}), name) is None


def test_an_empty_time_is_now() -> None:
    assert posting(occurred_at=" ").occurred_at == posting(occurred_at=None).occurred_at == NOW


def test_an_empty_reporter_is_nobody() -> None:
    assert posting(reporter={"name": " ", "phone": "", "id_number": None}).reporter == Person()


def test_the_same_posting_twice_is_the_same_event() -> None:
    first = admit(FULL, GRID, NOW)
    shuffled = dict(reversed(FULL.items())) | {
        "text": f"  {FULL['text']}\r\n",
        "occurred_at": "2024-03-11T11:42:05Z",
        "reporter": {"id_number": "11010519491231002x", "phone": "+86 199-0000-0001", "name": "陈春生 "},
        "colour_of_form": "blue",
    }
    again = admit(shuffled, GRID, NOW + timedelta(days=1))
    assert (again.id, again.subject) == (first.id, first.subject)


def test_the_hubs_own_time_makes_no_revision() -> None:
    bare = {"external_id": "1", "text": "灯坏了"}
    assert admit(bare, GRID, NOW).id == admit(bare, GRID, NOW + timedelta(hours=1)).id


@pytest.mark.parametrize(
    ("name", "value"), [(name, None) for name in FULL if name not in ("external_id", "text", "platform")]
)
def test_every_change_of_content_is_a_revision_of_the_same_complaint(name: str, value: object) -> None:
    first, second = admit(FULL, GRID, NOW), admit({**FULL, name: value}, GRID, NOW)
    assert second.id != first.id
    assert second.subject == first.subject


def test_two_platforms_with_one_id_are_two_complaints() -> None:
    raw = {"external_id": "1", "text": "灯坏了"}
    assert admit(raw, GRID, NOW).subject != admit(raw, Sender(Platform.ENTERPRISE), NOW).subject


@pytest.mark.parametrize(
    ("raw", "told"), [(FULL, "WG-1"), ({}, None), ({"external_id": "陈 春生"}, None), (3, None)]
)
def test_only_a_good_external_id_is_repeated(raw: object, told: str | None) -> None:
    assert external_id_of(raw) == told


def test_no_refusal_quotes_a_value() -> None:
    bad = {name: f"秘密{name}" for name in FULL} | {
        "reporter": {"name": "秘密" * 99, "phone": "秘密", "id_number": "秘密"},
        "attachments": ["秘密"],
    }
    with pytest.raises(Invalid) as refusal:
        admit(bad | {"external_id": "秘密", "text": "秘密" * 10_001}, GRID, NOW)
    assert len(refusal.value.faults) == 11
    assert "秘密" not in f"{refusal.value} {refusal.value.faults}"
    assert "秘密" not in repr(admit({"external_id": "1", "text": "秘密"}, GRID, NOW))


def test_every_fault_is_a_sentence() -> None:
    with pytest.raises(Invalid) as refusal:
        admit({name: {} for name in FULL} | {"reporter": {"phone": {}}}, GRID, NOW)
    for one in refusal.value.faults:
        assert isinstance(one, Fault)
        assert one.message.endswith(".") and one.zh.endswith("。")
        assert "{" not in one.message + one.zh


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(sorted(FULL)), anything).map(lambda some: FULL | some) | anything)
def test_anything_at_all_is_either_admitted_or_refused_with_faults(raw: object) -> None:
    try:
        event = admit(raw, GRID, NOW)
    except Invalid as refusal:
        assert refusal.faults
    else:
        ComplaintReceived.model_validate_json(event.data.model_dump_json())


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=()), min_size=1))
def test_normalising_is_idempotent(text: str) -> None:
    try:
        once = fields.text(text)
    except Wrong:
        return
    assert fields.text(once) == once


def test_the_schema_names_exactly_the_fields_that_are_read() -> None:
    assert unknown_fields(dict.fromkeys(POSTING["properties"])).total == 0
    assert set(POSTING["properties"]) == set(Posting.model_fields)
    assert set(REPORTER["properties"]) == set(Person.model_fields)
    assert admit(json.loads(json.dumps(EXAMPLE)), GRID, NOW)
