"""How far each source platform has been pulled. Moves only after the log has taken what came before."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Field, SQLModel, col

from contracts.stage import How, Write
from contracts.tables import UtcDateTime
from services.chassis.database import Database


class PullCursor(SQLModel, table=True):
    """A place in a platform's own numbering."""

    __tablename__ = "pull_cursor"

    platform: str = Field(primary_key=True)
    cursor: str
    moved_at: datetime = Field(sa_type=UtcDateTime)


async def cursor_of(database: Database, platform: str) -> str | None:
    """Where to go on, None to begin at the beginning."""
    rows = await database.rows(select(col(PullCursor.cursor)).where(col(PullCursor.platform) == platform))
    return rows[0].cursor if rows else None


async def move_cursor(database: Database, platform: str, cursor: str, now: datetime) -> None:
    """Everything before `cursor` is in the log."""
    row = Write(PullCursor, {"platform": platform, "cursor": cursor, "moved_at": now}, How.PUT)
    async with database.transaction() as connection:
        await database.write(connection, [row])
