"""Keys of programs: read for the doors, issued on the command line."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlmodel import col

from contracts.stage import AnyRow, Write
from contracts.tables import columns
from services.chassis.database import Database
from services.console.trail import command_line, entry
from services.console.words import Deed
from services.http.auth import Caller, KeyRing, issue
from services.http.tables import ApiKey


def key_ring(database: Database) -> KeyRing:
    """All keys in force, read anew every second."""

    async def read() -> Iterable[ApiKey]:
        rows = await database.rows(select(*columns(ApiKey)))
        return [ApiKey(**row._mapping) for row in rows]

    return KeyRing(read)


async def add_keys(database: Database, callers: Sequence[Caller]) -> list[str]:
    """Issue a key for each, and say so in the trail; the keys themselves, which are kept nowhere."""
    issued = [issue(caller, datetime.now(UTC)) for caller in callers]
    me = command_line()
    noted = [entry(me, Deed.KEY_ISSUE, row.name, ", ".join(row.scopes)) for _, row in issued]
    async with database.transaction() as connection:
        await database.write(connection, [*(Write(ApiKey, row.model_dump()) for _, row in issued), *noted])
    return [key for key, _ in issued]


async def all_keys(database: Database) -> Sequence[AnyRow]:
    """Every key there is or was, by name, without what it hashes to."""
    query = select(*(column for column in columns(ApiKey) if column.name != "hash"))
    return await database.rows(query.order_by(col(ApiKey.name), col(ApiKey.created_at)))


async def revoke_keys(database: Database, name: str) -> int:
    """Take back every key of this name, and say so in the trail; how many there were."""
    mine = (col(ApiKey.name) == name, col(ApiKey.revoked_at).is_(None))
    async with database.transaction() as connection:
        done = await connection.execute(update(ApiKey).where(*mine).values(revoked_at=datetime.now(UTC)))
        if done.rowcount:
            await database.write(connection, [entry(command_line(), Deed.KEY_REVOKE, name)])
    return int(done.rowcount)
