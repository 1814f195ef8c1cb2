"""Rows of the console: who may sign in, and who looked at what."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from contracts.tables import UtcDateTime


class Operator(SQLModel, table=True):
    """A post at a centre, a police station, a force: the person behind it changes, the post stays."""

    login: str = Field(primary_key=True)
    hash: str = Field(repr=False)  # argon2id
    post: str  # 岗位, as it is shown: 枫桥镇社会治理中心 值班岗
    role: str  # a Role
    place: str | None = None  # six digits: a county, nine: a town, none: all of Shaoxing
    force_id: str | None = None
    language: str = "zh"
    post_en: str | None = None  # the same in English; nothing: it is shown in Chinese, and marked as such
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # nobody signs in there any more


class EndedSession(SQLModel, table=True):
    """A session that ended before its time. Kept as long as its cookie would be good."""

    __tablename__ = "ended_session"

    session: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class AuditEntry(SQLModel, table=True):
    """Somebody saw, or tried to see, what not everybody may see; or decided what others then go by."""

    __tablename__ = "audit_entry"

    id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    login: str = Field(index=True)
    post: str
    deed: str  # a Deed
    about: str = Field(index=True)  # a case's number, a topic, a letter's id, a login, a key's name
    why: str | None = None  # a purpose, a role, the fields concerned, or somebody's words
