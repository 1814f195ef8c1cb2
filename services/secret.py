"""The hub's own secret: signs sessions, keys the hashes of phones."""

import secrets
from pathlib import Path

from services.chassis.house import House


def secret_of(house: House) -> str:
    """From the settings; else made once and kept with the data, for the processes of one machine."""
    if given := house.settings.secret.get_secret_value():
        return given
    kept: Path = house.settings.data / "hub.secret"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(32), "utf-8")
    return kept.read_text("utf-8")
