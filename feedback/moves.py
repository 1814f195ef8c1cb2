"""One step of one case: the change, the clocks it turns, the row, and what the sources are told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.events import Actor, CaseProgressed, CaseRouted, Change, ReceiptDue, Reroute, Running
from contracts.personal import Contract
from contracts.stage import How, Write
from contracts.vocabulary import Action, ActorKind, State
from feedback.clocks import Ticking, turn
from feedback.held import Held, case_write
from feedback.promises import Promises
from feedback.reasons import Reason
from feedback.receipts import answer, receipts
from feedback.tables import CaseChange, CaseHelper

HUB = Actor(kind=ActorKind.HUB, name="router")


@dataclass(frozen=True, slots=True)
class Step:
    """What is to happen to a case."""

    action: Action
    actor: Actor
    at: datetime
    cause: UUID
    after: State
    note: str | None = None
    why: tuple[str, ...] = ()
    reroute: Reroute | None = None
    missed: Ticking | None = None  # the clock that expired
    anew: bool = False  # it is of another kind than was thought: its whole-life promises begin again
    fields: Mapping[str, Any] = field(default_factory=dict)  # of CaseProgressed, where they change


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken: the case after it, its rows, its events."""

    held: Held
    writes: tuple[Write, ...]
    events: tuple[Contract, ...]


def take(promises: Promises, held: Held, step: Step) -> Done:
    """Take the step."""
    before = held.now
    change = Change(
        seq=before.version + 1,
        action=step.action,
        actor=step.actor,
        before=before.state,
        after=step.after,
        at=step.at,
        note=step.note,
        why=step.why,
        cause=step.cause,
    )
    now = before.model_copy(
        update={**step.fields, "state": step.after, "version": change.seq, "reroute": step.reroute}
    )
    holder = before.lead.force_id if before.lead else ""
    turned = turn(
        promises, now, change, held.ground, held.ticking, holder=holder, missed=step.missed, anew=step.anew
    )
    if turned.late:
        late = (Reason("late", clock=kind) for kind in turned.late)
        change = change.model_copy(update={"why": (*change.why, *late, *held_by(before))})
    now = now.model_copy(
        update={
            "change": change,
            "overdue": turned.overdue,
            "missed": turned.missed,
            "clocks": tuple(Running(kind=c.kind, due_at=c.due_at) for c in turned.running),
        }
    )
    held, told = _tell(replace(held, now=now, ticking=turned.running))
    writes = (change_write(held.id, change), case_write(held), *helpers(before, now), *turned.writes)
    return Done(held, writes, (held.now, *told))


def held_by(case: CaseProgressed) -> tuple[Reason, ...]:
    """Which force has it, for the timeline to keep where a promise is missed; nothing where none does."""
    return (Reason("held_by", force=case.lead.force_id),) if case.lead else ()


def opening(routed: CaseRouted, cause: UUID) -> tuple[Held, Write]:
    """A case nobody has seen yet, at its first change, and that change's row."""
    matter = routed.matter
    change = Change(
        seq=0,
        action=Action.OPEN,
        actor=HUB,
        before=None,
        after=State.TRIAGE,
        at=matter.received_at,
        cause=cause,
    )
    now = CaseProgressed(
        matter=matter,
        state=State.TRIAGE,
        version=0,
        colour=matter.colour,
        flags=matter.flags,
        attempt=routed.attempt,
        lead=None,
        change=change,
    )
    return Held(now, routed.ground), change_write(matter.case_id, change)


def change_write(case_id: UUID, change: Change) -> Write:
    """The timeline's row. A second one with its key is a clash: somebody else moved first."""
    values = {
        "case_id": case_id,
        "seq": change.seq,
        "change": change,
        "at": change.at,
    }
    return Write(CaseChange, values, How.INSERT)


def helpers(before: CaseProgressed, now: CaseProgressed) -> Iterator[Write]:
    """The rows of the forces that join, where they changed: by them a force finds what it only joins."""
    had, has = ({force.force_id for force in case.others} for case in (before, now))
    for force_id in sorted(had ^ has):
        row = {"force_id": force_id, "case_id": now.matter.case_id}
        yield Write(CaseHelper, row, How.PUT if force_id in has else How.DELETE)


def _tell(held: Held) -> tuple[Held, Sequence[ReceiptDue]]:
    told = answer(held.now.change, held.told)
    if told is None:
        return held, ()
    held = replace(held, told=told)
    return held, receipts(held, told)
