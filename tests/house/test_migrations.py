"""Migrations lead to the tables the code declares, on both databases, and back."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from services.migrate import config, migrate
from services.tables import metadata


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    return request.getfixturevalue("postgres").fresh_database()


async def on_connection(url, work):
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        result = await connection.run_sync(work)
    await engine.dispose()
    return result


async def test_migrated_tables_are_the_declared_ones(url) -> None:
    await migrate(url)
    await migrate(url)  # a second time changes nothing

    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection), metadata())

    assert await on_connection(url, differences) == []


async def test_there_is_a_way_back(url) -> None:
    await migrate(url)

    def down(connection):
        made = config(url)
        made.attributes["connection"] = connection
        command.downgrade(made, "base")
        return [name for name in connection.dialect.get_table_names(connection) if name != "alembic_version"]

    assert await on_connection(url, down) == []
