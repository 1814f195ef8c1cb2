"""Keys on the command line: what cannot be meant is refused, and said so."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.__main__ import cli


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


def test_a_key_that_posts_is_for_one_platform() -> None:
    refused = run("key", "anyone", "--scope", "complaints:write")
    assert refused.exit_code == 2
    assert "--platform" in refused.output
