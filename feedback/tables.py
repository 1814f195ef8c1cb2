"""Rows of the life of a case, and of who is told about it.

Only the feedback stage writes `cases`, `case_helper`, `case_change`, `correction`, `sighting` and `clock`
(where the clock worker also marks rows as fired). The receipt worker writes `receipt_delivery`, the API the
rest.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from contracts.tables import JsonB, UtcDateTime


class Case(SQLModel, table=True):
    """A case as it is now."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_desk", "county_code", "town_code", "state", "received_at"),
        Index("cases_by_force", "force_id", "state"),
        Index("cases_urgent", "urgency", "urgent_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    complaint_id: UUID = Field(index=True)
    platform: str
    external_id: str
    state: str
    version: int  # the seq of its newest change
    intent: str
    kind: str
    category: str
    colour: str
    flags: list[str] = Field(sa_column=Column(JsonB, nullable=False))
    look: bool
    sensitive: bool
    county_code: str | None
    town_code: str | None
    level: str | None
    force_id: str | None
    force_kind: str | None
    linked_to: UUID | None = Field(index=True)
    attempt: int
    overdue: bool  # a promise was missed and is still owed
    next_due_at: datetime | None = Field(sa_type=UtcDateTime)
    urgency: int | None  # 0 danger, 1 waits for a look, 2 has promises, 3 has none; nothing: not open
    urgent_at: datetime = Field(sa_type=UtcDateTime)  # when the first of what is owed was or will be due
    seen_at: datetime | None = Field(sa_type=UtcDateTime)
    outcome: str | None
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    changed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ground: str
    told: str | None  # the last Answer its source was given
    had: list[str] = Field(sa_column=Column(JsonB, nullable=False))  # the forces that had it, in order
    snapshot: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))  # its last CaseProgressed


class CaseHelper(SQLModel, table=True):
    """A force that joins a case somebody else leads."""

    __tablename__ = "case_helper"

    force_id: str = Field(primary_key=True)
    case_id: UUID = Field(primary_key=True)


class CaseChange(SQLModel, table=True):
    """The timeline. Its key is the lock: two writers of one version clash, and one decides anew."""

    __tablename__ = "case_change"

    case_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    change: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))  # a contracts Change
    at: datetime = Field(sa_type=UtcDateTime)


class Corrected(SQLModel, table=True):
    """What a person made of a judgement, to learn from. The text stays with its case; this points there."""

    __tablename__ = "correction"

    id: UUID = Field(primary_key=True)  # the command's
    case_id: UUID = Field(index=True)
    complaint_id: UUID
    ordinal: int
    taxonomy: str  # the versions that judged before
    model: str | None
    confidence: float
    category: str
    now_category: str | None  # none where the person said nothing about it
    kind: str
    now_kind: str
    flags: list[str] = Field(sa_column=Column(JsonB, nullable=False))
    now_flags: list[str] = Field(sa_column=Column(JsonB, nullable=False))
    by: str  # a login or a program
    role: str | None
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class Clock(SQLModel, table=True):
    """A promise that runs, was kept, was missed, or was dropped with the hand-off it belonged to."""

    __table_args__ = (
        Index(
            "clock_due",
            "due_at",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index(
            "clock_missed",
            "due_at",
            sqlite_where=text("state = 'missed'"),
            postgresql_where=text("state = 'missed'"),
        ),
    )

    case_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=UtcDateTime, primary_key=True)
    state: str  # running, fired (its command is published), kept, missed, dropped
    started_at: datetime = Field(sa_type=UtcDateTime)
    # Who had the case when it was missed, empty: nobody. None where it was not, or before this was kept.
    force_id: str | None = None


class Postponed(SQLModel, table=True):
    """A command that came before its case and will be sent again."""

    event_id: UUID = Field(primary_key=True)
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    command: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))  # a CaseCommand


class Sighting(SQLModel, table=True):
    """One caller was seen in one case, for the rules that count repetitions. `who` is a fingerprint."""

    who: str = Field(primary_key=True)
    case_id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class ReceiptDelivery(SQLModel, table=True):
    """How far one receipt has come on its way to its platform."""

    __tablename__ = "receipt_delivery"
    __table_args__ = (Index("receipt_next", "platform", "state", "next_try_at"),)

    event_id: UUID = Field(primary_key=True)
    complaint_id: UUID = Field(index=True)
    case_id: UUID = Field(index=True)
    platform: str
    answer: str
    receipt: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))  # the ReceiptDue
    at: datetime = Field(sa_type=UtcDateTime)  # a case's receipts go out in this order
    state: str  # pending, delivered, offered (the platform reads it here), failed (tried again), given_up
    attempts: int
    next_try_at: datetime | None = Field(sa_type=UtcDateTime)
    last_error: str | None  # a code, never a platform's words
    delivered_at: datetime | None = Field(sa_type=UtcDateTime)


class Subscription(SQLModel, table=True):
    """What one agency follows, for what purpose, by which assessment (PIPL 55; 56 keeps it three years)."""

    id: UUID = Field(primary_key=True)
    agency: str = Field(index=True)
    name: str
    filter: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))  # a streams.Filter
    grants: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))  # a streams.Grants
    purpose: str
    assessment_no: str
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    active: bool


class StreamCursor(SQLModel, table=True):
    """How far a subscriber has confirmed what it read."""

    __tablename__ = "stream_cursor"

    subscription_id: UUID = Field(primary_key=True)
    positions: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))  # partition -> offset
    committed_at: datetime = Field(sa_type=UtcDateTime)
