"""What went in, what came out, what was lost on the way: read from the engines after a run.

Nothing of the hub's own counting is trusted: what the platforms hold is held against complaints, complaints
against cases, cases against their timelines, every row of the ledger against the log, receipts against what
the platforms were told. Read it while no role runs.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from rich.table import Table
from sqlalchemy import select
from sqlmodel import SQLModel, col

from bench.evidence import Desks, Item, Told, event_id, everything_told, fingerprint
from classifier.tables import Complaint
from contracts import ids
from contracts.stage import AnyRow
from contracts.topics import CASE_COMMAND, CASE_PROGRESSED, RECEIPT_DUE
from contracts.vocabulary import State
from feedback.tables import Case, CaseChange, Clock, ReceiptDelivery
from services.chassis.database import Database
from services.chassis.ledger import Ledger, unpack
from services.chassis.letters import Letter
from services.chassis.open_log import open_log

_GRACE = timedelta(seconds=10)  # a clock that fell due this long before the end must have been fired


class Line(NamedTuple):
    """One hop: so many different things in and out, and what is wrong with them."""

    hop: str
    came: int
    went: int
    lost: int = 0
    duplicated: int = 0  # more than one where there should be one, or one where there should be none
    contradicted: int = 0  # one thing that says two things
    repeated: int = 0  # the same thing said again: allowed, readers know its id


@dataclass(frozen=True, slots=True)
class Accounts:
    """The balance of a run."""

    lines: Sequence[Line]
    letters: Mapping[str, int] = field(default_factory=dict)  # open dead letters by stage and code

    @property
    def faults(self) -> list[str]:
        """What is wrong, in words; empty where nothing was lost, done twice or said in two ways."""
        wrong = [line for line in self.lines if line.lost or line.duplicated or line.contradicted]
        return [*map(str, wrong), *(f"{count} dead letters: {kind}" for kind, count in self.letters.items())]

    def table(self) -> Table:
        """For people."""
        shown = Table(box=None, pad_edge=False)
        for number, name in enumerate(Line._fields):
            shown.add_column(name, justify="right" if number else "left", no_wrap=True)
        for line in self.lines:
            shown.add_row(line.hop, *(f"{number:,}" for number in line[1:]))
        for kind, count in self.letters.items():
            shown.add_row(f"dead letters: {kind}", "", f"{count:,}")
        return shown


async def balance(
    log_url: str, database_url: str, desks: Desks, stopped: datetime, posted: Collection[Item] = ()
) -> Accounts:
    """The accounts of everything on these engines, when the hub was `stopped`. `posted` is what REST took, as
    its callers heard it."""
    log, database = open_log(log_url), Database(database_url)
    try:
        await log.start()
        return await _balance(database, await everything_told(log), desks, stopped, posted)
    finally:
        await log.stop()
        await database.stop()


async def _balance(
    database: Database, told: Mapping[str, Told], desks: Desks, stopped: datetime, posted: Collection[Item]
) -> Accounts:
    complaints = await _rows(database, Complaint, "id platform external_id matters")
    cases = {row.id: row for row in await _rows(database, Case, "id state version linked_to")}
    changes = await _rows(database, CaseChange, "case_id seq change")
    clocks = await _rows(database, Clock, "case_id kind due_at state")
    receipts = await _rows(database, ReceiptDelivery, "event_id case_id answer state")
    letters = await _rows(database, Letter, "stage code state subject")
    buried = {UUID(row.subject) for row in letters if row.subject}
    return Accounts(
        [
            _postings(desks.items | set(posted), complaints, buried),
            _matters(complaints, cases, buried),
            _placed(cases),
            _timelines(cases, changes),
            _steps(changes, told[CASE_PROGRESSED.name]),
            _clocks(clocks, changes, told[CASE_COMMAND.name], stopped),
            *_receipts(receipts, told[RECEIPT_DUE.name], desks),
            *await _topics(database, told),
        ],
        Counter(f"{row.stage}, {row.code}" for row in letters if row.state == "open"),
    )


async def _rows(database: Database, table: type[SQLModel], names: str) -> Sequence[AnyRow]:
    return await database.rows(select(*(col(getattr(table, name)) for name in names.split())))


def _postings(sent: Collection[Item], complaints: Iterable[AnyRow], buried: Collection[UUID]) -> Line:
    held = Counter(Item(row.platform, row.external_id) for row in complaints)
    lost = {ids.complaint_id(*item) for item in set(sent) - held.keys()} - set(buried)
    twice = held.total() - len(held) + len(held.keys() - sent)
    return Line("postings → complaints", len(sent), len(held), len(lost), twice)


def _matters(complaints: Iterable[AnyRow], cases: Mapping[UUID, AnyRow], buried: Collection[UUID]) -> Line:
    """Every matter of every complaint is one case, and there is no other case."""
    due = {ids.case_id(row.id, ordinal) for row in complaints for ordinal in range(max(row.matters, 1))}
    lost = due - cases.keys() - set(buried)
    return Line("matters → cases", len(due), len(cases), len(lost), len(cases.keys() - due))


def _placed(cases: Mapping[UUID, AnyRow]) -> Line:
    """A case is with a force, waits for a person, or lives with a case that does not live with another."""
    leads = {row.id for row in cases.values() if row.state != State.LINKED}
    astray = sum(row.state == State.LINKED and row.linked_to not in leads for row in cases.values())
    return Line("cases → with somebody", len(cases), len(cases) - astray, astray)


def _timelines(cases: Mapping[UUID, AnyRow], changes: Iterable[AnyRow]) -> Line:
    """No hole in a case's timeline, and nothing behind its end."""
    due = {(key, seq) for key, row in cases.items() for seq in range(row.version + 1)}
    found = {(row.case_id, row.seq) for row in changes}
    return Line("versions → changes", len(due), len(found), len(due - found), len(found - due))


def _steps(changes: Iterable[AnyRow], told: Told) -> Line:
    """Every change but the silent first one was told to the world, by one event, as it is written."""
    written = {(row.case_id, row.seq): fingerprint(row.change) for row in changes if row.seq}
    ways = {step: set(events.values()) for step, events in told.steps.items()}
    return Line(
        "changes → told",
        len(written),
        len(ways),
        len(written.keys() - ways.keys()),
        sum(len(events) - 1 for events in told.steps.values()) + len(ways.keys() - written.keys()),
        sum(ways[step] != {change} for step, change in written.items() if step in ways),
    )


def _clocks(clocks: Iterable[AnyRow], changes: Iterable[AnyRow], told: Told, stopped: datetime) -> Line:
    """Every clock that fell due was fired, heard, and did its work once."""
    overdue = stopped - _GRACE
    deaf = [c for c in clocks if c.state == "fired" or (c.state == "running" and c.due_at < overdue)]
    done = Counter(UUID(row.change["cause"]) for row in changes if row.change["action"] == "expire")
    lost, twice = len(deaf) + told.missing(done), done.total() - len(done)
    return Line("clocks due → fired", len(done) + len(deaf), len(done), lost, twice)


def _receipts(rows: Sequence[AnyRow], told: Told, desks: Desks) -> list[Line]:
    """Every receipt that is due is noted; every one of a platform that listens has arrived there, and one
    answer about one case has one key."""
    noted = {row.event_id for row in rows}
    arrived = {row.event_id for row in rows if row.state == "offered"} | {UUID(key) for key in desks.receipts}
    twice = Counter((row.case_id, row.answer) for row in rows)
    again = sum(count - 1 for count in twice.values()) + len(arrived - noted)
    return [
        Line("receipts due → noted", len(told.times), len(noted), len(told.times.keys() - noted)),
        Line("receipts → at the platform", len(noted), len(arrived), len(noted - arrived), again),
    ]


async def _topics(database: Database, told: Mapping[str, Told]) -> list[Line]:
    """What the ledger says was given out is in the log."""
    promised: dict[str, set[UUID]] = defaultdict(set)
    async with database.transaction() as connection:  # PostgreSQL streams only in one
        async for outputs in await connection.stream_scalars(select(col(Ledger.outputs))):
            for message in unpack(outputs):
                promised[message.topic].add(event_id(message))
    return [
        Line(
            f"in the log: {name}", len(promised[name]), len(told[name].times),
            told[name].missing(promised[name]), 0, told[name].contradicted, told[name].repeated,
        )
        for name in told
    ]  # fmt: skip
