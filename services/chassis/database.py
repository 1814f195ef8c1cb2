"""The database as the house sees it: one read for a view, one transaction for a batch."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import cache
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Dialect, delete, event, inspect, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel import SQLModel

from contracts.errors import Clash, DatabaseDown, HubError, Invalid
from contracts.stage import AnyRow, How, Query, Write
from contracts.tables import one_of

# PostgreSQL's own words for "do it again": serialization failure, deadlock.
_RETRY_STATES = {"40001", "40P01"}
# Its classes for "not now": no connection, no room, shutting down or starting up, a fault below it; a server
# that only reads while another takes over; and no such table or column: the migration of this version has
# not run yet, and no record is to blame.
_AWAY = ("08", "53", "57", "58", "25006", "42P01", "42703")
# Its class for a value that it can neither keep nor look for: a text with a NUL in it, above all.
_UNFIT = "22"
# What says that a key is taken; any other broken rule is a fault of ours, and trying again mends none.
_TAKEN = {"23505", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"}


class Database:
    """A pool of connections to SQLite or PostgreSQL. Errors come out named by recovery."""

    def __init__(self, url: str, pool_size: int = 5) -> None:
        self.engine = _engine(url, pool_size)
        self.dialect = self.engine.dialect.name
        # SQLite has one writer: queue for it here, where waiting costs nothing, instead of on its lock.
        self._writer: Any = asyncio.Lock() if self.dialect == "sqlite" else nullcontext()

    async def stop(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    async def ping(self) -> None:
        """Raises `DatabaseDown` where the database does not answer."""
        async with self.reading() as connection:
            await connection.execute(text("select 1"))

    async def read(self, queries: Mapping[str, Query]) -> dict[str, Sequence[AnyRow]]:
        """The rows of every statement, by its name."""
        async with self.reading() as connection:
            return {name: (await connection.execute(query)).all() for name, query in queries.items()}

    async def rows(self, query: Query) -> Sequence[AnyRow]:
        """The rows of one statement."""
        return (await self.read({"rows": query}))["rows"]

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection outside any transaction."""
        with _named_errors():
            async with self.engine.connect() as connection:
                yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """All or nothing. Raises `Clash` where somebody else wrote the same key first."""
        with _named_errors():
            async with self._writer, self.engine.connect() as connection:
                await connection.execution_options(writing=True)
                async with connection.begin():
                    yield connection

    async def write(self, connection: AsyncConnection, writes: Iterable[Write]) -> None:
        """Carry the writes out: one statement for each table, way and set of columns."""
        groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for write in fold(writes):
            columns = (*sorted(write.values),)
            groups.setdefault((write.table, write.how, columns), []).append(write.values)
        for (table, how, columns), rows in groups.items():
            if how is How.DELETE:
                await connection.execute(_delete(table, rows))
            else:
                sql, binders = _prepared(self.engine.dialect, table, how, columns)
                values = [[bind(row[name]) for row in rows] for name, bind in binders]
                await connection.exec_driver_sql(sql, [*zip(*values, strict=True)])


@cache
def _prepared(
    dialect: Dialect, table: type[SQLModel], how: How, columns: tuple[str, ...]
) -> tuple[str, list[tuple[str, Callable[[Any], Any]]]]:
    """The statement's text, and its parameters in order with what makes of each what the driver wants: asked
    once, where SQLAlchemy would ask for each row anew."""
    compiled = _insert(dialect.name, table, how, columns).compile(dialect=dialect, column_keys=columns)
    types = {column.name: column.type for column in inspect(table).columns}
    binders = (
        (name, types[name].dialect_impl(dialect).bind_processor(dialect)) for name in compiled.positiontup
    )
    return str(compiled), [(name, bind or _as_it_is) for name, bind in binders]


def _as_it_is(value: Any) -> Any:
    return value


@cache
def _insert(dialect: str, table: type[SQLModel], how: How, columns: tuple[str, ...]) -> Any:
    statement = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    if how is How.INSERT:
        return statement
    key = primary_key(table)
    changed = [name for name in columns if name not in key]
    if how is How.KEEP or not changed:
        return statement.on_conflict_do_nothing(index_elements=key)
    new = statement.excluded
    values = {n: getattr(table, n) + new[n] if how is How.ADD else new[n] for n in changed}
    return statement.on_conflict_do_update(index_elements=key, set_=values)


@cache
def primary_key(table: type[SQLModel]) -> tuple[str, ...]:
    """The names of the table's key columns."""
    return tuple(column.name for column in inspect(table).primary_key)


def fold(writes: Iterable[Write]) -> list[Write]:
    """At most one PUT, INSERT or DELETE a row, so that grouping cannot change what the last word was; what is
    added to one row is added up."""
    folded: dict[tuple[Any, ...], Write] = {}
    for n, write in enumerate(writes):
        key = (write.table, *(write.values[name] for name in primary_key(write.table)))
        before = folded.get(key)
        if write.how is How.KEEP:
            folded[(*key, n)] = write
        elif write.how is How.ADD:
            at = (*key, How.ADD, *sorted(write.values))
            folded[at] = _added(folded[at], write) if at in folded else write
        elif write.how is How.PUT and before and before.how is not How.DELETE:
            folded[key] = Write(write.table, {**before.values, **write.values}, before.how)
        elif write.how is How.INSERT and before and before.how is not How.DELETE:
            raise Clash(f"two rows of {write.table.__name__} with one key in a batch")
        else:
            folded[key] = write
    return list(folded.values())


def _added(one: Write, other: Write) -> Write:
    key = primary_key(one.table)
    total = {n: v if n in key else v + other.values[n] for n, v in one.values.items()}
    return Write(one.table, total, How.ADD)


def _delete(table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> Any:
    key = primary_key(table)
    if len(key) == 1:
        return delete(table).where(one_of(getattr(table, key[0]), [row[key[0]] for row in rows]))
    return delete(table).where(
        tuple_(*(getattr(table, name) for name in key)).in_([tuple(row[n] for n in key) for row in rows])
    )


def _engine(url: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        pool_pre_ping=False,
        skip_autocommit_rollback=True,  # a read leaves nothing to roll back
        hide_parameters=True,  # an error must not quote a citizen
        json_serializer=lambda value: to_json(value).decode(),
        json_deserializer=from_json,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    # FULL: the log's offsets must never be more durable than the rows they stand for.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class _named_errors:  # noqa: N801  (reads as a statement)
    """Translates the driver's errors into ours, without their text: it may quote values."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        code = _code(error)
        if isinstance(error, IntegrityError) and code in _TAKEN:
            raise Clash("a row with this key is already there") from None
        if code in _RETRY_STATES:
            raise Clash("the database asks to try again") from None
        lost = isinstance(error, OperationalError | InterfaceError | NoneFree) or (
            isinstance(error, DBAPIError) and (error.connection_invalidated or code.startswith(_AWAY))
        )
        if lost or isinstance(error, OSError):
            raise DatabaseDown(f"the database does not answer ({type(error).__name__})") from None
        if code.startswith(_UNFIT):
            raise Invalid("unfit_value", "a value holds what the database cannot: leave out U+0000") from None
        if isinstance(error, DBAPIError):
            raise HubError(f"the database refuses a statement ({type(error).__name__} {code})") from None


def _code(error: BaseException | None) -> str:
    cause = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or ""
