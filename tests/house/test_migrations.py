"""Migrations lead to the tables the code declares, on both databases, and back."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table, insert, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col

from contracts.errors import DatabaseDown
from feedback.tables import Case
from services.chassis.database import Database
from services.migrate import config, migrate
from services.tables import metadata


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


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


_DAY = datetime(2026, 3, 1, tzinfo=UTC)
_BEFORE = {
    "id": UUID(int=1).hex, "number": "1", "complaint_id": UUID(int=2).hex, "platform": "grid",
    "external_id": "1", "state": "signed", "version": 1, "intent": "help", "kind": "dispute", "category": "x",
    "colour": "red", "flags": [], "look": False, "sensitive": False, "attempt": 0, "overdue": False,
    "ground": "rural", "received_at": _DAY, "changed_at": _DAY, "had": [],
    "snapshot": {"others": [{"force_id": "F2"}]},
}  # fmt: skip


async def test_what_was_there_before_the_order_of_the_desk_gets_its_place(url) -> None:
    def at_first(connection):
        made = config(url)
        made.attributes["connection"] = connection
        command.upgrade(made, "0001")
        table = Table("cases", MetaData(), autoload_with=connection)
        look = {**_BEFORE, "id": UUID(int=3).hex, "colour": "blue", "look": True}
        due = {**look, "id": UUID(int=4).hex, "look": False, "overdue": True}
        connection.execute(insert(table), [_BEFORE, look, due])

    def now(connection):
        places = connection.execute(
            text("select urgency, urgent_at = received_at, seen_at from cases order by urgency")
        ).all()
        return places, connection.execute(text("select force_id from case_helper")).all()

    await on_connection(url, at_first)
    await migrate(url)
    places, helpers = await on_connection(url, now)
    assert [tuple(row) for row in places] == [(0, 1, None), (1, 1, None), (2, 1, None)]
    assert [tuple(row) for row in helpers] == [("F2",)] * 3


async def test_who_waits_since_an_older_version_waits_since_what_was_missed(url) -> None:
    late, on_time = UUID(int=5).hex, UUID(int=6).hex
    snapshot = {"others": [], "overdue": ["sign"]}

    def at_first(connection):
        made = config(url)
        made.attributes["connection"] = connection
        command.upgrade(made, "0011")
        cases, clock = (Table(name, MetaData(), autoload_with=connection) for name in ("cases", "clock"))
        known = {**_BEFORE, "snapshot": {**snapshot, "missed": [{"kind": "sign", "due_at": "x"}]}}
        own = {"urgency": 0, "urgent_at": _DAY + timedelta(hours=2)}
        rows = [
            {**_BEFORE, **own, "id": late, "overdue": True, "snapshot": snapshot},
            {**_BEFORE, **own, "id": on_time, "snapshot": {**snapshot, "overdue": []}},
            {**known, **own, "overdue": True},
        ]
        connection.execute(insert(cases), rows)
        for hour, kind, state in ((3, "sign", "missed"), (1, "sign", "missed"), (0, "arrive", "missed")):
            due = _DAY + timedelta(hours=hour)
            row = {"case_id": late, "kind": kind, "due_at": due, "state": state, "started_at": _DAY}
            connection.execute(insert(clock), [row])

    await on_connection(url, at_first)
    await migrate(url)
    database = Database(url)
    try:
        columns = (col(Case.id), col(Case.urgent_at), col(Case.snapshot))
        found = {row.id.hex: row for row in await database.rows(select(*columns))}
    finally:
        await database.stop()
    assert found[late].urgent_at == _DAY + timedelta(hours=1)
    [missed] = found[late].snapshot["missed"]
    assert (missed["kind"], datetime.fromisoformat(missed["due_at"])) == ("sign", found[late].urgent_at)
    for other in (found[on_time], found[UUID(int=1).hex]):
        assert other.urgent_at == _DAY + timedelta(hours=2)
    assert found[UUID(int=1).hex].snapshot["missed"] == [{"kind": "sign", "due_at": "x"}]


@pytest.mark.postgres
async def test_what_a_process_of_the_version_before_writes_meanwhile_is_not_taken_back(postgres) -> None:
    url = postgres.fresh_database()

    def at_first(connection):
        made = config(url)
        made.attributes["connection"] = connection
        command.upgrade(made, "0011")
        cases, clock = (Table(name, MetaData(), autoload_with=connection) for name in ("cases", "clock"))
        late = {"overdue": True, "snapshot": {"overdue": ["sign"], "version": 1}}
        connection.execute(insert(cases), [{**_BEFORE, "urgency": 0, "urgent_at": _DAY, **late}])
        missed = {"kind": "sign", "due_at": _DAY, "state": "missed", "started_at": _DAY}
        connection.execute(insert(clock), [{"case_id": _BEFORE["id"], **missed}])

    await on_connection(url, at_first)
    newer = text("""update cases set version = 2, snapshot = '{"overdue": ["sign"], "version": 2}'""")
    blocked = text("select 1 from pg_locks where not granted")
    engine = create_async_engine(url, isolation_level="READ COMMITTED")
    async with engine.connect() as process, engine.connect() as watch:
        await process.execute(newer)
        migrating = asyncio.create_task(migrate(url))
        async with asyncio.timeout(60):
            while not (await watch.execute(blocked)).all():
                await asyncio.sleep(0.05)
        await process.commit()
        await migrating
        [snapshot] = (await watch.execute(text("select snapshot from cases"))).scalars()
    await engine.dispose()
    assert snapshot["version"] == 2 and snapshot["missed"]


async def test_a_process_of_the_version_before_may_still_write_cases(url) -> None:
    await migrate(url)

    def write(connection):
        table = Table("cases", MetaData(), autoload_with=connection)
        connection.execute(insert(table), [_BEFORE])
        return connection.execute(text("select urgency, urgent_at is not null from cases")).all()

    assert [tuple(row) for row in await on_connection(url, write)] == [(2, 1)]


async def test_a_process_that_is_there_before_its_tables_waits_for_them(url) -> None:
    database = Database(url)
    try:
        with pytest.raises(DatabaseDown):
            await database.rows(select(col(Case.urgent_at)))
        await on_connection(url, lambda connection: connection.execute(text("create table cases (id text)")))
        with pytest.raises(DatabaseDown):
            await database.rows(select(col(Case.urgent_at)))
    finally:
        await database.stop()


async def test_there_is_a_way_back_and_what_was_there_survives_it(url) -> None:
    await migrate(url)

    def down(connection):
        made = config(url)
        made.attributes["connection"] = connection
        connection.execute(insert(Table("cases", MetaData(), autoload_with=connection)), [_BEFORE])
        command.downgrade(made, "0001")
        kept = connection.execute(text("select number, snapshot is not null from cases")).all()
        command.upgrade(made, "head")
        again = connection.execute(text("select number, urgency from cases")).all()
        command.downgrade(made, "base")
        names = connection.dialect.get_table_names(connection)
        return kept, again, [name for name in names if name != "alembic_version"]

    kept, again, left = await on_connection(url, down)
    assert ([tuple(row) for row in kept], [tuple(row) for row in again]) == ([("1", 1)], [("1", 0)])
    assert left == []
