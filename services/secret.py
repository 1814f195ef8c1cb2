"""The hub's own secret: signs sessions, keys the hashes of phones."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from contracts.errors import HubError
from services.chassis.house import House

_SHORTEST = 32  # characters; `openssl rand -hex 32` gives 64


def secret_of(house: House) -> str:
    """From the settings; else made once and kept with the data, for the processes of one machine.

    Raises `HubError` for one that could be guessed: with it anybody signs in as anybody.
    """
    kept: Path = house.settings.data / "hub.secret"
    given = house.settings.secret.get_secret_value()
    if not given and not kept.exists():
        _make(kept)
    secret = given or kept.read_text("utf-8")
    if len(secret) < _SHORTEST:
        where = "HUB_SECRET" if given else str(kept)
        raise HubError(f"{where} holds fewer than {_SHORTEST} characters: put in what nobody can guess")
    return secret


def _make(kept: Path) -> None:
    """It appears whole or not at all: a full disk must leave no empty one, nor another process read half."""
    own = kept.with_name(f"{kept.name}.{os.getpid()}")
    own.touch(mode=0o600)
    try:
        own.write_text(secrets.token_urlsafe(32), "utf-8")
        with suppress(FileExistsError):  # another process was quicker
            os.link(own, kept)
    finally:
        own.unlink()
