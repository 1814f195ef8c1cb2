"""What a command does: a person's action, a platform's supplement, an expired clock."""

from collections.abc import Sequence
from dataclasses import replace

from contracts.errors import Invalid
from contracts.events import CaseCommand, CaseProgressed, Correction, Reroute
from contracts.stage import Event, Write
from contracts.vocabulary import POLICE_FIRST, Action, ActorKind, State
from feedback.book import Book
from feedback.clocks import Ticking
from feedback.corrected import correct, corrected_row
from feedback.held import Desk, Held
from feedback.life import ENDED, SETTLED_AS, Rule, capacity, next_level, permit
from feedback.moves import Done, Step, held_by, take
from feedback.postponed import postponed
from feedback.reasons import Reason
from feedback.routed import together

UNKNOWN = Invalid("unknown_case", "the command is for a case this stage has not been told of")


def commanded(
    book: Book, desk: Desk, event: Event, command: CaseCommand
) -> Sequence[Done] | Reason | Invalid | Write:
    """The steps that follow from a command, or why there are none; a row for later, where it is too early."""
    held = desk.case(command.case_id)
    if held is None:
        # Whoever else commands has seen the case, so there it is a fault.
        early = command.action is Action.SUPPLEMENT and command.actor.kind is not ActorKind.PERSON
        return (postponed(event, command) if early else None) or UNKNOWN
    rule = permit(held.now, command, capacity(held.now, command.actor))
    if isinstance(rule, Reason):
        return rule
    late = command.suggestion and held.now.matter.corrected  # a person has said what it is meanwhile
    step = None if late else _step(book, held, event, command, rule)
    if step is None:
        return []
    done = _done(book, desk, held, step)
    row = corrected_row(event, held.now, command)
    return [replace(done, writes=(*done.writes, row)) if row else done]


def _done(book: Book, desk: Desk, held: Held, step: Step) -> Done:
    if held.now.state is State.LINKED and step.after is not State.LINKED:
        desk.unlink(held)
        held = replace(held, told=None)  # from now on it is answered for itself
    done = take(book.promises, held, step)
    desk.put(done.held)
    return done


def _step(book: Book, held: Held, event: Event, command: CaseCommand, rule: Rule) -> Step | None:
    now = held.now
    plain = Step(
        action=command.action,
        actor=command.actor,
        at=command.at,
        cause=event.id,
        after=rule.after or now.state,
        note=command.note,
    )
    if command.action is Action.EXPIRE:
        clock = _running(held, command)
        return _expired(book, held, plain, clock) if clock else None
    if command.correction:
        return _corrected(book, held, plain, command.correction, rule)
    if command.action is Action.SUPPLEMENT:
        return _supplemented(book, now, plain, command)
    if rule.unseen or command.suggestion:
        return _noted(now, plain, command)
    if rule.asks:
        return _asking(held, plain, command, rule)
    return _ended(now, _called_back(now, plain, command, rule), command)


def _asking(held: Held, step: Step, command: CaseCommand, rule: Rule) -> Step:
    """Ask the router for another force, as the table says."""
    level = held.now.lead.level if held.now.lead else None
    match rule.asks:
        case "named":
            return _forceless(step, Reroute(force_id=command.force_id))
        case "alone":
            return _forceless(step, Reroute(unlink=True))
        case "higher" if level:
            return _higher(held, step, Reroute(at_least=next_level(level), avoid=held.had))
    why = Reason("returned", reason=command.reason or "")
    return _forceless(step, Reroute(at_least=level, avoid=held.had), why)


def _forceless(step: Step, reroute: Reroute | None, *why: str) -> Step:
    fields = {"lead": None, "others": (), "linked_to": None, "outcome": None}
    return replace(
        step, after=State.TRIAGE, reroute=reroute, why=(*step.why, *why), fields={**step.fields, **fields}
    )


def _higher(held: Held, step: Step, reroute: Reroute) -> Step:
    return _forceless(step, reroute, Reason("escalated", level=str(reroute.at_least)))


def _called_back(now: CaseProgressed, step: Step, command: CaseCommand, rule: Rule) -> Step:
    if rule.if_unsolved and command.solved is False:
        step = replace(step, after=rule.if_unsolved, why=(Reason("unsolved"),))
    if step.after is State.HANDED_OFF and now.lead is None:
        return _forceless(step, Reroute())
    return step


def _ended(now: CaseProgressed, step: Step, command: CaseCommand) -> Step:
    """How it ended, where this step ends it; no end, where it goes on."""
    if step.after not in ENDED:
        return replace(step, fields={**step.fields, "outcome": None})
    named = command.outcome if command.action is Action.CLOSE else now.outcome
    outcome = named or SETTLED_AS[now.matter.kind]
    return replace(step, fields={**step.fields, "outcome": outcome})


def _running(held: Held, command: CaseCommand) -> Ticking | None:
    due = (command.clock, command.due_at)
    return next((clock for clock in held.ticking if (clock.kind, clock.due_at) == due), None)


def _expired(book: Book, held: Held, step: Step, clock: Ticking) -> Step:
    """A promise was missed: the next level gets the case, where the promise says so and there is one."""
    step = replace(step, missed=clock, why=(Reason("missed", clock=clock.kind), *held_by(held.now)))
    higher = next_level(held.now.lead.level) if held.now.lead else None
    if higher is None or book.promises.clock[clock.kind].missed == "mark":
        return step
    return _higher(held, step, Reroute(at_least=higher, avoid=held.had))


def _supplemented(book: Book, now: CaseProgressed, step: Step, command: CaseCommand) -> Step:
    """More became known. A danger nobody knew of sends the police, whatever state the case is in."""
    flags = together(now.flags, command.flags)
    colour = book.rules.colour(now.colour, flags)
    raised = (Reason("raised", colour=colour),) if colour is not now.colour else ()
    return _guarded(now, replace(step, why=raised, fields={"flags": flags, "colour": colour}))


def _corrected(book: Book, held: Held, step: Step, said: Correction, rule: Rule) -> Step:
    """A person says what it is. Where nobody is at work on it, the rules choose again."""
    step = correct(book, held.now, step, said)
    return _forceless(step, Reroute()) if rule.asks else _guarded(held.now, step)


def _noted(now: CaseProgressed, step: Step, command: CaseCommand) -> Step:
    """That somebody looked, or what a language model takes it for."""
    if said := command.suggestion:
        why = Reason("suggested", category=said.category, model=said.model)
        return replace(step, note=said.reason, why=(why,), fields={"suggestion": said})
    after = max(0, int((command.at - now.matter.received_at).total_seconds()))
    return replace(step, why=(Reason("seen", seconds=str(after)),), fields={"seen_at": command.at})


def _guarded(now: CaseProgressed, step: Step) -> Step:
    """The step; to the router for the police where it brings the first danger that they go first in."""
    flags = step.fields["flags"]
    new = [flag for flag in flags if flag in POLICE_FIRST and flag not in now.flags]
    if not new or POLICE_FIRST.intersection(now.flags):
        return step
    reroute = Reroute(unlink=now.linked_to is not None)
    return _forceless(step, reroute, *(Reason("danger", flag=flag) for flag in new))
