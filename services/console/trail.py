"""The audit trail: written before what it tells of is shown."""

from datetime import UTC, datetime
from uuid import uuid4

from contracts.stage import Write
from services.chassis.database import Database
from services.console.sight import Viewer
from services.console.tables import AuditEntry
from services.console.words import Deed


async def record(database: Database, viewer: Viewer, deed: Deed, about: str, why: str | None = None) -> None:
    """Write down who did what, when and why."""
    await record_sign_in(database, viewer.login, viewer.post, deed, about, why)


async def record_sign_in(
    database: Database, login: str, post: str, deed: Deed, about: str = "", why: str | None = None
) -> None:
    """The same for somebody who is not, or not yet, known."""
    entry = {
        "id": uuid4(), "at": datetime.now(UTC), "login": login[:64], "post": post,
        "deed": deed.value, "about": about, "why": why,
    }  # fmt: skip
    async with database.transaction() as connection:
        await database.write(connection, [Write(AuditEntry, entry)])
