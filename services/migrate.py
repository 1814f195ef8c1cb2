"""Brings the database to the tables this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

_HERE = Path(__file__).parent / "migrations"
_LOCK = 7_203_306  # any number, the same for all who migrate


def config(url: str) -> Config:
    """Alembic's configuration, without a file of its own."""
    made = Config()
    made.set_main_option("script_location", str(_HERE))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


async def migrate(url: str) -> None:
    """Upgrade to the newest tables; several processes may try at once."""
    engine = create_async_engine(url, hide_parameters=True)
    async with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        await connection.run_sync(_upgrade, url)
    await engine.dispose()


def _upgrade(connection: Connection, url: str) -> None:
    made = config(url)
    made.attributes["connection"] = connection
    command.upgrade(made, "head")
