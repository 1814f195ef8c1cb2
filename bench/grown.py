"""Tables as they are after months: rows of a short run, multiplied inside PostgreSQL, with own ids."""

from sqlalchemy import BigInteger, Column, DateTime, Uuid, text
from sqlmodel import SQLModel

from classifier.tables import Complaint
from contracts.tables import UtcDateTime
from feedback.tables import Case, CaseChange, Clock, ReceiptDelivery
from router.tables import Held, TwinCandidate
from services.chassis.database import Database
from services.chassis.ledger import Ledger

TEMPLATES = 400  # cases that are multiplied; there must be as many
_TABLES: tuple[type[SQLModel], ...] = (
    Complaint, Case, CaseChange, Clock, ReceiptDelivery, Held, TwinCandidate, Ledger,
)  # fmt: skip
# What a bare copy would set off, or where its size would say nothing.
_INSTEAD = {
    ("clock", "due_at"): "t.due_at + interval '60 days' + n * interval '1 minute'",  # none falls due
    ("cases", "next_due_at"): "t.next_due_at + interval '60 days' + n * interval '1 minute'",
    ("receipt_delivery", "state"): "'offered'",  # nothing is waiting
    ("receipt_delivery", "next_try_at"): "null",
    ("ledger", "outputs"): "'[]'::bytea",
}


async def grow(url: str, cases: int) -> int:
    """Fill the tables up to about `cases` cases of the last month, none closed. How many there are then."""
    database = Database(url)
    times = -(-cases // TEMPLATES)
    async with database.transaction() as connection:
        for table in _TABLES:
            await connection.execute(text(_copy(table, times)))
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(
            text("VACUUM ANALYZE")
        )
        number = (await connection.execute(text("SELECT count(*) FROM cases"))).scalar_one()
    await database.stop()
    return int(number)


def _copy(table: type[SQLModel], times: int) -> str:
    columns = list(table.__table__.columns)  # type: ignore[attr-defined]
    name = table.__table__.name  # type: ignore[attr-defined]
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(_INSTEAD.get((name, column.name)) or _varied(column) for column in columns)
    some = f"(SELECT * FROM {name} LIMIT {TEMPLATES * _rows_a_case(name)}) t"
    many = f"SELECT {values} FROM {some}, generate_series(1, {times}) n"
    return f"INSERT INTO {name} ({names}) {many} ON CONFLICT DO NOTHING"


def _rows_a_case(name: str) -> int:
    return {"ledger": 5, "clock": 2, "case_change": 2}.get(name, 1)


def _varied(column: Column[object]) -> str:
    """The same id and number give the same id in every table, so that the copies belong together."""
    value = f't."{column.name}"'
    if isinstance(column.type, Uuid):
        return f"md5({value}::text || n)::uuid"
    if isinstance(column.type, BigInteger):
        return f"hashtextextended({value}::text, n)"
    if isinstance(column.type, UtcDateTime | DateTime):
        return f"{value} - n % 43200 * interval '1 minute'"
    return f"{value} || '-' || n" if column.name == "external_id" else value
