"""Posts on the command line: opened, never changed by mistake, closed; and what the trail says of it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col
from typer.testing import CliRunner, Result

from contracts.stage import AnyRow, Query
from contracts.tables import columns
from services.__main__ import cli
from services.chassis.database import Database
from services.chassis.settings import Settings
from services.console.session import verified
from services.console.tables import AuditEntry, Operator

TOWN = ("operator", "wang", "--post", "枫桥镇综治岗", "--role", "town_centre", "--place", "330681109")
COUNTY = ("operator", "wang", "--post", "诸暨市值班岗", "--role", "county_centre", "--place", "330681")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATA", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("LOGNAME", "ops")
    assert run("migrate").exit_code == 0


def run(*words: str, password: str = "") -> Result:
    return CliRunner().invoke(cli, words, input=f"{password}\n{password}\n" if password else None)


def rows(query: Query) -> list[AnyRow]:
    async def read() -> list[AnyRow]:
        database = Database(Settings().database_url)
        try:
            return list(await database.rows(query))
        finally:
            await database.stop()

    return asyncio.run(read())


def post() -> AnyRow:
    return rows(select(*columns(Operator)))[0]


def trail() -> list[tuple[str, str, str, str | None]]:
    entry = AuditEntry
    found = rows(select(*columns(entry)).where(col(entry.post) == "command_line").order_by(col(entry.at)))
    return [(row.login, row.deed, row.about, row.why) for row in found]


def opens(password: str) -> bool:
    async def there() -> bool:
        database = Database(Settings().database_url)
        try:
            return await verified(database, "wang", password) is not None
        finally:
            await database.stop()

    return asyncio.run(there())


def test_the_same_again_is_a_new_password() -> None:
    assert run(*TOWN, password="maple-bridge").exit_code == 0
    assert run(*TOWN, password="maple-leaves").exit_code == 0
    assert opens("maple-leaves") and not opens("maple-bridge")
    assert trail() == [
        ("ops", "post_open", "wang", "town_centre · 330681109"),
        ("ops", "post_password", "wang", "town_centre · 330681109"),
    ]


def test_another_role_takes_a_word_more_and_no_other_password() -> None:
    run(*TOWN, password="maple-bridge")
    refused = run(*COUNTY, password="maple-leaves")
    assert refused.exit_code == 2
    said = " ".join(refused.output.replace("│", " ").split())
    assert "枫桥镇综治岗" in said and "town_centre" in said and "--change" in said
    assert post().role == "town_centre" and opens("maple-bridge")
    assert run(*COUNTY, "--change").exit_code == 0
    assert (post().role, post().place, post().post) == ("county_centre", "330681", "诸暨市值班岗")
    assert opens("maple-bridge")
    assert trail()[-1] == (
        "ops", "post_change", "wang", "town_centre · 330681109 → county_centre · 330681",
    )  # fmt: skip


def test_an_english_name_is_kept_until_it_is_said_anew() -> None:
    run(*TOWN, "--post-en", "Fengqiao desk", password="maple-bridge")
    run(*TOWN, password="maple-leaves")
    assert post().post_en == "Fengqiao desk"


def test_a_closed_post_opens_by_an_explicit_word_and_a_new_password() -> None:
    run(*TOWN, password="maple-bridge")
    assert run("close", "wang").exit_code == 0
    assert not opens("maple-bridge")
    assert run("close", "wang").exit_code == 1
    assert run(*TOWN, password="maple-leaves").exit_code == 2
    assert run(*TOWN, "--change", password="maple-leaves").exit_code == 0
    assert opens("maple-leaves")
    assert [deed for _, deed, *_ in trail()] == ["post_open", "post_close", "post_open"]


def test_lists_have_posts_and_keys_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    run(*TOWN, password="maple-bridge")
    run("close", "wang")
    issued = run("key", "grid", "--scope", "complaints:write", "--platform", "grid").output.strip()
    run("revoke", "grid")
    posts, keys = run("operators").output, run("keys").output
    assert "枫桥镇综治岗" in posts and "330681109 诸暨市枫桥镇" in posts and post().hash not in posts
    [line] = [line for line in keys.splitlines() if line.startswith("grid")]
    assert "complaints:write" in line and line.count(":") >= 3, "issued and revoked have a time"
    assert issued not in keys
    told = [(deed, about, why) for _, deed, about, why in trail()][-2:]
    assert told == [("key_issue", "grid", "complaints:write"), ("key_revoke", "grid", None)]
    assert issued not in str(trail())
