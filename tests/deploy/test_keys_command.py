"""Keys on the command line: what cannot be meant is refused, and said so."""

import asyncio
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.__main__ import cli
from services.chassis.database import Database
from services.chassis.settings import Settings
from services.demo.start import welcome


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATA", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    assert run("migrate").exit_code == 0


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


def test_a_key_is_taken_back_once() -> None:
    assert run("key", "grid", "--scope", "complaints:write", "--platform", "grid").exit_code == 0
    assert run("revoke", "grid").exit_code == 0
    again = run("revoke", "grid")
    assert again.exit_code == 1
    assert "no key in force has this name" in str(again.exception) + again.output


async def _greeted() -> None:
    settings = Settings()
    database = Database(settings.database_url)
    await welcome(database, settings)
    await database.stop()


def test_a_hub_nobody_can_sign_in_to_says_how_to_open_a_post(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asyncio.run(_greeted())
    said = capsys.readouterr().out
    [command] = [line.split() for line in said.splitlines() if "operator" in line]
    assert command[:4] == ["python", "-m", "services", "operator"]
    words = shlex.split(" ".join(command[3:]))
    answer = CliRunner().invoke(cli, words, input="maple-bridge\nmaple-bridge\n")
    assert answer.exit_code == 0, answer.output
    asyncio.run(_greeted())
    assert "operator" not in capsys.readouterr().out


def test_a_key_that_posts_is_for_one_platform() -> None:
    refused = run("key", "anyone", "--scope", "complaints:write")
    assert refused.exit_code == 2
    assert "--platform" in refused.output


@pytest.mark.parametrize(
    "words",
    [
        ("key", "plain", "--scope", "cases:read"),
        ("key", "both", "--scope", "cases:read", "--agency", "court", "--centre"),
        ("key", "nowhere", "--scope", "cases:read", "--centre", "--place", "999"),
        ("operator", "wang", "--post", "某镇综治岗", "--role", "town_centre"),
        ("operator", "wang", "--post", "某镇综治岗", "--role", "town_centre", "--place", "330681"),
        ("operator", "wang", "--post", "某村调解岗", "--role", "force", "--force", "nope"),
    ],
)
def test_what_would_see_more_or_nothing_by_mistake_is_refused(words: tuple[str, ...]) -> None:
    refused = run(*words)
    assert refused.exit_code == 2
    assert "--" in refused.output.partition("Error")[2]


def test_a_centre_s_program_gets_its_key() -> None:
    assert run("key", "desk", "--scope", "cases:read", "--centre", "--place", "330681").exit_code == 0
