"""A person overrules what the hub judged: what becomes of the case, and the row that is kept."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from contracts.events import Actor, CaseProgressed, Correction, Suggestion
from contracts.places import towns
from contracts.stage import AnyRow
from contracts.vocabulary import Action, ActorKind, Colour, Flag, Kind, Outcome, Platform, State
from feedback.clocks import due_statement, expire_command
from feedback.life import allowed, find, post_capacity
from feedback.reasons import Reason, code_of
from feedback.tables import Corrected
from tests.feedback.house import HUB, T0, House, force, matter, news, person

GUESS = matter(category="neighbour/boundary", second_category="land/boundary", confidence=0.2, model="m1")
ID = GUESS.case_id
TOWN = next(iter(towns()))


@pytest.fixture
def house() -> House:
    return House()


def correct(house: House, actor: Actor | None = None, note: str | None = None, **said: Any) -> CaseProgressed:
    outcome = house.do(ID, Action.SUPPLEMENT, actor, note=note, correction=Correction(**said))
    assert outcome.refusal is None, outcome.refusal
    [progress] = news(outcome, CaseProgressed)
    return progress


def rows(house: House) -> Sequence[AnyRow]:
    return house.rows(select(Corrected))


def test_one_click_in_triage_hands_it_off_anew(house: House) -> None:
    house.give(house.routed(GUESS))
    now = correct(house, category="land/boundary")
    assert (now.state, now.matter.category, now.matter.corrected) == (State.TRIAGE, "land/boundary", True)
    assert now.reroute is not None and now.reroute.force_id is None and now.reroute.avoid == ()
    assert now.matter.confidence == 1.0
    assert now.change.why == ("recategorised|was=neighbour/boundary|category=land/boundary",)
    assert (now.matter.kind, now.colour, now.flags) == (Kind.DISPUTE, Colour.YELLOW, ())


def test_the_row_points_at_the_text_and_does_not_hold_it(house: House) -> None:
    house.give(house.routed(GUESS))
    actor = Actor(kind=ActorKind.PERSON, name="zhuji-1", role="county_centre")
    correct(house, actor, category="land/boundary")
    [row] = rows(house)
    assert (row.case_id, row.complaint_id, row.ordinal) == (ID, GUESS.complaint_id, 0)
    assert (row.category, row.now_category, row.confidence) == ("neighbour/boundary", "land/boundary", 0.2)
    assert (row.model, row.taxonomy, row.by, row.role, row.at) == ("m1", "1", "zhuji-1", "county_centre", T0)
    assert not any(GUESS.text in str(value) for value in row)


def test_the_same_command_twice_is_one_row(house: House) -> None:
    house.give(house.routed(GUESS))
    command = house.command(ID, Action.SUPPLEMENT, correction=Correction(category="land/boundary"))
    house.give(command)
    house.give(command)  # as if the ledger had not known it
    assert len(rows(house)) == 1


def test_an_officer_of_another_station_corrects_as_the_police(house: House) -> None:
    house.give(house.routed(GUESS, force()))
    officer = Actor(kind=ActorKind.PERSON, name="officer", force_id="F2", role="police")
    assert correct(house, officer, category="land/boundary").matter.corrected


def test_a_town_that_saw_the_case_before_it_became_sensitive_comes_too_late(house: House) -> None:
    house.give(house.routed(GUESS, force()))
    house.do(ID, Action.SUPPLEMENT, HUB, flags=(Flag.SELF_HARM,))
    town = Actor(kind=ActorKind.PERSON, name="town", role="town_centre")
    closed = house.do(ID, Action.CLOSE, town, outcome=Outcome.WITHDRAWN, note="x")
    assert closed.refusal == "not_yours|action=close"


def test_confirmed_is_a_label_too_but_silence_is_none(house: House) -> None:
    house.give(house.routed(GUESS))
    assert correct(house, category="neighbour/boundary").change.why == (
        "confirmed|category=neighbour/boundary",
    )
    correct(house, kind=Kind.EVENT)
    assert [row.now_category for row in rows(house)] == ["neighbour/boundary", None]


@pytest.mark.parametrize("said", [{"town_code": TOWN}, {"kind": Kind.EVENT}, {"flags": (Flag.GROUP_EVENT,)}])
def test_what_was_not_corrected_stays_a_guess(house: House, said: dict[str, Any]) -> None:
    house.give(house.routed(GUESS))
    advice = Suggestion(category="land/boundary", reason="x", model="m")
    house.do(ID, Action.NOTE, HUB, suggestion=advice)
    now = correct(house, **said)
    assert (now.matter.corrected, now.matter.confidence, now.suggestion) == (False, 0.2, advice)
    assert rows(house)[0].now_category is None


def test_of_another_kind_its_colour_and_its_promises_are_that_kinds(house: House) -> None:
    house.give(house.routed(GUESS, force()))
    assert house.clocks(ID)["settle"][0] == "running"
    house.wait(minutes=1)
    now = correct(house, kind=Kind.EVENT)
    assert now.colour is Colour.BLUE
    clocks = {kind: state for kind, (state, _) in house.clocks(ID).items()}
    assert (clocks["settle"], clocks["same_day"]) == ("dropped", "running")
    assert {clock.kind.value for clock in now.clocks} == {"same_day"}


def test_a_missed_promise_of_the_wrong_kind_is_owed_no_more(house: House) -> None:
    house.give(house.routed(GUESS, force()))
    house.do(ID, Action.SIGN)
    house.wait(days=8)
    house.do(ID, Action.NOTE, note="x")
    house.give(*(expire_command(row) for row in house.rows(due_statement(house.now, 9))))
    house.give(house.routed(GUESS, force("T1"), attempt=1))
    assert "settle" in house.progressed(ID).overdue
    assert "settle" not in correct(house, kind=Kind.EVENT).overdue


def test_where_somebody_is_at_work_on_it_they_go_on(house: House) -> None:
    house.give(house.routed(GUESS, force()))
    house.do(ID, Action.SIGN)
    now = correct(house, category="land/boundary", town_code=TOWN)
    assert (now.state, now.lead, now.reroute) == (State.SIGNED, force(), None)
    assert house.case(ID).town_code == TOWN and house.case(ID).category == "land/boundary"


def test_a_danger_a_person_sees_sends_the_police_also_then(house: House) -> None:
    house.give(house.routed(GUESS, force()))
    house.do(ID, Action.SIGN)
    now = correct(house, flags=(Flag.THREAT,))
    assert now.reroute is not None and now.state is State.TRIAGE and now.colour is Colour.RED
    assert now.matter.flags == now.flags == (Flag.THREAT,)


def test_a_false_alarm_is_ruled_out_with_a_reason(house: House) -> None:
    house.give(house.routed(matter(flags=(Flag.THREAT,), colour=Colour.RED), force()))
    silent = house.do(ID, Action.SUPPLEMENT, correction=Correction(flags=()))
    assert silent.refusal == "needs_field|action=supplement|field=note"
    assert rows(house) == []
    now = correct(house, note="与当事人核实，为气话", flags=())
    assert (now.flags, now.colour) == ((), Colour.YELLOW)
    assert now.change.why == ("false_alarm|flag=threat",), "nothing was said of the category"


def test_a_linked_case_is_corrected_where_it_is_and_stands_alone_with_a_danger(house: House) -> None:
    lead = matter("P1", platform=Platform.POLICE_110)
    house.give(house.routed(lead, force()), house.routed(GUESS, linked_to=lead.case_id))
    now = correct(house, kind=Kind.EVENT)
    assert (now.state, now.linked_to, now.clocks) == (State.LINKED, lead.case_id, ())
    now = correct(house, flags=(Flag.THREAT,))
    assert now.reroute is not None and now.reroute.unlink and now.linked_to is None


def test_whoever_corrects_has_looked(house: House) -> None:
    house.give(house.routed(matter(look=True), force()))
    assert correct(house, category="family").seen_at == T0


def test_a_guess_that_comes_after_a_person_s_word_is_nothing(house: House) -> None:
    house.give(house.routed(GUESS))
    correct(house, category="land/boundary")
    said = Suggestion(category="family", reason="x", model="m")
    late = house.do(ID, Action.NOTE, HUB, suggestion=said)
    assert late.refusal is None and news(late, CaseProgressed) == []
    assert house.progressed(ID).suggestion is None


def test_who_may(house: House) -> None:
    plain = CaseProgressed.model_validate(_snapshot(house, matter()))
    secret = CaseProgressed.model_validate(_snapshot(house, matter("S", flags=(Flag.SELF_HARM,))))
    for post, may, may_secret in (
        (("town_centre", None), True, False), (("county_centre", None), True, True),
        (("police", None), True, True), (("force", "F1"), False, False),
    ):  # fmt: skip
        assert (Action.SUPPLEMENT in allowed(plain, post_capacity(plain, *post))) is may
        assert (Action.SUPPLEMENT in allowed(secret, post_capacity(secret, *post))) is may_secret
    refused = find(secret, Action.SUPPLEMENT, post_capacity(secret, "town_centre", None))
    assert isinstance(refused, Reason) and code_of(refused) == "not_yours"


def test_a_force_or_an_empty_correction_is_refused(house: House) -> None:
    house.give(house.routed(GUESS, force()))
    said = Correction(category="family")
    assert (
        house.do(ID, Action.SUPPLEMENT, person("F1"), correction=said).refusal
        == "not_yours|action=supplement"
    )
    empty = house.do(ID, Action.SUPPLEMENT)
    assert empty.refusal == "needs_field|action=supplement|field=correction"


def test_a_person_who_corrects_an_unknown_case_is_a_fault_not_early(house: House) -> None:
    outcome = house.do(ID, Action.SUPPLEMENT, correction=Correction(category="family"))
    assert outcome.invalid is not None and not outcome.writes


def _snapshot(house: House, of: object) -> dict[str, object]:
    house.give(house.routed(of, force()))  # type: ignore[arg-type]
    snapshot: dict[str, object] = house.case(of.case_id).snapshot  # type: ignore[attr-defined]
    return snapshot
