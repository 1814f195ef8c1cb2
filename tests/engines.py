"""Fixtures for what is real: `kafka`, `postgres`, `chromium`.

Each is taken from its environment variable (HUB_TEST_KAFKA, HUB_TEST_POSTGRES, HUB_TEST_CHROMIUM), else
from this machine, else the test is skipped and says why; under HUB_TEST_REQUIRE_ENGINES=1 it fails instead.
One server of each kind serves a whole test session, so a test takes topics, groups or a database of its own.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NoReturn

import asyncpg
import pytest

from deploy.engines import EngineError, KafkaEngine, PostgresEngine
from deploy.process import Engine
from services.chassis.database import Database
from services.migrate import migrate


class Server:
    """A running engine."""

    def __init__(self, url: str, engine: Engine | None) -> None:
        self.url = url
        self._engine = engine

    def kill(self) -> None:
        """`kill -9`. Only for a server that these fixtures started."""
        self._own.kill()

    def restart(self) -> None:
        """Start it again, at the same address with the same data."""
        self._own.restart()

    @property
    def _own(self) -> Engine:
        return self._engine or _lacking("this test kills its server, and the environment named one that runs")


class Postgres(Server):
    """A PostgreSQL server; `url` is a database that must be left as it is."""

    def __init__(self, url: str, engine: Engine | None) -> None:
        super().__init__(url, engine)
        self._names = (f"test_{os.getpid()}_{i}" for i in count())
        self._made: list[str] = []

    def fresh_database(self) -> str:
        """A new, empty database's address. It goes when the session ends."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name}")
        self._made.append(name)
        return f"{self.url.rpartition('/')[0]}/{name}"

    def drop_made(self) -> None:
        """Remove the databases that `fresh_database` made."""
        self.execute(*(f"DROP DATABASE {name} WITH (FORCE)" for name in self._made))

    def execute(self, *statements: str) -> None:
        """Run statements outside any transaction; from a thread, as a test may have a running loop."""
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, self._execute(statements)).result()

    async def _execute(self, statements: tuple[str, ...]) -> None:
        connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        for statement in statements:
            await connection.execute(statement)
        await connection.close()


@pytest.fixture(scope="session")
def kafka() -> Iterator[Server]:
    """A real Apache Kafka: `.url`, `.kill()`, `.restart()`."""
    with _address("HUB_TEST_KAFKA", KafkaEngine()) as (url, engine):
        yield Server(url, engine)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL: `.fresh_database()`, `.url`, `.kill()`, `.restart()`."""
    with _address("HUB_TEST_POSTGRES", PostgresEngine()) as (url, engine):
        server = Postgres(url, engine)
        yield server
        if engine is None:
            server.drop_made()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once on SQLite and once on a real PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.fresh_database()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same with the hub's tables in it."""
    await migrate(database_url)
    database = Database(database_url)
    yield database
    await database.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium for Playwright's `executable_path`."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("HUB_TEST_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return found or _lacking("no Chromium on this machine (Debian: apt-get install chromium)")


@contextmanager
def _address(variable: str, engine: Engine) -> Iterator[tuple[str, Engine | None]]:
    if url := os.environ.get(variable):
        yield url, None
        return
    with running(engine) as url:
        yield url, engine


@contextmanager
def running(engine: Engine) -> Iterator[str]:
    """The address of the engine, started for this block in a folder of its own; else the test is skipped."""
    folder = Path(tempfile.mkdtemp(prefix=f"hub-{engine.name}-".lower()))
    try:
        yield _started(engine, folder)
    finally:
        engine.stop()
        shutil.rmtree(folder)


def _started(engine: Engine, folder: Path) -> str:
    try:
        return engine.start(folder)
    except EngineError as error:
        _lacking(str(error))


def _lacking(reason: str) -> NoReturn:
    if os.environ.get("HUB_TEST_REQUIRE_ENGINES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
