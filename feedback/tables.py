"""Rows of the life of a case. Only the feedback stage writes `cases`, `case_change` and `clock`."""

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
    overdue: bool  # a promise was missed and the case is still open
    next_due_at: datetime | None = Field(sa_type=UtcDateTime, index=True)
    outcome: str | None
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    changed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    snapshot: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))  # its last CaseProgressed


class CaseChange(SQLModel, table=True):
    """The timeline. Its key is the lock: two writers of one version clash, and one decides anew."""

    __tablename__ = "case_change"

    case_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    change: dict[str, Any] = Field(sa_column=Column(JsonB, nullable=False))  # a contracts Change
    at: datetime = Field(sa_type=UtcDateTime)


class Clock(SQLModel, table=True):
    """A promise that runs, was kept or was missed."""

    __table_args__ = (
        Index(
            "clock_due",
            "due_at",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    case_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=UtcDateTime, primary_key=True)
    state: str  # running, fired (its command is published), kept, missed
    started_at: datetime = Field(sa_type=UtcDateTime)
