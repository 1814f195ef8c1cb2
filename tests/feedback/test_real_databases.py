"""The stage's and the clock worker's statements on the databases they run on."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from contracts.errors import Clash
from contracts.stage import Event, Outcome
from contracts.vocabulary import Action, Flag, Platform
from feedback.clocks import due_statement, expire_command, fired_statement
from feedback.tables import Case, Clock
from services.chassis.database import Database
from tests.feedback.house import T0, House, force, matter


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield database
    await database.stop()


async def decide(database: Database, house: House, *batch: Event) -> list[Outcome]:
    outcomes = house.stage.decide(await database.read(house.stage.queries(batch)), batch)
    async with database.transaction() as connection:
        await database.write(connection, [write for outcome in outcomes for write in outcome.writes])
    return outcomes


async def test_a_life_on_a_real_database(database: Database) -> None:
    house, lead = House(), matter(flags=(Flag.DOMESTIC_VIOLENCE,))
    twin = matter("P1", platform=Platform.POLICE_110)
    await decide(database, house, house.routed(lead, force()), house.routed(twin, linked_to=lead.case_id))
    house.wait(seconds=31)
    async with database.transaction() as connection:
        rows = (await connection.execute(due_statement(house.now, 10))).all()
        await connection.execute(fired_statement(rows))
    assert [(row.kind, row.due_at) for row in rows] == [("sign", T0 + timedelta(seconds=30))]
    assert await database.rows(due_statement(house.now, 10)) == []
    first, again = await decide(database, house, *[expire_command(row) for row in rows] * 2)
    assert first.writes and not again.writes
    [clock] = await database.rows(select(col(Clock.state)).where(col(Clock.kind) == "sign"))
    assert clock.state == "missed"
    await decide(database, house, house.routed(lead, force("T1"), attempt=1))
    [row] = await database.rows(select(Case).where(col(Case.id) == lead.case_id))
    assert (row.state, row.had, row.flags, row.overdue) == (
        "handed_off",
        ["F1", "T1"],
        ["domestic_violence"],
        True,
    )


async def test_two_workers_cannot_write_one_version(database: Database) -> None:
    house, case = House(), matter()
    await decide(database, house, house.routed(case, force()))
    batch = [house.command(case.case_id, Action.SIGN)]
    stale = await database.read(house.stage.queries(batch))
    await decide(database, house, house.command(case.case_id, Action.NOTE, note="x"))
    [outcome] = house.stage.decide(stale, batch)
    with pytest.raises(Clash):
        async with database.transaction() as connection:
            await database.write(connection, outcome.writes)
