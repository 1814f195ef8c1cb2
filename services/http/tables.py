"""Who may call."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from contracts.tables import JsonB, UtcDateTime


class ApiKey(SQLModel, table=True):
    """An API key. Only its SHA-256 is kept: a key is 256 random bits, so no slow hash is needed."""

    __tablename__ = "api_key"

    hash: str = Field(primary_key=True)
    name: str  # who holds it: a program's or an office's name
    platform: str | None = None  # posts for, and reads the complaints of, this platform
    agency: str | None = None  # subscribes in this agency's name
    scopes: list[str] = Field(sa_column=Column(JsonB, nullable=False))
    place: str | None = None  # sees this town or county only
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
