"""The audit trail: who did what, when, to what and why, and never what is in it.

Written before what it tells of is shown, or in one transaction with what it tells of.
"""

import getpass
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import col

from contracts.events import CaseCommand, CaseProgressed
from contracts.stage import Write
from contracts.vocabulary import Action
from feedback.life import is_sensitive
from services.chassis.database import Database
from services.console.tables import AuditEntry
from services.console.words import Deed, Way


class Doer(Protocol):
    """Whoever does something: a login, and the post it stands for."""

    @property
    def login(self) -> str: ...
    @property
    def post(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who is not, or not yet, signed in at the console."""

    login: str
    post: str = ""


def program(name: str) -> Somebody:
    """Whoever comes with a key of this name."""
    return Somebody(name, Way.API)


def command_line() -> Somebody:
    """Whoever runs this process: the machine's account, where it has a name."""
    with suppress(OSError, KeyError, ImportError):
        return Somebody(getpass.getuser(), Way.COMMAND_LINE)
    return Somebody("–", Way.COMMAND_LINE)


def entry(who: Doer, deed: Deed, about: str = "", why: str | None = None) -> Write:
    """The row, to be written together with what it tells of."""
    values = {
        "id": uuid4(), "at": datetime.now(UTC), "login": who.login[:64], "post": who.post,
        "deed": deed.value, "about": about, "why": why,
    }  # fmt: skip
    return Write(AuditEntry, values)


async def record(database: Database, who: Doer, deed: Deed, about: str = "", why: str | None = None) -> None:
    """Write down who did what, when and why."""
    await write(database, [entry(who, deed, about, why)])


async def record_each(database: Database, who: Doer, deed: Deed, about: Iterable[str]) -> None:
    """The same for several things at once: an entry for each."""
    await write(database, [entry(who, deed, one) for one in about])


async def write(database: Database, entries: Sequence[Write]) -> None:
    """Keep these entries."""
    if entries:
        async with database.transaction() as connection:
            await database.write(connection, entries)


async def told(database: Database, who: Doer, deed: Deed, about: str, since: datetime) -> bool:
    """Whether the trail has this already since then."""
    same = (col(AuditEntry.about) == about, col(AuditEntry.login) == who.login)
    when = (col(AuditEntry.deed) == deed.value, col(AuditEntry.at) > since)
    return bool(await database.rows(select(col(AuditEntry.id)).where(*same, *when).limit(1)))


def commanded(who: Doer, case: CaseProgressed, command: CaseCommand) -> list[Write]:
    """The entry of a command that sets the hub's judgement aside or is about a sensitive case, if it does. It
    names the fields that were corrected and not what they became."""
    number = case.matter.number
    if command.correction is not None:
        said = ", ".join(sorted(command.correction.model_dump(exclude_none=True)))
        return [entry(who, Deed.CORRECT, number, said)]
    if command.action is Action.UNLINK:
        return [entry(who, Deed.UNLINK, number)]
    return [entry(who, Deed.ACT, number, command.action)] if is_sensitive(case) else []
