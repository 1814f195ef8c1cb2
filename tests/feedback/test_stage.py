"""What the stage writes and says."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event as sqlalchemy_event

from contracts.events import CaseProgressed, Matter, ReceiptDue, WarningRaised
from contracts.ids import event_id
from contracts.vocabulary import Action, Colour, Flag, Kind, Level, Outcome, Platform, State
from feedback.postponed import PATIENCE, again, due_again
from tests.feedback.house import HUB, T0, House, answers, force, matter, news, person

M = matter()
ID = M.case_id


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def handed(house: House) -> House:
    house.give(house.routed(M, force()))
    return house


def test_a_routed_case_comes_to_life(house: House) -> None:
    sent = house.routed(M, force(), why=("rule.2",))
    [outcome] = house.give(sent)
    row = house.case(ID)
    assert (row.state, row.version, row.force_id, row.told) == ("handed_off", 1, "F1", "handed_off")
    assert [(c["seq"], c["after"]) for c in house.timeline(ID)] == [(0, "triage"), (1, "handed_off")]
    assert house.timeline(ID)[1]["why"] == ["rule.2", "rule.1"]
    assert [e.topic.name for e in outcome.events] == ["case.progressed.v1", "receipt.due.v1"]
    assert [e.id for e in outcome.events] == [event_id(sent.id, "feedback", n) for n in (0, 1)]
    assert [e.key for e in outcome.events] == [str(ID), "hotline_12345"]
    assert {(e.traceparent, e.cause, e.subject) for e in outcome.events} == {
        ("00-aa-bb-01", sent.id, str(ID))
    }
    assert row.snapshot == outcome.events[0].data.model_dump(mode="json")
    assert row.next_due_at == T0 + timedelta(seconds=30)


def test_nobody_covers_it_so_a_person_decides(house: House) -> None:
    [outcome] = house.give(house.routed(M))
    assert house.case(ID).state == "triage"
    assert answers(outcome) == [("A1", "accepted")]
    house.do(ID, Action.ASSIGN, force_id="F7")
    assert house.progressed(ID).reroute is not None
    assert house.progressed(ID).reroute.force_id == "F7"  # type: ignore[union-attr]
    [outcome] = house.give(house.routed(M, force("F7"), attempt=1))
    assert answers(outcome) == [("A1", "handed_off")]


def test_a_good_life_in_one_batch_tells_each_answer_once(handed: House) -> None:
    steps = [Action.SIGN, Action.DISPATCH, Action.ARRIVE, Action.MEDIATE, Action.AGREE, Action.SETTLE]
    batch = [handed.command(ID, step, person("F1"), note="赔两千") for step in steps]
    batch.append(handed.command(ID, Action.CLOSE, person("F1"), outcome=Outcome.SETTLED))
    outcomes = handed.give(*batch)
    assert [o.refusal for o in outcomes] == [None] * 7
    told = [answer for outcome in outcomes for _, answer in answers(outcome)]
    assert told == ["in_progress", "settled", "closed"]
    assert [c["seq"] for c in handed.timeline(ID)] == list(range(9))
    assert handed.case(ID).outcome == "settled"


def test_what_is_not_allowed_changes_nothing(handed: House) -> None:
    outcome = handed.do(ID, Action.SIGN, person("F2"))
    assert outcome.refusal == "not_yours|action=sign"
    assert not outcome.writes and not outcome.events
    assert handed.do(ID, Action.CLOSE, note="x").refusal == "needs_field|action=close|field=outcome"
    assert handed.do(ID, Action.OPEN, HUB).refusal and handed.do(ID, Action.ROUTE, HUB).refusal
    assert handed.case(ID).version == 1


def test_a_command_for_an_unknown_case_is_invalid(house: House) -> None:
    outcome = house.do(uuid4(), Action.SIGN)
    assert outcome.invalid is not None and outcome.invalid.code == "unknown_case"


@pytest.mark.parametrize(
    ("platform", "told"), [(Platform.HOTLINE_12345, None), (Platform.POLICE_110, "村调委会")]
)
def test_only_the_police_are_told_who_has_a_sensitive_case(
    house: House, platform: Platform, told: str | None
) -> None:
    hurt = matter(platform=platform, flags=(Flag.DOMESTIC_VIOLENCE,))
    [outcome] = house.give(house.routed(hurt, force()))
    assert [receipt.force_name for receipt in news(outcome, ReceiptDue)] == [told]


def test_a_supplement_that_overtakes_its_case_is_sent_again_until_the_case_is_there(house: House) -> None:
    early = house.command(ID, Action.SUPPLEMENT, HUB, note="还有人受伤", flags=(Flag.LIFE_DANGER,))
    house.give(early)
    assert house.rows(due_again(T0, 10)) == []
    [row] = house.rows(due_again(T0 + timedelta(seconds=1), 10))
    tried = again(row)
    assert (tried.id != early.id, tried.key, tried.data.rounds) == (True, str(ID), 1)
    house.give(tried)
    assert len(house.rows(due_again(tried.time + timedelta(seconds=1), 10))) == 1, "longer and longer"
    house.give(house.routed(M, force("F1")))
    last = again(house.rows(due_again(T0 + timedelta(hours=1), 10))[-1])
    [outcome] = house.give(last)
    [progress] = news(outcome, CaseProgressed)
    assert progress.flags == (Flag.LIFE_DANGER,) and progress.reroute is not None


def test_a_supplement_whose_case_never_comes_is_a_dead_letter_in_the_end(house: House) -> None:
    outcome = house.do(ID, Action.SUPPLEMENT, HUB, note="x", at=T0 - PATIENCE - timedelta(days=1))
    assert outcome.invalid is not None and outcome.invalid.code == "unknown_case"


def test_a_return_goes_to_another_force_and_clocks_start_again(handed: House) -> None:
    handed.wait(seconds=20)
    outcome = handed.do(ID, Action.RETURN, person("F1"), reason="wrong_place")
    [progress] = news(outcome, CaseProgressed)
    assert progress.reroute.avoid == ("F1",) and progress.reroute.at_least is Level.VILLAGE
    assert progress.state is State.TRIAGE and progress.lead is None
    assert answers(outcome) == []
    assert handed.clocks(ID)["sign"][0] == "dropped"
    handed.wait(seconds=20)
    handed.give(handed.routed(M, force("F2"), attempt=1))
    row = handed.case(ID)
    assert (row.state, row.force_id, row.attempt, row.had) == ("handed_off", "F2", 1, ["F1", "F2"])
    assert handed.clocks(ID)["sign"] == ("running", T0 + timedelta(seconds=70))
    assert handed.clocks(ID)["settle"] == ("running", T0 + timedelta(days=7))


def test_a_routed_event_that_is_out_of_date_does_nothing(handed: House) -> None:
    handed.do(ID, Action.RETURN, person("F1"), reason="wrong_place")
    assert not handed.give(handed.routed(M, force()))[0].writes
    handed.do(ID, Action.CLOSE, note="来电撤回", outcome=Outcome.WITHDRAWN)
    assert not handed.give(handed.routed(M, force("F2"), attempt=1))[0].writes


def test_two_answers_of_one_round_and_the_later_one_holds(handed: House) -> None:
    handed.do(ID, Action.RETURN, person("F1"), reason="wrong_place")
    handed.do(ID, Action.SUPPLEMENT, HUB, flags=(Flag.THREAT,))
    handed.give(handed.routed(M, force("F2"), attempt=1), handed.routed(M, force("POLICE"), attempt=1))
    assert handed.case(ID).force_id == "POLICE"


def test_transfer_and_escalation_ask_the_router(handed: House) -> None:
    handed.do(ID, Action.TRANSFER, force_id="F9")
    assert handed.progressed(ID).reroute.force_id == "F9"  # type: ignore[union-attr]
    handed.give(handed.routed(M, force("F9", Level.TOWN), attempt=1))
    handed.do(ID, Action.ESCALATE, person("F9"), note="疑难")
    assert handed.progressed(ID).reroute.at_least is Level.COUNTY  # type: ignore[union-attr]
    handed.give(handed.routed(M, force("C1", Level.COUNTY), attempt=2))
    assert handed.do(ID, Action.ESCALATE, person("C1"), note="疑难").refusal == "no_higher_level"


def test_an_unsolved_call_back_opens_the_case_again(handed: House) -> None:
    for step in (Action.SIGN, Action.SETTLE):
        handed.do(ID, step, person("F1"))
    assert handed.case(ID).outcome == "settled"
    assert not handed.do(ID, Action.CALL_BACK, solved=True, satisfied=False).refusal
    outcome = handed.do(ID, Action.CALL_BACK, solved=False, satisfied=False)
    row = handed.case(ID)
    assert (row.state, row.outcome, row.force_id) == ("handed_off", None, "F1")
    assert answers(outcome) == [("A1", "reopened")]
    assert handed.clocks(ID)["settle"][0] == "running"
    assert answers(handed.do(ID, Action.NOTE, note="x")) == []


# Twins


def twin(n: int, **changes: object) -> Matter:
    return matter(f"P{n}", platform=Platform.POLICE_110, **changes)


def test_a_linked_case_lives_with_its_lead(handed: House) -> None:
    second = twin(1, colour=Colour.ORANGE)
    [outcome] = handed.give(handed.routed(second, linked_to=ID, why=("same_phone",)))
    assert handed.case(second.case_id).state == "linked"
    assert handed.clocks(second.case_id) == {}
    assert answers(outcome) == [("P1", "handed_off")]
    last = handed.timeline(ID)[-1]
    assert last["why"] == [f"twin|platform=police_110|number={second.number}"]
    assert (handed.case(ID).version, handed.case(ID).colour) == (2, "orange")
    assert {p.matter.case_id for p in news(outcome, CaseProgressed)} == {ID, second.case_id}
    assert answers(handed.do(ID, Action.SIGN)) == [("A1", "in_progress"), ("P1", "in_progress")]


def test_lead_and_twin_in_one_batch(house: House) -> None:
    second = twin(1)
    outcomes = house.give(
        house.routed(M, force()), house.routed(second, linked_to=ID), house.command(ID, Action.SIGN)
    )
    assert answers(outcomes[2]) == [("A1", "in_progress"), ("P1", "in_progress")]
    assert [c["seq"] for c in house.timeline(ID)] == [0, 1, 2, 3]


@pytest.mark.parametrize("closed", [True, False])
def test_a_twin_without_an_open_lead_stands_alone(house: House, closed: bool) -> None:
    if closed:
        house.give(house.routed(M, force()))
        house.do(ID, Action.CLOSE, note="x", outcome=Outcome.REFERRED)
    second = twin(1)
    [outcome] = house.give(house.routed(second, linked_to=ID))
    [progress] = news(outcome, CaseProgressed)
    assert progress.state is State.TRIAGE and progress.reroute.unlink and progress.linked_to is None
    house.give(house.routed(second, force("F2"), attempt=1))
    assert house.case(second.case_id).state == "handed_off"


def test_danger_is_never_merged_away(handed: House) -> None:
    second = twin(1, flags=(Flag.SELF_HARM,))
    handed.give(handed.routed(second, linked_to=ID))
    assert handed.progressed(second.case_id).reroute.unlink  # type: ignore[union-attr]


def test_an_unlinked_case_is_answered_for_itself(handed: House) -> None:
    second = twin(1)
    handed.give(handed.routed(second, linked_to=ID))
    outcomes = handed.give(handed.command(second.case_id, Action.UNLINK), handed.command(ID, Action.SIGN))
    assert handed.progressed(second.case_id).reroute.unlink  # type: ignore[union-attr]
    assert [answers(o) for o in outcomes] == [[("P1", "accepted")], [("A1", "in_progress")]]
    [outcome] = handed.give(handed.routed(second, force("F2"), attempt=1))
    assert answers(outcome) == [("P1", "handed_off")]
    assert handed.clocks(second.case_id)["settle"][0] == "running"


# Supplements and warnings


def test_a_new_danger_sends_the_police_whatever_the_state(handed: House) -> None:
    for step in (Action.SIGN, Action.SETTLE):
        handed.do(ID, step)
    outcome = handed.do(ID, Action.SUPPLEMENT, HUB, flags=(Flag.DOMESTIC_VIOLENCE,), note="又打人了")
    [progress] = news(outcome, CaseProgressed)
    assert progress.reroute is not None and progress.colour is Colour.RED and progress.state is State.TRIAGE
    assert handed.case(ID).sensitive
    assert answers(outcome) == [("A1", "reopened")]


def test_a_supplement_without_danger_only_raises_the_colour(handed: House) -> None:
    [progress] = news(handed.do(ID, Action.SUPPLEMENT, HUB, flags=(Flag.WAGES_GROUP,)), CaseProgressed)
    assert (progress.colour, progress.state, progress.reroute) == (Colour.ORANGE, State.HANDED_OFF, None)


def test_a_linked_case_with_a_new_danger_stands_alone(handed: House) -> None:
    second = twin(1)
    handed.give(handed.routed(second, linked_to=ID))
    handed.do(second.case_id, Action.SUPPLEMENT, HUB, flags=(Flag.THREAT,))
    now = handed.progressed(second.case_id)
    assert now.reroute is not None and now.reroute.unlink and now.linked_to is None


def test_violence_at_home_told_again_by_one_caller_is_a_warning(house: House) -> None:
    flags = (Flag.DOMESTIC_VIOLENCE,)
    [first] = house.give(house.routed(matter("D1", flags=flags), force()))
    assert news(first, WarningRaised) == []
    later = matter("D2", flags=flags, received_at=T0 + timedelta(days=30))
    [second] = house.give(house.routed(later, force()))
    [warning] = news(second, WarningRaised)
    assert set(warning.case_ids) == {matter("D1").case_id, matter("D2").case_id}
    assert second.events[-1].key == "330681109"
    long_after = matter("D3", flags=flags, received_at=T0 + timedelta(days=400))
    assert news(house.give(house.routed(long_after, force()))[0], WarningRaised) == []


def test_many_sources_of_one_matter_are_a_warning_once(handed: House) -> None:
    outcomes = handed.give(*[handed.routed(twin(n), linked_to=ID) for n in range(6)])
    warnings = [len(news(outcome, WarningRaised)) for outcome in outcomes]
    assert warnings == [0, 0, 0, 0, 1, 0]


# The whole


def test_the_number_of_statements_does_not_grow(house: House) -> None:
    seen: list[str] = []
    sqlalchemy_event.listen(house.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    for count in (1, 300):
        seen.clear()
        batch = [house.routed(matter(f"{count}-{n}"), force()) for n in range(count)]
        for query in house.stage.queries(batch).values():
            house.rows(query)
        assert len(seen) == 4


def test_an_enterprise_need_keeps_no_dispute_clock(house: House) -> None:
    house.give(house.routed(matter(kind=Kind.ENTERPRISE_NEED), force()))
    assert set(house.clocks(ID)) == {"sign", "dispatch", "answer"}


def test_receipts_name_the_office_and_the_end(handed: House) -> None:
    handed.do(ID, Action.SIGN)
    [due] = news(handed.do(ID, Action.SETTLE), ReceiptDue)
    assert (due.force_name, due.outcome, due.platform) == (
        "村调委会",
        Outcome.SETTLED,
        Platform.HOTLINE_12345,
    )
