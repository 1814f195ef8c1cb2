"""The audit trail: written before what it tells of is shown."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from contracts.stage import Write
from services.chassis.database import Database
from services.console.sight import Viewer
from services.console.tables import AuditEntry
from services.console.words import Deed

Row = dict[str, Any]
_PROGRAM = "API"  # the post of whoever comes with a key


async def record(database: Database, viewer: Viewer, deed: Deed, about: str, why: str | None = None) -> None:
    """Write down who did what, when and why."""
    await record_sign_in(database, viewer.login, viewer.post, deed, about, why)


async def record_sign_in(
    database: Database, login: str, post: str, deed: Deed, about: str = "", why: str | None = None
) -> None:
    """The same for somebody who is not, or not yet, known."""
    await _write(database, [_entry(login, post, deed, about, why)])


async def record_program(database: Database, name: str, deed: Deed, about: Iterable[str]) -> None:
    """The same for a program with a key: an entry for each thing it saw."""
    await _write(database, [_entry(name, _PROGRAM, deed, one, None) for one in about])


def _entry(login: str, post: str, deed: Deed, about: str, why: str | None) -> Row:
    return {
        "id": uuid4(), "at": datetime.now(UTC), "login": login[:64], "post": post,
        "deed": deed.value, "about": about, "why": why,
    }  # fmt: skip


async def _write(database: Database, entries: Sequence[Row]) -> None:
    if entries:
        async with database.transaction() as connection:
            await database.write(connection, [Write(AuditEntry, entry) for entry in entries])
