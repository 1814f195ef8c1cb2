"""Rows of complaints and of what a model in shadow made of them. Only the classify stage writes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from contracts.tables import JsonB, UtcDateTime


class Complaint(SQLModel, table=True):
    """A complaint as its newest revision says it."""

    id: UUID = Field(primary_key=True)
    platform: str
    external_id: str
    revision: str
    revisions: int  # how many there were, with the first
    text: str = Field(repr=False)
    posting: dict[str, Any] = Field(
        sa_column=Column(JsonB, nullable=False), repr=False
    )  # a contracts Posting
    language: str
    matters: int  # how many cases it has: they are ordinals 0 to matters - 1
    taxonomy: str  # the version it was judged by
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    revised_at: datetime = Field(sa_type=UtcDateTime)


class ShadowCount(SQLModel, table=True):
    """How often a model in shadow would have said `would` where the one in use said `category`."""

    __tablename__ = "shadow_count"

    version: str = Field(primary_key=True)  # in shadow
    live: str = Field(primary_key=True)  # in use meanwhile
    category: str = Field(primary_key=True)
    would: str = Field(primary_key=True)
    matters: int
