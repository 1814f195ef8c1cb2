from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from classifier.stage import ClassifyStage
from classifier.tables import Complaint
from contracts.events import CaseCommand, CaseOpened, ComplaintReceived, Person, Posting
from contracts.ids import case_id, case_number, complaint_id, event_id
from contracts.stage import Event, How, Outcome
from contracts.topics import CASE_COMMAND, CASE_OPENED, COMPLAINT_RECEIVED
from contracts.vocabulary import Action, ActorKind, Flag, Platform
from tests.classifier.courts import the_judge

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
STAGE = ClassifyStage(the_judge())
TWO = "枫桥镇村口路灯坏了，电话19900001234。另外，我妈八十岁低保没评上，找19900005678。"


def received(text: str, revision: str = "r1", external_id: str = "T1", **posting: Any) -> Event:
    complaint = complaint_id(Platform.HOTLINE_12345, external_id)
    data = ComplaintReceived(
        complaint_id=complaint,
        revision=revision,
        received_at=NOON,
        posting=Posting(
            platform=Platform.HOTLINE_12345,
            external_id=external_id,
            text=text,
            occurred_at=NOON,
            reporter=Person(name="祝阿土", phone="19900001234"),
            **posting,
        ),
    )
    return Event(
        uuid4(), COMPLAINT_RECEIVED, str(complaint), str(complaint), NOON, data, traceparent="00-a-b-01"
    )


def decide(*batch: Event, rows: Sequence[Any] = ()) -> list[Outcome]:
    return STAGE.decide({"complaints": rows}, batch)


def opened(events: Iterable[Event]) -> list[CaseOpened]:
    return [e.data for e in events if isinstance(e.data, CaseOpened)]


def commands(events: Iterable[Event]) -> list[CaseCommand]:
    return [e.data for e in events if isinstance(e.data, CaseCommand)]


def row(event: Event, revision: str, matters: int, revisions: int = 1) -> Any:
    return SimpleNamespace(
        id=UUID(event.subject), revision=revision, revisions=revisions, matters=matters, received_at=NOON
    )


def test_each_matter_opens_a_case() -> None:
    event = received(TWO)
    (outcome,) = decide(event)
    cases = opened(outcome.events)
    complaint = UUID(event.subject)
    assert [e.id for e in outcome.events] == [event_id(event.id, "classify", i) for i in (0, 1)]
    assert [c.matter.case_id for c in cases] == [case_id(complaint, 0), case_id(complaint, 1)]
    assert [c.matter.number for c in cases] == [case_number(c.matter.case_id) for c in cases]
    assert "".join(c.matter.text for c in cases) == TWO
    assert {(c.matter.of, c.matter.taxonomy) for c in cases} == {(2, the_judge().rulebook.version)}
    for sent, case in zip(outcome.events, cases, strict=True):
        assert (sent.topic, sent.cause, sent.traceparent) == (CASE_OPENED, event.id, "00-a-b-01")
        assert (sent.key, sent.subject) == ("330681109", str(case.matter.case_id))
        assert [case.matter.text[f.start : f.end] for f in case.matter.found][-1].startswith("1990000")


def test_the_complaint_s_row() -> None:
    (outcome,) = decide(received(TWO))
    (write,) = outcome.writes
    assert (write.table, write.how) == (Complaint, How.INSERT)
    assert write.values.keys() == Complaint.model_fields.keys()
    assert (write.values["revisions"], write.values["matters"], write.values["text"]) == (1, 2, TWO)
    assert write.values["posting"].reporter.phone == "19900001234"


def test_the_key_where_nobody_knows_the_place() -> None:
    keys = [decide(received("路灯坏了", **hint))[0].events[0].key for hint in ({}, {"town_code": "330681"})]
    assert keys == ["unknown", "330681"]
    assert decide(received("路灯坏了", town_code="330681999"))[0].events[0].key == "330681"
    assert decide(received("路灯坏了", town_code="999999999"))[0].events[0].key == "unknown"


def test_a_revision_supplements_what_there_is_and_opens_what_is_new() -> None:
    text = "村口路灯坏了，他拿着刀扬言要砍死我。另外，我妈八十岁低保没评上。"
    event = received(text, "r2")
    (outcome,) = decide(event, rows=[row(event, "r1", 1)])
    (command,) = commands(outcome.events)
    (case,) = opened(outcome.events)
    assert (command.action, command.flags) == (Action.SUPPLEMENT, (Flag.THREAT,))
    assert command.note == text.partition("另外")[0]
    assert (command.actor.kind, command.actor.name) == (ActorKind.PLATFORM, "hotline_12345")
    sent = outcome.events[0]
    assert (sent.topic, sent.key) == (CASE_COMMAND, str(case_id(UUID(event.subject), 0)))
    assert case.matter.ordinal == 1
    assert len({e.id for e in outcome.events}) == 2
    (write,) = outcome.writes
    assert (write.how, write.values["revisions"], write.values["matters"]) == (How.PUT, 2, 2)
    # Databases look for missing values before they see that the row is there.
    assert write.values.keys() == {column.name for column in Complaint.__table__.columns}


def test_what_a_revision_tells_of_one_matter_is_not_told_of_another() -> None:
    """Whoever repairs the lamp has no business with the violence at home that is told beside it."""
    event = received("村口路灯坏了三天没人修。另外，我老公昨晚又动手打我，脸都肿了。", "r2")
    (outcome,) = decide(event, rows=[row(event, "r1", 2)])
    lamp, home = commands(outcome.events)
    assert (lamp.flags, home.flags) == ((), (Flag.DOMESTIC_VIOLENCE,))
    assert "老公" not in lamp.note and "老公" in home.note


def test_fewer_matters_than_before_close_nothing_and_lose_no_flag() -> None:
    event = received("他拿着刀扬言要砍死我", "r2")
    (outcome,) = decide(event, rows=[row(event, "r1", 3)])
    told = [(c.note, c.flags) for c in commands(outcome.events)]
    assert told == [("他拿着刀扬言要砍死我", (Flag.THREAT,))] * 3
    assert outcome.writes[0].values["matters"] == 3


def test_two_revisions_in_one_batch() -> None:
    first, second = received("村口路灯坏了", "r1"), received(TWO, "r2")
    one, two = decide(first, second)
    assert (len(opened(one.events)), len(commands(one.events))) == (1, 0)
    assert (len(opened(two.events)), len(commands(two.events))) == (1, 1)
    assert [w.how for w in (*one.writes, *two.writes)] == [How.INSERT, How.PUT]


def test_the_same_content_again_changes_nothing() -> None:
    event = received(TWO, "r1")
    (outcome,) = decide(event, rows=[row(event, "r1", 2)])
    assert (list(outcome.writes), list(outcome.events)) == ([], [])


def test_one_statement_for_any_batch() -> None:
    batch = [received("路灯坏了", external_id=str(n)) for n in range(3)]
    assert list(STAGE.queries(batch)) == ["complaints"]
