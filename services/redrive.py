"""Sends dead letters again, whichever door or stage they died at."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services import door
from services.chassis import letters
from services.chassis.database import Database
from services.chassis.log import Log, Message


async def redrive(
    database: Database, log: Log, chosen: Sequence[UUID], by: str, mended: Mapping[UUID, str] | None = None
) -> int:
    """As `letters.redrive`; a letter of the door goes through the door again.

    Raises `Invalid`, before anything is sent, where a mended posting still cannot come in.
    """
    return await letters.redrive(database, log, chosen, by, mended, _as_message)


def _as_message(letter: Mapping[str, Any], value: str) -> Message:
    if letter["stage"] == door.STAGE:
        return door.readmit(letter["key"], value, datetime.now(UTC))
    return letters.again(letter, value)
