"""The life of a case, as one table: who may do what, when, with what, and where that leads.

Read `RULES` from top to bottom and you know the whole of it. What a person may not do comes back as
a `Reason`; nothing here writes, waits or asks the time.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Literal

from contracts.events import Actor, CaseCommand, CaseProgressed
from contracts.vocabulary import (
    POLICE_FIRST,
    SENSITIVE,
    Action,
    ActorKind,
    ClockKind,
    Intent,
    Kind,
    Level,
    Outcome,
    State,
)
from feedback.reasons import Reason


class Who(StrEnum):
    """In what capacity somebody acts on one case."""

    HOLDER = "holder"  # the force that has it
    HELPER = "helper"  # a force that joined
    TOWN = "town"  # the town's centre
    COUNTY = "county"  # the county's centre
    POLICE = "police"
    SYSTEM = "system"  # an expired clock, a platform's supplement
    ROUTER = "router"  # only a routed event, never a command


class ReturnReason(StrEnum):
    """Why a force hands a case back (退单); the hotlines' own closed list."""

    WRONG_PLACE = "wrong_place"  # 属地不符
    UNCLEAR_RIGHTS = "unclear_rights"  # 权属不清
    OVERLAPPING_DUTIES = "overlapping_duties"  # 职能交叉
    NOT_OUR_DUTY = "not_our_duty"  # 非本单位职责
    TOO_LITTLE_KNOWN = "too_little_known"  # 要素不全


S = State
HANDLERS = frozenset({Who.HOLDER, Who.TOWN, Who.COUNTY})
CENTRES = frozenset({Who.TOWN, Who.COUNTY})
PEOPLE = HANDLERS | {Who.HELPER, Who.POLICE}
OVERSEERS = CENTRES | {Who.POLICE}
HUB = frozenset({Who.SYSTEM})
ROUTER = frozenset({Who.ROUTER})

EVERY_STATE = frozenset(State)
RESTING = frozenset({S.SETTLED, S.FAILED, S.CLOSED, S.LINKED})  # no promise runs on the case itself
ENDED = frozenset({S.SETTLED, S.CLOSED})
IN_HAND = frozenset({S.SIGNED, S.DISPATCHED, S.ARRIVED, S.MEDIATING, S.AGREED})
WITH_A_FORCE = IN_HAND | {S.HANDED_OFF, S.FAILED}
NOBODY_ON_IT = frozenset({S.TRIAGE, S.HANDED_OFF})
SOMEBODY_IS = EVERY_STATE - NOBODY_ON_IT

DISPUTE = frozenset({Kind.DISPUTE})
QUESTION = frozenset({Kind.CONSULTATION})
EVERY_KIND = frozenset(Kind)

Ask = Literal["elsewhere", "named", "higher", "alone", "anew"]  # what the router is asked for


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: `action`, done in one of `states` by one of `who`, leads to `after` (None: stays)."""

    action: Action
    states: frozenset[State]
    after: State | None
    who: frozenset[Who]
    needs: tuple[str, ...] = ()  # fields of the command
    kinds: frozenset[Kind] = EVERY_KIND
    sensitive: bool = True  # also where violence at home, a harmed child or self-harm is in it
    outcomes: frozenset[Outcome] = frozenset()  # which ends may be named
    asks: Ask | None = None
    if_unsolved: State | None = None  # call_back: where the case goes when the caller says no
    within: ClockKind | None = None  # only before this promise lapsed
    unseen: bool = False  # only where a person should look and nobody has


A, End = Action, Outcome
# fmt: off
RULES: tuple[Rule, ...] = (
    # Nobody covers it: a person finds somebody
    Rule(A.ASSIGN, frozenset({S.TRIAGE}), S.TRIAGE, CENTRES, needs=("force_id",), asks="named"),
    # The way of a case that goes well
    Rule(A.SIGN, frozenset({S.HANDED_OFF}), S.SIGNED, HANDLERS),
    Rule(A.DISPATCH, frozenset({S.SIGNED}), S.DISPATCHED, HANDLERS),
    Rule(A.ARRIVE, frozenset({S.SIGNED, S.DISPATCHED}), S.ARRIVED, HANDLERS),
    # Mediation is for disputes, and never for violence at home, a harmed child or self-harm
    Rule(A.MEDIATE, frozenset({S.SIGNED, S.DISPATCHED, S.ARRIVED, S.FAILED}), S.MEDIATING, HANDLERS,
         kinds=DISPUTE, sensitive=False),
    Rule(A.AGREE, frozenset({S.MEDIATING}), S.AGREED, HANDLERS, needs=("note",), kinds=DISPUTE,
         sensitive=False),
    Rule(A.FAIL, frozenset({S.MEDIATING}), S.FAILED, HANDLERS, needs=("note",), kinds=DISPUTE),
    # Judicial confirmation is asked for together within 30 days of the agreement (人民调解法 33)
    Rule(A.REQUEST_CONFIRMATION, frozenset({S.AGREED}), S.CONFIRMING, HANDLERS, kinds=DISPUTE,
         within=ClockKind.CONFIRMATION),
    Rule(A.CONFIRM, frozenset({S.CONFIRMING}), S.SETTLED, HANDLERS, kinds=DISPUTE),
    Rule(A.FAIL, frozenset({S.CONFIRMING}), S.AGREED, HANDLERS, needs=("note",), kinds=DISPUTE),
    Rule(A.SETTLE, IN_HAND, S.SETTLED, HANDLERS, kinds=EVERY_KIND - QUESTION),
    Rule(A.SETTLE, IN_HAND, S.SETTLED, HANDLERS, needs=("note",), kinds=QUESTION),  # the note is the answer
    # Ends
    Rule(A.CLOSE, frozenset({S.SETTLED}), S.CLOSED, HANDLERS, needs=("outcome",),
         outcomes=frozenset({End.SETTLED, End.RESOLVED, End.ANSWERED})),
    Rule(A.CLOSE, frozenset({S.FAILED}), S.CLOSED, HANDLERS, needs=("outcome",),
         outcomes=frozenset({End.FAILED, End.REFERRED})),
    Rule(A.CLOSE, IN_HAND | {S.TRIAGE, S.HANDED_OFF, S.CONFIRMING}, S.CLOSED, CENTRES,
         needs=("outcome", "note"), outcomes=frozenset({End.WITHDRAWN, End.REFERRED, End.ANSWERED})),
    Rule(A.CALL_BACK, ENDED, None, CENTRES, needs=("solved", "satisfied"), if_unsolved=S.HANDED_OFF),
    Rule(A.REOPEN, ENDED | {S.FAILED}, S.HANDED_OFF, CENTRES, needs=("note",)),
    # Another force
    Rule(A.RETURN, frozenset({S.HANDED_OFF, S.SIGNED}), S.TRIAGE, HANDLERS, needs=("reason",),
         asks="elsewhere"),
    Rule(A.TRANSFER, WITH_A_FORCE, S.TRIAGE, CENTRES, needs=("force_id",), asks="named"),
    Rule(A.ESCALATE, WITH_A_FORCE, S.TRIAGE, HANDLERS, needs=("note",), asks="higher"),
    Rule(A.UNLINK, frozenset({S.LINKED}), S.TRIAGE, CENTRES, asks="alone"),
    Rule(A.NOTE, EVERY_STATE, None, PEOPLE, needs=("note",)),
    # A person overrules the hub's judgement. Where nobody is at work on it yet, the rules choose again
    Rule(A.SUPPLEMENT, NOBODY_ON_IT, S.TRIAGE, OVERSEERS, needs=("correction",), asks="anew"),
    Rule(A.SUPPLEMENT, SOMEBODY_IS, None, OVERSEERS, needs=("correction",)),
    # The hub's own. A supplement that brings a new danger goes to triage, for the police (commanded.py)
    Rule(A.OPEN, frozenset(), S.TRIAGE, ROUTER),
    Rule(A.ROUTE, EVERY_STATE - ENDED, S.HANDED_OFF, ROUTER),
    Rule(A.SUPPLEMENT, EVERY_STATE, None, HUB),
    Rule(A.EXPIRE, EVERY_STATE, None, HUB, needs=("clock", "due_at")),
)
# fmt: on

# A note of another sort: that somebody at a centre looked. It has no text, and is written down once.
SEEN = Rule(A.NOTE, EVERY_STATE - ENDED, None, CENTRES, needs=("seen",), unseen=True)
# And a language model's guess, in triage only: told to whoever decides there, and deciding nothing.
SUGGESTED = Rule(A.NOTE, frozenset({S.TRIAGE}), None, HUB, needs=("suggestion",))

# How a case ends that is settled without anybody naming the end
SETTLED_AS = {
    Kind.DISPUTE: Outcome.SETTLED,
    Kind.EVENT: Outcome.RESOLVED,
    Kind.CONSULTATION: Outcome.ANSWERED,
    Kind.ENTERPRISE_NEED: Outcome.RESOLVED,
}
# What a post is by its role alone (`feedback.views.Role`)
_POSTS = {"police": Who.POLICE, "county_centre": Who.COUNTY, "town_centre": Who.TOWN}
LADDER = (Level.VILLAGE, Level.TOWN, Level.COUNTY)


def allowed(case: CaseProgressed, who: Collection[Who]) -> list[Action]:
    """The actions one may take now, in the table's order: a console's buttons."""
    return list(dict.fromkeys(rule.action for rule in RULES if _denied(rule, case, who) is None))


def needs(case: CaseProgressed, action: Action) -> tuple[str, ...]:
    """The fields of the command that `action` asks for in this case: a form's inputs."""
    rules = [
        r for r in RULES if r.action is action and case.matter.kind in r.kinds and case.state in r.states
    ]
    return rules[0].needs if rules else ()


def refuse(case: CaseProgressed, command: CaseCommand, who: Collection[Who]) -> Reason | None:
    """Why this command cannot be carried out; None where it can."""
    rule = permit(case, command, who)
    return rule if isinstance(rule, Reason) else None


def permit(case: CaseProgressed, command: CaseCommand, who: Collection[Who]) -> Rule | Reason:
    """The row by which this command is carried out, or why it cannot be."""
    if command.action is Action.NOTE and (command.seen or command.suggestion):
        rule = SEEN if command.seen else SUGGESTED
        return next((miss for miss in _checks(rule, case, who) if miss), rule)
    found = find(case, command.action, who)
    if isinstance(found, Reason):
        return found
    return _incomplete(found, command) or _unexplained(case, command) or found


def find(case: CaseProgressed, action: Action, who: Collection[Who]) -> Rule | Reason:
    """The row that lets `who` do `action` now, or why there is none: the nearest miss."""
    misses: list[tuple[int, Reason]] = []
    for rule in (rule for rule in RULES if rule.action is action):
        miss = _denied(rule, case, who)
        if miss is None:
            return rule
        misses.append(miss)
    return max(misses, key=lambda miss: miss[0])[1]


def capacity(case: CaseProgressed, actor: Actor) -> frozenset[Who]:
    """What an actor is to a case as it is now. That it is of the post's place, the door checked."""
    if actor.kind is not ActorKind.PERSON:
        return HUB
    if actor.role is None and actor.force_id is None:
        return CENTRES  # a door of the version before, which told no roles
    return post_capacity(case, actor.role, actor.force_id)


def post_capacity(case: CaseProgressed, role: str | None, force_id: str | None) -> frozenset[Who]:
    """In what capacity a post acts: its own and its force's. Who may not see a case does nothing to it."""
    own = _POSTS.get(role or "")
    blind = own is Who.TOWN and is_sensitive(case)
    of_force = force_capacity(case, force_id) if force_id else frozenset()
    return of_force if own is None or blind else of_force | {own}


def force_capacity(case: CaseProgressed, force_id: str) -> frozenset[Who]:
    """Whether a force has the case, joined it, or has nothing to do with it."""
    if case.lead and case.lead.force_id == force_id:
        return frozenset({Who.HOLDER})
    helps = any(other.force_id == force_id for other in case.others)
    return frozenset({Who.HELPER}) if helps else frozenset()


def next_level(level: Level) -> Level | None:
    """The rung above; None at the county."""
    return dict(pairwise(LADDER)).get(level)


def is_sensitive(case: CaseProgressed) -> bool:
    """Whether outside the police and the county centre only the least is shown."""
    return bool(SENSITIVE.intersection(case.flags))


def is_tip_off(case: CaseProgressed) -> bool:
    """Whether it tells of somebody's wrong (举报): who told is kept secret, also from the force that has it,
    which may be near those it is about."""
    return case.matter.intent is Intent.REPORT


def waits_for_look(case: CaseProgressed) -> bool:
    """Whether a person should look at it at once, and nobody has."""
    return case.matter.look and case.seen_at is None and case.state not in ENDED


def _denied(rule: Rule, case: CaseProgressed, who: Collection[Who]) -> tuple[int, Reason] | None:
    for rank, miss in enumerate(_checks(rule, case, who)):
        if miss:
            return rank, miss
    return None


def _checks(rule: Rule, case: CaseProgressed, who: Collection[Who]) -> Iterable[Reason | None]:
    action, kind, state = rule.action.value, case.matter.kind, case.state
    yield None if kind in rule.kinds else Reason("wrong_kind", action=action, kind=kind)
    yield Reason("never_mediated") if is_sensitive(case) and not rule.sensitive else None
    yield None if state in rule.states else Reason("wrong_state", action=action, state=state)
    yield None if rule.who.intersection(who) else Reason("not_yours", action=action)
    runs = any(clock.kind is rule.within for clock in case.clocks)  # again, since a newer agreement
    lapsed = rule.within in case.overdue and not runs
    yield Reason("lapsed", clock=str(rule.within)) if lapsed else None
    top = rule.asks == "higher" and (case.lead is None or next_level(case.lead.level) is None)
    yield Reason("no_higher_level") if top else None
    yield Reason("seen_already") if rule.unseen and not waits_for_look(case) else None


def _incomplete(rule: Rule, command: CaseCommand) -> Reason | None:
    for field in rule.needs:
        if getattr(command, field) in (None, ""):
            return Reason("needs_field", action=rule.action, field=field)
    if rule.outcomes and command.outcome not in rule.outcomes:
        return Reason("wrong_outcome", outcome=str(command.outcome))
    if rule.action is Action.RETURN and command.reason not in frozenset(ReturnReason):
        return Reason("unknown_return_reason")
    return None


def _unexplained(case: CaseProgressed, command: CaseCommand) -> Reason | None:
    """Whoever says that there is no danger says why."""
    said = command.correction.flags if command.correction else None
    dropped = said is not None and not POLICE_FIRST.intersection(case.flags) <= set(said)
    return (
        Reason("needs_field", action=command.action, field="note") if dropped and not command.note else None
    )
