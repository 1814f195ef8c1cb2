"""Whoever knows the hub's secret signs in as anybody: none that could be guessed is ever used."""

from pathlib import Path

import pytest

from contracts.errors import HubError
from services.chassis.house import House
from services.chassis.settings import Settings
from services.secret import secret_of


def _house(folder: Path, secret: str = "") -> House:
    return House(Settings(data=folder, secret=secret), log=None, database=None)  # type: ignore[arg-type]


def test_it_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = secret_of(_house(tmp_path))
    assert len(made) >= 32 and secret_of(_house(tmp_path)) == made
    assert [path.name for path in tmp_path.iterdir()] == ["hub.secret"]
    assert (tmp_path / "hub.secret").stat().st_mode & 0o077 == 0


def test_a_full_disk_leaves_none_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="space"):
            secret_of(_house(tmp_path))
    assert not [*tmp_path.iterdir()]
    assert len(secret_of(_house(tmp_path))) >= 32


@pytest.mark.parametrize("kept", ["", "short"])
def test_what_a_crash_left_half_written_signs_nothing(tmp_path: Path, kept: str) -> None:
    (tmp_path / "hub.secret").write_text(kept, "utf-8")
    with pytest.raises(HubError, match="characters"):
        secret_of(_house(tmp_path))


def test_the_example_that_ships_signs_nothing(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="HUB_SECRET"):
        secret_of(_house(tmp_path, "change-me"))
