"""Keys of programs: read for the doors, issued on the command line."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlmodel import col

from contracts.stage import Write
from contracts.tables import columns
from services.chassis.database import Database
from services.http.auth import Caller, KeyRing, issue
from services.http.tables import ApiKey


def key_ring(database: Database) -> KeyRing:
    """All keys in force, read anew every few seconds."""

    async def read() -> Iterable[ApiKey]:
        rows = await database.rows(select(*columns(ApiKey)))
        return [ApiKey(**row._mapping) for row in rows]

    return KeyRing(read)


async def add_keys(database: Database, callers: Sequence[Caller]) -> list[str]:
    """Issue a key for each; the keys themselves, which are kept nowhere."""
    issued = [issue(caller, datetime.now(UTC)) for caller in callers]
    async with database.transaction() as connection:
        await database.write(connection, [Write(ApiKey, row.model_dump()) for _, row in issued])
    return [key for key, _ in issued]


async def revoke_keys(database: Database, name: str) -> int:
    """Take back every key of this name; how many there were."""
    mine = (col(ApiKey.name) == name, col(ApiKey.revoked_at).is_(None))
    async with database.transaction() as connection:
        done = await connection.execute(update(ApiKey).where(*mine).values(revoked_at=datetime.now(UTC)))
    return int(done.rowcount)
