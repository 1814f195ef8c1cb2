"""Rows the router keeps: what a twin could repeat, and how much each force has in hand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from contracts.tables import JsonB, UtcDateTime


def _key() -> Any:
    return Field(sa_type=BigInteger, index=True)


class TwinCandidate(SQLModel, table=True):
    """An open, unsensitive case, or one linked to it, which is compared with for it. Hashed keys find it, the
    rest judges it; no text is kept."""

    __tablename__ = "twin_candidate"

    case_id: UUID = Field(primary_key=True)
    complaint_id: UUID
    platform: str
    place: str  # town or county code, empty where unknown
    category: str
    colour: str
    flags: list[str] = Field(sa_column=Column(JsonB, nullable=False))
    received_at: datetime = Field(sa_type=UtcDateTime)
    caller: int | None = _key()  # the phone
    caller_here: int | None = _key()  # the phone at this place
    spot: int | None = _key()  # one named spot and subject
    copy_of: int | None = _key()  # a run of characters that copies of a long text share
    here: int | None = _key()  # this town and category
    lead: UUID | None = Field(index=True)  # the case it is linked to
    lead_complaint: UUID | None
    respondent: int | None = Field(sa_type=BigInteger)
    spots: list[int] = Field(sa_column=Column(JsonB, nullable=False))  # hashes of named spots
    numbers: list[int] = Field(
        sa_column=Column(JsonB, nullable=False)
    )  # hashes of 三组, 5幢, a sum of money …, each ending in its kind
    sketch: list[int] = Field(sa_column=Column(JsonB, nullable=False))  # smallest hashes of the text's parts


class ForceLoad(SQLModel, table=True):
    """How many open cases a force has."""

    __tablename__ = "force_load"

    force_id: str = Field(primary_key=True)
    open_cases: int


class Held(SQLModel, table=True):
    """Which force an open case counts for, so that its load is freed exactly once."""

    case_id: UUID = Field(primary_key=True)
    force_id: str
