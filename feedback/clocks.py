"""Which promises a change starts, keeps, drops or finds missed; and how an expired one speaks up."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from sqlalchemy import Update, literal, select, tuple_, update
from sqlmodel import col

from contracts.events import Actor, CaseCommand, CaseProgressed, Change, Running
from contracts.stage import AnyRow, Event, How, Query, Write
from contracts.tables import UtcDateTime
from contracts.topics import CASE_COMMAND
from contracts.vocabulary import Action, ActorKind, ClockKind, Ground, State
from feedback.life import RESTING
from feedback.promises import Promises, Start, due
from feedback.tables import Clock

LIVE = ("running", "fired")


@dataclass(frozen=True, slots=True)
class Ticking:
    """A clock that still runs."""

    kind: ClockKind
    due_at: datetime
    started_at: datetime

    def write(self, case_id: UUID, state: str, holder: str) -> Write:
        """The clock's row in a new state; of a missed one with who had the case."""
        return Write(
            Clock,
            {
                "case_id": case_id,
                "kind": self.kind.value,
                "due_at": self.due_at,
                "state": state,
                "started_at": self.started_at,
                "force_id": holder if state == "missed" else None,
            },
            How.PUT,
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """What a change did to a case's clocks."""

    running: tuple[Ticking, ...]
    overdue: tuple[ClockKind, ...]
    missed: tuple[Running, ...]  # of `overdue`, with the time each was due
    late: tuple[ClockKind, ...]  # kept, but after the time
    writes: tuple[Write, ...]


def turn(
    promises: Promises,
    now: CaseProgressed,
    change: Change,
    ground: Ground,
    ticking: Sequence[Ticking],
    *,
    holder: str = "",
    missed: Ticking | None = None,
    anew: bool = False,
) -> Turn:
    """Carry the clocks over a change. `now` is the case after it, `holder` the force that had it until then,
    `missed` the clock that expired, if any.

    `anew`: the promises for its whole life were another kind's; they end, and this kind's begin.
    """
    again = anew and change.after not in RESTING
    moments: list[Start] = ["opening"] if again else starts(change, now)
    ends = {
        clock: "missed" if clock == missed else _end(promises, clock, change, moments, again)
        for clock in ticking
    }
    running = tuple(clock for clock, end in ends.items() if not end)
    fresh = [clock for start in moments for clock in _started(promises, start, now, change, ground)]
    fresh = [clock for clock in fresh if clock.kind not in {old.kind for old in running}]
    lost = [clock for clock, end in ends.items() if end == "missed"]
    owed = [kind for kind in now.overdue if not (again and promises.clock[kind].starts == "opening")]
    overdue = _owed(promises, [*owed, *(clock.kind for clock in lost)], change.after)
    case_id = now.matter.case_id
    writes = [clock.write(case_id, end, holder) for clock, end in ends.items() if end]
    return Turn(
        running=(*running, *fresh),
        overdue=overdue,
        missed=_first([*now.missed, *(Running(kind=c.kind, due_at=c.due_at) for c in lost)], overdue),
        late=tuple(clock.kind for clock in lost if missed is None or clock.kind is not missed.kind),
        writes=(*writes, *(clock.write(case_id, "running", holder) for clock in fresh)),
    )


def starts(change: Change, now: CaseProgressed) -> list[Start]:
    """Which moments in a case's life this change is."""
    handing = {Action.ROUTE, Action.REOPEN, Action.CALL_BACK}
    moments: list[Start] = []
    if change.after not in RESTING and (change.seq == 1 or change.before in RESTING):
        moments.append("opening")
    if change.after is State.HANDED_OFF and change.action in handing:
        moments.append("hand_off")
    if change.action is Action.AGREE:
        moments.append("agreement")
    return moments


def _end(
    promises: Promises, clock: Ticking, change: Change, moments: Collection[Start], again: bool
) -> str | None:
    meaning = promises.clock[clock.kind]
    if change.after in meaning.kept_in:
        return "kept" if change.at <= clock.due_at else "missed"
    whole_life = meaning.starts == "opening"
    force_lost = change.after is State.TRIAGE or "hand_off" in moments
    over = again if whole_life else force_lost
    return "dropped" if change.after is State.LINKED or over else None


def _started(
    promises: Promises, start: Start, now: CaseProgressed, change: Change, ground: Ground
) -> Iterable[Ticking]:
    first = change.seq == 1
    for promise in promises.starting(start, now.matter, now.colour, ground):
        due_at = due(promise, now.matter.received_at, change.at, first)
        yield Ticking(promise.clock, due_at.astimezone(UTC), change.at)


def _owed(promises: Promises, kinds: Iterable[ClockKind], state: State) -> tuple[ClockKind, ...]:
    if state is State.LINKED:
        return ()
    return tuple(kind for kind in dict.fromkeys(kinds) if state not in promises.clock[kind].kept_in)


def _first(missed: Iterable[Running], kinds: Collection[ClockKind]) -> tuple[Running, ...]:
    """The first miss of each of these kinds: who waits, waits since then."""
    first: dict[ClockKind, Running] = {}
    for clock in missed:
        first.setdefault(clock.kind, clock)
    return tuple(clock for kind, clock in first.items() if kind in kinds)


def due_statement(now: datetime, limit: int) -> Query:
    """The clock worker's claim: running clocks that are due at `now`, oldest first.

    Goes in one transaction with `fired_statement`. SKIP LOCKED lets several workers share the work on
    PostgreSQL; SQLite has one writer.
    """
    return (
        select(
            col(Clock.case_id),
            col(Clock.kind),
            col(Clock.due_at),
            literal(now, UtcDateTime()).label("fired_at"),
        )
        .where(col(Clock.state) == "running", col(Clock.due_at) <= now)
        .order_by(col(Clock.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def fired_statement(rows: Sequence[AnyRow]) -> Update:
    """Marks claimed clocks as fired, once their commands are in the log; one that ended meanwhile stays."""
    keys = [(row.case_id, row.kind, row.due_at) for row in rows]
    key = tuple_(col(Clock.case_id), col(Clock.kind), col(Clock.due_at))
    return update(Clock).where(key.in_(keys), col(Clock.state) == "running").values(state="fired")


def expire_command(row: AnyRow) -> Event:
    """What an expired clock says, of a row of `due_statement`. Fired twice it has one id, so it is one event.

    It speaks at the time it fires: after an outage the next force's promises count from then, or they
    would be missed before anybody saw the case.
    """
    due_at = row.due_at.astimezone(UTC)
    return Event(
        id=uuid5(row.case_id, f"expire\x1f{row.kind}\x1f{due_at.isoformat()}"),
        topic=CASE_COMMAND,
        key=str(row.case_id),
        subject=str(row.case_id),
        time=row.fired_at,
        data=CaseCommand(
            case_id=row.case_id,
            action=Action.EXPIRE,
            actor=Actor(kind=ActorKind.CLOCK, name="clock"),
            at=row.fired_at,
            clock=ClockKind(row.kind),
            due_at=due_at,
        ),
    )
