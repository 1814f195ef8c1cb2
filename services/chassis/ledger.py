"""Inbox, outbox and audit trail in one row: what a stage took in, and what it gave out because of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import select
from sqlmodel import Field, SQLModel, col

from contracts.stage import Query
from contracts.tables import UtcDateTime, one_of
from services.chassis.log import Message


class Ledger(SQLModel, table=True):
    """One input of one stage. Its key is the claim: it can be there only once."""

    stage: str = Field(primary_key=True)
    input_id: UUID = Field(primary_key=True)
    verdict: str  # done, refused, dead
    reason: str | None = None  # why a person's action was refused, or the dead letter's code
    outputs: bytes  # what `pack` made of the messages
    at: datetime = Field(sa_type=UtcDateTime, index=True)


def claimed(stage: str, inputs: Iterable[UUID]) -> Query:
    """Those of the inputs that the stage has already decided, with what it gave out."""
    return select(col(Ledger.input_id), col(Ledger.outputs)).where(
        col(Ledger.stage) == stage, one_of(col(Ledger.input_id), inputs)
    )


def pack(messages: Sequence[Message]) -> bytes:
    """Messages as JSON: `[[topic, key, value, [[header, value], …]], …]`."""
    return to_json([(m.topic, m.key, m.value, m.headers) for m in messages])


def unpack(outputs: bytes) -> list[Message]:
    """The messages that `pack` was given."""
    return [
        Message(topic, key.encode(), value.encode(), [(n, v.encode()) for n, v in headers])
        for topic, key, value, headers in from_json(outputs)
    ]
