"""A session that was signed out is over in every process, on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.console import sessions
from services.console.tables import EndedSession
from tests.api.hub import beside, client_of, hub_in
from tests.console.posted import signed_in


async def test_another_process_knows_that_a_session_is_over(tmp_path: Path, database_url: str) -> None:
    async with hub_in(tmp_path, stages=(), database=database_url) as hub:
        here, there = await signed_in(hub), client_of(beside(hub, hub.house.log).app, "")
        there.cookies.update(here.cookies)
        assert (await there.get("/session")).status_code == 204
        assert (await here.post("/logout")).status_code == 303
        assert (await there.get("/session")).status_code == 303


async def test_what_is_past_its_time_is_forgotten(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_in(tmp_path, stages=(), database=database_url) as hub:
        database = hub.house.database
        await sessions.end(database, "one")
        assert await sessions.ended(database, {"one", "other"}) == {"one"}
        monkeypatch.setattr(sessions, "SHIFT", timedelta())
        await sessions.end(database, "two")
        assert [row.session for row in await database.rows(select(col(EndedSession.session)))] == ["two"]
