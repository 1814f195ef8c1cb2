"""What Alembic runs: on the connection it is handed, for all tables of the house."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON
from sqlmodel import AutoString

from contracts.tables import UtcDateTime
from services.tables import metadata


def _plainly(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Column types by SQLAlchemy's own names: a migration must not change when our code does."""
    if kind != "type":
        return False
    if isinstance(item, AutoString):
        return "sa.String()"
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return 'sa.JSON().with_variant(JSONB(), "postgresql")'
    return False


def main() -> None:
    """Migrate within the caller's transaction."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_plainly,
    )
    context.run_migrations()


main()
