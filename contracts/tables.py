"""Column types the stages' tables share, and how rows are asked for by many keys."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, DateTime, Dialect, TypeDecorator, any_, bindparam, literal
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import SQLModel

JsonB = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time, also on SQLite, which would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class one_of(FunctionElement[bool]):  # noqa: N801  (reads as an operator)
    """`column IN (values)`. PostgreSQL gets the values as one array, so that neither SQLAlchemy nor the
    server has to prepare another statement for each number of values."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, values: Iterable[Any]) -> None:
        wanted = list(values)
        plain = bindparam(None, wanted, column.type, expanding=True)  # as one, or each would be looked at
        super().__init__(column == any_(literal(wanted, ARRAY(column.type))), column.in_(plain))

    def self_group(self, against: Any = None) -> Any:
        """Itself: a comparison already, which SQLite would be told to compare with 1."""
        return self


@compiles(one_of, "postgresql")
def _of_array(element: one_of, compiler: SQLCompiler, **options: Any) -> str:
    array, _ = element.clauses
    return compiler.process(array, **options)


@compiles(one_of)
def _of_list(element: one_of, compiler: SQLCompiler, **options: Any) -> str:
    _, plain = element.clauses
    return compiler.process(plain, **options)


def columns(table: type[SQLModel]) -> list[Any]:
    """All columns of a table, for a plain `select`: rows instead of tracked objects."""
    return list(table.__table__.columns)  # type: ignore[attr-defined]
