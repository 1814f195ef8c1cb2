"""Which case comes first, who joins it, and that somebody looked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from contracts.events import Matter
from contracts.vocabulary import Action, Colour, Kind
from feedback.tables import CaseHelper
from tests.feedback.house import CLOCK, T0, House, answers, force, matter, person

LOOK = matter(look=True)
ID = LOOK.case_id


@pytest.fixture
def house() -> House:
    return House()


def order(house: House, of: Matter) -> tuple[int | None, timedelta]:
    row = house.case(of.case_id)
    return row.urgency, row.urgent_at - T0


def test_danger_comes_first_then_the_promise_that_lapses_soonest(house: House) -> None:
    red, blue = matter("R", colour=Colour.RED), matter("B", colour=Colour.BLUE)
    house.give(house.routed(red, force()), house.routed(blue, force()))
    assert (order(house, red), order(house, blue)) == ((0, timedelta(seconds=30)), (2, timedelta(seconds=30)))
    house.do(blue.case_id, Action.SIGN, person("F1"))
    house.do(blue.case_id, Action.DISPATCH, person("F1"))
    assert order(house, blue) == (2, timedelta(days=7))
    house.do(blue.case_id, Action.MEDIATE, person("F1"))
    house.do(blue.case_id, Action.FAIL, person("F1"), note="谈不拢")
    assert order(house, blue) == (3, timedelta())
    house.do(blue.case_id, Action.CLOSE, person("F1"), outcome="failed")
    assert order(house, blue)[0] is None


def test_a_missed_promise_that_is_still_owed_is_due_before_all_that_run(house: House) -> None:
    red, other = matter("R", colour=Colour.RED), matter("O", colour=Colour.RED)
    house.give(house.routed(red, force()))
    due = house.clocks(red.case_id)["sign"][1]
    house.do(red.case_id, Action.EXPIRE, CLOCK, clock="sign", due_at=due, at=due)
    house.wait(minutes=10)
    house.give(house.routed(red, force("F2"), attempt=1), house.routed(other, force()))
    house.do(other.case_id, Action.SIGN, person("F1"))
    house.do(other.case_id, Action.DISPATCH, person("F1"))
    assert order(house, red) == (0, timedelta(seconds=30)) < order(house, other)
    house.do(red.case_id, Action.SIGN, person("F2"))
    assert order(house, red) > (0, timedelta(seconds=30)), "it was signed at last"


def test_what_was_missed_and_has_nothing_to_come_waits_since_then(house: House) -> None:
    question = matter("Q", kind=Kind.CONSULTATION)
    house.give(house.routed(question, force()))
    house.do(question.case_id, Action.SIGN, person("F1"))
    due = house.clocks(question.case_id)["answer"][1]
    house.do(question.case_id, Action.EXPIRE, CLOCK, clock="answer", due_at=due, at=due)
    assert order(house, question) == (2, due - T0)


def test_a_look_is_urgent_until_somebody_at_a_centre_gave_it(house: House) -> None:
    house.give(house.routed(LOOK, force()))
    house.do(ID, Action.SIGN, person("F1"))
    house.do(ID, Action.DISPATCH, person("F1"))
    assert order(house, LOOK) == (1, timedelta(seconds=60))
    assert house.do(ID, Action.NOTE, person("F1"), seen=True).refusal == "not_yours|action=note"
    outcome = house.do(ID, Action.NOTE, seen=True, at=T0 + timedelta(seconds=42))
    assert house.case(ID).seen_at == house.progressed(ID).seen_at == T0 + timedelta(seconds=42)
    assert house.timeline(ID)[-1]["why"] == ["seen|seconds=42"]
    assert not answers(outcome), "it is the house's own business"
    assert order(house, LOOK) == (2, timedelta(days=7))
    assert house.do(ID, Action.NOTE, seen=True).refusal == "seen_already"


def test_a_linked_report_still_waits_for_its_look(house: House) -> None:
    lead = matter("L")
    house.give(house.routed(lead, force()), house.routed(LOOK, linked_to=lead.case_id))
    assert house.case(ID).state == "linked"
    assert order(house, LOOK)[0] == 1
    house.do(ID, Action.NOTE, seen=True)
    assert order(house, LOOK)[0] is None


def test_what_nobody_need_look_at_is_not_seen_and_a_note_still_needs_words(house: House) -> None:
    house.give(house.routed(matter(), force()))
    assert house.do(ID, Action.NOTE, seen=True).refusal == "seen_already"
    assert house.do(ID, Action.NOTE).refusal == "needs_field|action=note|field=note"


def test_a_force_that_joins_is_found_by_its_row_until_it_leaves(house: House) -> None:
    def joined() -> list[str]:
        return [row.force_id for row in house.rows(select(CaseHelper.force_id, CaseHelper.case_id))]  # type: ignore[call-overload]

    house.give(house.routed(LOOK, force("F1"), others=(force("F2"), force("F3"))))
    assert sorted(joined()) == ["F2", "F3"]
    house.do(ID, Action.SIGN, person("F1"))
    assert sorted(joined()) == ["F2", "F3"]
    house.do(ID, Action.TRANSFER, force_id="F2")
    assert joined() == []
    house.give(house.routed(LOOK, force("F2"), attempt=1, others=(force("F3"),)))
    assert joined() == ["F3"]
