"""Posts at the console: who may sign in and as what. The command line opens, changes and closes them."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from sqlalchemy import Select, select, update
from sqlmodel import col

from contracts.stage import AnyRow, How, Write
from contracts.tables import columns, one_of
from services.chassis.database import Database
from services.console import trail
from services.console.i18n import Language
from services.console.sight import Viewer
from services.console.tables import Operator
from services.console.words import Deed, Role


def viewer_of(row: AnyRow, language: Language) -> Viewer:
    """Who sits at this post, reading this language."""
    return Viewer(
        row.login, row.post, Role(row.role), row.place, row.force_id, language,
        row.post_en or "", stamp_of(row.hash),
    )  # fmt: skip


def stamp_of(hashed: str) -> str:
    """What a session keeps of a password's hash: with another password it is another one."""
    return hashlib.sha256(hashed.encode()).hexdigest()[:16]


async def find_operator(database: Database, login: str) -> AnyRow | None:
    """The post of this login, if it is open."""
    return (await open_posts(database, {login})).get(login)


async def open_posts(database: Database, logins: Collection[str]) -> Mapping[str, AnyRow]:
    """Those of these logins that may sign in, by login."""
    query = select(*columns(Operator)).where(
        one_of(col(Operator.login), logins), col(Operator.closed_at).is_(None)
    )
    return {row.login: row for row in await database.rows(query)}


async def has_operators(database: Database) -> bool:
    """Whether anybody can sign in at all."""
    return bool(
        await database.rows(select(col(Operator.login)).where(col(Operator.closed_at).is_(None)).limit(1))
    )


async def all_posts(database: Database) -> list[AnyRow]:
    """Every post there is or was, by login."""
    return list(await database.rows(select(*columns(Operator)).order_by(col(Operator.login))))


async def names(database: Database, logins: Collection[str], language: Language) -> Mapping[str, str]:
    """What the posts of these logins are called, closed ones too; in Chinese where there is no other name."""
    query = select(col(Operator.login), col(Operator.post), col(Operator.post_en))
    rows = await database.rows(query.where(one_of(col(Operator.login), logins)))
    return {row.login: (row.post_en if language == "en" else "") or row.post for row in rows}


async def in_english(database: Database, logins: Collection[str]) -> Mapping[tuple[str, str], str]:
    """The English names of the posts of these logins, by login and post: what was called otherwise in Chinese
    was another post, and has none here."""
    query = select(col(Operator.login), col(Operator.post), col(Operator.post_en))
    rows = await database.rows(query.where(one_of(col(Operator.login), logins)))
    return {(row.login, row.post): row.post_en for row in rows if row.post_en}


def called(part: str) -> Select[str]:
    """The logins of posts whose English name has this in it."""
    return select(col(Operator.login)).where(col(Operator.post_en).contains(part, autoescape=True))


async def add_operator(
    database: Database, operator: Operator, deed: Deed = Deed.POST_OPEN, why: str | None = None
) -> None:
    """Write a post, or replace the one of this login, and the trail's entry with it."""
    noted = trail.entry(trail.command_line(), deed, operator.login, why or seat(operator))
    async with database.transaction() as connection:
        await database.write(connection, [Write(Operator, operator.model_dump(), How.PUT), noted])


async def close_post(database: Database, login: str) -> bool:
    """Nobody signs in there any more, and whoever is in is out. False where no such post was open."""
    mine = (col(Operator.login) == login, col(Operator.closed_at).is_(None))
    async with database.transaction() as connection:
        done = await connection.execute(update(Operator).where(*mine).values(closed_at=datetime.now(UTC)))
        if done.rowcount:
            await database.write(connection, [trail.entry(trail.command_line(), Deed.POST_CLOSE, login)])
    return bool(done.rowcount)


def seat(operator: Operator | AnyRow) -> str:
    """Role, place and force, in the codes of the command line."""
    return " · ".join(filter(None, (operator.role, operator.place, operator.force_id)))
