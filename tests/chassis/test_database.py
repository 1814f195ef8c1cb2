"""What the database cannot do just now is waited for, and no record is to blame for it."""

from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.pool import AsyncAdaptedQueuePool
from toys import NOW

from contracts.errors import DatabaseDown
from contracts.stage import Write
from services.chassis.cursors import PullCursor
from services.chassis.database import Database
from tests.engines import Postgres


async def test_no_connection_free_is_a_database_that_does_not_answer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = database.engine.pool
    assert isinstance(pool, AsyncAdaptedQueuePool)
    monkeypatch.setattr(pool, "_timeout", 0.01)
    async with AsyncExitStack() as busy:
        for _ in range(pool.size() + pool._max_overflow):
            await busy.enter_async_context(database.engine.connect())
        with pytest.raises(DatabaseDown):
            await database.ping()
    await database.ping()


@pytest.mark.postgres
async def test_a_server_that_only_reads_is_waited_for(postgres: Postgres) -> None:
    """As one does from which another takes over."""
    url = postgres.fresh_database()
    async with AsyncExitStack() as closing:
        database = await _migrated(url, closing)
        async with database.engine.begin() as connection:
            name = url.rpartition("/")[2]
            await connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        await database.engine.dispose()
        row: dict[str, Any] = {"platform": "grid", "cursor": "1", "moved_at": NOW}
        with pytest.raises(DatabaseDown):
            async with database.transaction() as connection:
                await database.write(connection, [Write(PullCursor, row)])


async def _migrated(url: str, closing: AsyncExitStack) -> Database:
    from services.migrate import migrate

    await migrate(url)
    database = Database(url)
    closing.push_async_callback(database.stop)
    return database
