"""Sessions that were signed out: a copy of such a cookie opens nothing, in whatever process it is shown."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import col

from contracts.stage import How, Write
from contracts.tables import one_of
from services.chassis.database import Database
from services.console.tables import EndedSession

SHIFT = timedelta(hours=12)  # a session lasts


async def end(database: Database, session: str) -> None:
    """From now on it is over; those whose shift is over anyway are forgotten."""
    now = datetime.now(UTC)
    async with database.transaction() as connection:
        await connection.execute(delete(EndedSession).where(col(EndedSession.at) < now - SHIFT))
        await database.write(connection, [Write(EndedSession, {"session": session, "at": now}, How.KEEP)])


async def ended(database: Database, sessions: Collection[str]) -> set[str]:
    """Those of these sessions that were signed out."""
    mine = one_of(col(EndedSession.session), sessions)
    return {row.session for row in await database.rows(select(col(EndedSession.session)).where(mine))}
