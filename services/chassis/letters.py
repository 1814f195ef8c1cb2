"""Dead letters: records no stage could process, kept whole with the reason, to be mended and sent again."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic_core import from_json
from sqlalchemy import Column, select, update
from sqlmodel import Field, SQLModel, col

from contracts.errors import Invalid
from contracts.events import DeadLetter
from contracts.stage import AnyRow, Event, Query, Write
from contracts.tables import JsonB, UtcDateTime, columns, one_of
from contracts.topics import DEAD_LETTER
from services.chassis.database import Database
from services.chassis.envelope import encode
from services.chassis.log import Log, Message, Record, refuse_oversized


class Letter(SQLModel, table=True):
    """A dead letter and what became of it."""

    __tablename__ = "dead_letter"

    id: UUID = Field(primary_key=True)
    stage: str = Field(index=True)
    subject: str = Field(index=True)
    topic: str
    code: str
    reason: str
    state: str = Field(index=True)  # open, redriven, dropped
    attempt: int  # how many times it had been redriven when it came here
    letter: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))  # the DeadLetter
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    handled_by: str | None = None
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    mended: str | None = None  # the value that was sent again, where a person changed it


_OPEN = col(Letter.state) == "open"
Noted = Callable[[UUID], Write]  # the row to keep of a letter that was handled


def origin_id(record: Record) -> UUID:
    """The record's event id; one made from its place in the log where it has none."""
    try:
        return UUID(dict(record.headers)["ce_id"].decode())
    except (KeyError, ValueError):
        return uuid5(UUID(int=0), f"{record.topic}/{record.partition}/{record.offset}")


def letter_for(stage: str, record: Record, why: Invalid, parked_behind: UUID | None = None) -> Event:
    """The dead letter of a record, as an event."""
    headers = {name: _text(value) for name, value in record.headers}
    origin, subject = origin_id(record), headers.get("ce_subject", "")
    data = DeadLetter(
        stage=stage,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        event_id=origin,
        subject=subject,
        code=why.code,
        reason=why.message,
        key=_text(record.key),
        headers=tuple((_text(name.encode()), _text(value)) for name, value in record.headers),
        value=_text(record.value),
        attempt=_attempt(headers.get("ce_redriven", "")),
        parked_behind=parked_behind,
        at=record.at,
    )
    return Event(
        id=uuid5(origin, f"dead\x1f{stage}"),
        topic=DEAD_LETTER,
        key=data.key,
        subject=subject,
        time=record.at,
        data=data,
        cause=origin,
    )


def _text(content: bytes) -> str:
    """Whatever came, as a text that any database keeps: what cannot be buried would stop its stage."""
    return content.decode("utf-8", "replace").replace("\0", "\ufffd")


def _attempt(said: str) -> int:
    """How many times it was redriven; none, where somebody else wrote the header."""
    return int(said) if re.fullmatch("[0-9]{1,6}", said) else 0


def announced(letter: Event) -> Message:
    """The letter's message; without what came where that is more than the log takes: the table has it whole,
    and one record must not keep all others out."""
    message = encode(letter)
    try:
        refuse_oversized([message])
    except Invalid:
        return encode(replace(letter, data=letter.data.model_copy(update={"value": "", "headers": ()})))
    return message


def row_for(letter: Event) -> Write:
    """The letter's row."""
    data = letter.data
    assert isinstance(data, DeadLetter)  # noqa: S101
    kept = ("stage", "subject", "topic", "code", "reason", "attempt", "at")
    values = {name: getattr(data, name) for name in kept}
    return Write(Letter, {**values, "id": letter.id, "state": "open", "letter": data.model_dump(mode="json")})


def open_letters(stage: str, subjects: Iterable[str]) -> Query:
    """Open letters of these subjects; what comes later for the same subject parks behind them."""
    return select(col(Letter.id), col(Letter.subject), col(Letter.topic)).where(
        col(Letter.stage) == stage, _OPEN, one_of(col(Letter.subject), subjects)
    )


async def redrive(
    database: Database,
    log: Log,
    chosen: Sequence[UUID],
    by: str,
    mended: Mapping[UUID, str] | None = None,
    as_message: Callable[[Mapping[str, Any], str], Message] | None = None,
    noted: Noted | None = None,
) -> int:
    """Send open letters again, oldest first, with what parked behind them; the number sent.

    `mended` holds new values (JSON) for letters that a person corrected. Publishing comes before
    marking: a crash between the two sends the same ids again, and the ledger knows them. What `noted` makes
    of each is kept with the marks.
    """
    rows, new, make = await _with_parked(database, chosen), mended or {}, as_message or again
    await log.publish([make(row.letter, new.get(row.id, row.letter["value"])) for row in rows])
    sent = {
        row.id: new[row.id] for row in rows if row.id in new and _differ(row.letter["value"], new[row.id])
    }
    await _mark(database, [row.id for row in rows], "redriven", by, noted, sent)
    return len(rows)


async def drop(database: Database, chosen: Sequence[UUID], by: str, noted: Noted | None = None) -> int:
    """Give open letters up, on somebody's word; how many. The rows stay."""
    return await _mark(database, chosen, "dropped", by, noted)


async def _with_parked(database: Database, chosen: Sequence[UUID]) -> Sequence[AnyRow]:
    wanted = await database.rows(select(*columns(Letter)).where(col(Letter.id).in_(chosen), _OPEN))
    lines = {(row.stage, row.topic, row.subject) for row in wanted if row.subject}
    subjects = {subject for *_, subject in lines}
    parked = await database.rows(
        select(*columns(Letter)).where(col(Letter.subject).in_(subjects), _OPEN, col(Letter.code) == "parked")
    )
    # What waits for another stage's letter, or another topic's, goes on waiting for that.
    behind = [row for row in parked if (row.stage, row.topic, row.subject) in lines]
    together = {row.id: row for row in (*wanted, *behind)}
    return sorted(together.values(), key=lambda row: (row.at, row.letter["offset"]))


def again(letter: Mapping[str, Any], value: str) -> Message:
    """The record once more, with an id of its own that is the same at every try."""
    attempt = letter["attempt"] + 1
    new_id = uuid5(UUID(letter["event_id"]), f"redrive\x1f{attempt}")
    headers = {name: content.encode() for name, content in letter["headers"]}
    headers |= {"ce_id": str(new_id).encode(), "ce_redriven": str(attempt).encode()}
    return Message(letter["topic"], letter["key"].encode(), value.encode(), list(headers.items()))


def _differ(before: str, now: str) -> bool:
    """Whether a person changed more than the spaces."""
    try:
        return bool(from_json(before) != from_json(now))
    except ValueError:
        return True


async def _mark(
    database: Database,
    ids: Sequence[UUID],
    state: str,
    by: str,
    noted: Noted | None,
    mended: Mapping[UUID, str] | None = None,
) -> int:
    handled = {"state": state, "handled_by": by, "handled_at": datetime.now(UTC)}
    async with database.transaction() as connection:
        for one, value in (mended or {}).items():
            await connection.execute(update(Letter).where(col(Letter.id) == one, _OPEN).values(mended=value))
        done = await connection.execute(
            update(Letter).where(col(Letter.id).in_(ids), _OPEN).values(**handled).returning(col(Letter.id))
        )
        marked = [row.id for row in done]
        if noted:
            await database.write(connection, map(noted, marked))
        return len(marked)
