"""Sends dead letters again, whichever door or stage they died at, or gives them up; the trail says who."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from contracts.stage import Write
from services import door
from services.chassis import letters
from services.chassis.database import Database
from services.chassis.log import Log, Message
from services.console.trail import Doer, entry
from services.console.words import Deed


async def redrive(
    database: Database, log: Log, chosen: Sequence[UUID], by: Doer, mended: Mapping[UUID, str] | None = None
) -> int:
    """As `letters.redrive`; a letter of the door goes through the door again.

    Raises `Invalid`, before anything is sent, where a mended posting still cannot come in.
    """
    noted = partial(_entry, by, Deed.REDRIVE, None)
    return await letters.redrive(database, log, chosen, by.login, mended, _as_message, noted)


async def drop(database: Database, chosen: Sequence[UUID], by: Doer, why: str | None = None) -> int:
    """As `letters.drop`."""
    return await letters.drop(database, chosen, by.login, partial(_entry, by, Deed.DROP, why))


def _entry(by: Doer, deed: Deed, why: str | None, letter: UUID) -> Write:
    return entry(by, deed, str(letter), why)


def _as_message(letter: Mapping[str, Any], value: str) -> Message:
    if letter["stage"] == door.STAGE:
        return door.readmit(letter["key"], value, datetime.now(UTC))
    return letters.again(letter, value)
