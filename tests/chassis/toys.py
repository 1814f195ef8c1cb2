"""A stage small enough to count by hand, and doors that break on demand."""

from collections.abc import Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import MetaData, select
from sqlmodel import Field, SQLModel, col

from contracts import ids
from contracts.errors import Invalid
from contracts.events import ComplaintReceived, Posting, ReceiptDue
from contracts.stage import Event, How, Outcome, Write
from contracts.topics import COMPLAINT_RECEIVED, RECEIPT_DUE
from services.chassis.database import Database
from services.chassis.ledger import Ledger
from services.chassis.letters import Letter

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


class Toys(SQLModel):
    """Tables of their own, which no migration should know."""

    metadata = MetaData()


class ToySeen(Toys, table=True):
    """One row a complaint: a second INSERT would clash."""

    id: UUID = Field(primary_key=True)
    text: str


class ToyCount(Toys, table=True):
    """A counter: deciding twice would count twice."""

    platform: str = Field(primary_key=True)
    count: int


class ToyStage:
    """Counts complaints and answers each with two receipts.

    Text `bad…` is invalid, `poison…` raises, `refuse…` is refused, `ignore…` ignored.
    """

    name = "toy"
    reads = (COMPLAINT_RECEIVED,)

    def queries(self, batch):
        wanted = [event.data.complaint_id for event in batch]
        return {"seen": select(col(ToySeen.id)).where(col(ToySeen.id).in_(wanted))}

    def decide(self, view, batch):
        return [self._one(event) for event in batch]

    def _one(self, event):
        posting = event.data.posting
        if posting.text.startswith("poison"):
            raise ZeroDivisionError("secret words of a citizen")
        if posting.text.startswith("bad"):
            return Outcome(event, invalid=Invalid("bad_text", "it begins with bad"))
        if posting.text.startswith("ignore"):
            return Outcome(event, ignored=True)
        if posting.text.startswith("refuse"):
            return Outcome(event, refusal="not_now")
        writes = [
            Write(ToySeen, {"id": event.data.complaint_id, "text": posting.text}),
            Write(ToyCount, {"platform": posting.platform, "count": 1}, How.ADD),
        ]
        return Outcome(event, writes, [self._receipt(event, n) for n in range(2)])

    def _receipt(self, event, ordinal):
        data = ReceiptDue(
            platform=event.data.posting.platform,
            external_id=event.data.posting.external_id,
            complaint_id=event.data.complaint_id,
            case_id=ids.case_id(event.data.complaint_id, ordinal),
            number="0",
            answer="accepted",
            at=event.time,
        )
        return Event(
            ids.event_id(event.id, "toy", ordinal),
            RECEIPT_DUE,
            "grid",
            event.subject,
            event.time,
            data,
            event.id,
        )


def complaint(number: int, text: str = "灯不亮") -> Event:
    complaint_id = ids.complaint_id("grid", str(number))
    posting = Posting(platform="grid", external_id=str(number), text=f"{text} {number}", occurred_at=NOW)
    data = ComplaintReceived(complaint_id=complaint_id, revision="r", received_at=NOW, posting=posting)
    event_id = ids.event_id(complaint_id, "door")
    return Event(event_id, COMPLAINT_RECEIVED, str(complaint_id), str(complaint_id), NOW, data)


async def make_tables(database: Database) -> None:
    kept = [Ledger.__table__, Letter.__table__]
    async with database.transaction() as connection:
        await connection.run_sync(Toys.metadata.create_all)
        await connection.run_sync(lambda c: SQLModel.metadata.create_all(c, tables=kept))


class Crash(BaseException):
    """The power is gone: nothing after this line happens, and nobody may catch it."""


STEPS = (
    "fetch", "read", "begin", "write", "before commit", "after commit", "before publish", "half published",
    "after publish", "before offsets", "after offsets",
)  # fmt: skip


class Fuse:
    """Burns through once, at the `nth` time a step is reached."""

    def __init__(self, step: str, nth: int) -> None:
        self.step, self.left, self.burnt = step, nth, False

    def at(self, step: str) -> None:
        if step == self.step and not self.burnt:
            self.left -= 1
            if self.left <= 0:
                self.burnt = True
                raise Crash(step)


class FusedDatabase:
    """The real database behind a fuse."""

    def __init__(self, database: Database, fuse: Fuse) -> None:
        self._database, self._fuse = database, fuse

    async def read(self, queries):
        self._fuse.at("read")
        return await self._database.read(queries)

    @asynccontextmanager
    async def transaction(self):
        self._fuse.at("begin")
        async with self._database.transaction() as connection:
            yield connection
            self._fuse.at("before commit")
        self._fuse.at("after commit")

    async def write(self, connection, writes):
        await self._database.write(connection, writes)
        self._fuse.at("write")


class FusedMember:
    """A real subscription behind a fuse."""

    def __init__(self, member, fuse: Fuse) -> None:
        self._member, self._fuse = member, fuse

    async def fetch(self, max_records, max_wait):
        records = await self._member.fetch(max_records, max_wait)
        if records:
            self._fuse.at("fetch")
        return records

    async def commit(self, positions):
        self._fuse.at("before offsets")
        await self._member.commit(positions)
        self._fuse.at("after offsets")


class FusedLog:
    """The real log behind a fuse."""

    def __init__(self, log, fuse: Fuse) -> None:
        self._log, self._fuse = log, fuse

    async def publish(self, messages: Sequence):
        self._fuse.at("before publish")
        if self._fuse.step == "half published" and not self._fuse.burnt:
            await self._log.publish(messages[: len(messages) // 2])
            self._fuse.at("half published")
        await self._log.publish(messages)
        self._fuse.at("after publish")

    @asynccontextmanager
    async def subscribe(self, topics, group, revoked=None):
        async with self._log.subscribe(topics, group, revoked) as member:
            yield FusedMember(member, self._fuse)
