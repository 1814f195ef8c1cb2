"""The table of a case's life, held to itself."""

import re
import tomllib
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest

from contracts.events import CaseCommand, CaseProgressed, Change
from contracts.vocabulary import (
    SYSTEM_ACTIONS,
    Action,
    ClockKind,
    Colour,
    Flag,
    Kind,
    Level,
    Outcome,
    Platform,
    State,
)
from feedback.life import RULES, ReturnReason, Who, allowed, find, needs, refuse
from feedback.reasons import Reason, code_of, explain, word
from tests.feedback.house import HUB, T0, force, matter, person


def case(state: State, kind: Kind = Kind.DISPUTE, flags: tuple[Flag, ...] = ()) -> CaseProgressed:
    change = Change(
        seq=0, action=Action.OPEN, actor=HUB, before=None, after=state, at=T0, cause=matter().case_id
    )
    return CaseProgressed(
        matter=matter(kind=kind),
        state=state,
        version=0,
        colour=Colour.BLUE,
        flags=flags,
        attempt=0,
        lead=force(),
        change=change,
    )


def command(action: Action, **more: object) -> CaseCommand:
    return CaseCommand(case_id=matter().case_id, action=action, actor=person(), at=T0, **more)


@pytest.mark.parametrize("action", list(Action))
def test_every_action_in_every_state_is_allowed_or_refused_with_a_reason(action: Action) -> None:
    for state, kind, who in product(State, Kind, Who):
        verdict = find(case(state, kind), action, {who})
        assert (action in allowed(case(state, kind), {who})) is not isinstance(verdict, Reason)
        if isinstance(verdict, Reason):
            assert all("…" not in explain(verdict, language) for language in ("zh", "en"))
            assert explain(verdict, "zh") != explain(verdict, "en") != verdict


def test_every_state_can_be_reached_and_left() -> None:
    reached = {rule.after for rule in RULES} | {State.LINKED}  # linking is the router's word, not an action's
    assert reached >= set(State)
    for state in State:
        assert any(state in r.states and r.after not in (None, state) for r in RULES), state


def test_people_never_get_the_hubs_own_actions() -> None:
    people = set(Who) - {Who.SYSTEM, Who.ROUTER}
    for state in State:
        assert not SYSTEM_ACTIONS.intersection(allowed(case(state), people))


@pytest.mark.parametrize("flag", [Flag.DOMESTIC_VIOLENCE, Flag.MINOR_HARMED, Flag.SELF_HARM])
def test_sensitive_cases_are_never_mediated(flag: Flag) -> None:
    for state in State:
        assert Action.MEDIATE not in allowed(case(state, flags=(flag,)), set(Who))
    assert find(case(State.ARRIVED, flags=(flag,)), Action.MEDIATE, {Who.HOLDER}) == "never_mediated"


def test_only_disputes_are_mediated() -> None:
    kinds = {kind for kind in Kind if Action.MEDIATE in allowed(case(State.SIGNED, kind), {Who.HOLDER})}
    assert kinds == {Kind.DISPUTE}


def test_a_stranger_may_do_nothing() -> None:
    assert all(allowed(case(state), frozenset()) == [] for state in State)


def test_a_return_names_one_of_the_closed_reasons() -> None:
    signed = case(State.SIGNED)
    assert code_of(refuse(signed, command(Action.RETURN), {Who.HOLDER}) or "") == "needs_field"
    assert refuse(signed, command(Action.RETURN, reason="lazy"), {Who.HOLDER}) == "unknown_return_reason"
    assert refuse(signed, command(Action.RETURN, reason="wrong_place"), {Who.HOLDER}) is None


def test_the_end_must_fit_the_state() -> None:
    settled = case(State.SETTLED)
    assert refuse(settled, command(Action.CLOSE, outcome=Outcome.SETTLED), {Who.HOLDER}) is None
    failed = refuse(settled, command(Action.CLOSE, outcome=Outcome.FAILED), {Who.HOLDER})
    assert failed == "wrong_outcome|outcome=failed"


def test_confirmation_is_asked_for_within_its_window() -> None:
    lapsed = case(State.AGREED).model_copy(update={"overdue": (ClockKind.CONFIRMATION,)})
    ask = command(Action.REQUEST_CONFIRMATION)
    assert refuse(case(State.AGREED), ask, {Who.HOLDER}) is None
    assert refuse(lapsed, ask, {Who.HOLDER}) == "lapsed|clock=confirmation"


def test_a_false_answer_is_an_answer() -> None:
    asked = command(Action.CALL_BACK, solved=False, satisfied=False)
    assert refuse(case(State.CLOSED), asked, {Who.TOWN}) is None
    assert needs(case(State.CLOSED), Action.CALL_BACK) == ("solved", "satisfied")


def test_every_word_has_two_names() -> None:
    sets = (Action, State, Kind, ClockKind, Outcome, Level, Colour, Flag, Platform, ReturnReason)
    named = tomllib.loads((files("feedback") / "data" / "reasons.toml").read_text("utf-8"))["word"]
    missing = {member.value for words in sets for member in words} - set(named)
    assert not missing
    assert word("closed", "zh") == "已办结"


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    assert explain("lead.rule_of_tomorrow|x=1", "en") == "lead.rule_of_tomorrow|x=1"


def test_every_reason_given_has_a_sentence_and_no_sentence_is_left_over() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(str(files("feedback"))).glob("*.py"))
    given = set(re.findall(r'Reason\(\s*"(\w+)"', source)) | set(re.findall(r'alone, "(\w+)"\)', source))
    assert given == set(
        tomllib.loads((files("feedback") / "data" / "reasons.toml").read_text("utf-8"))["reason"]
    )


def test_in_triage_nobody_has_it() -> None:
    """Whoever looks for cases in triage looks for those without a force, which an index finds."""
    assert all(rule.asks for rule in RULES if rule.after is State.TRIAGE and rule.action is not Action.OPEN)
