"""Open cases that did not know since when a promise is owed: their clocks do, and so they get their place"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from contracts.tables import JsonB, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_case = sa.table(
    "cases",
    *(sa.column("id", sa.Uuid()), sa.column("urgency", sa.Integer()), sa.column("overdue", sa.Boolean())),
    *(sa.column("urgent_at", UtcDateTime()), sa.column("snapshot", JsonB)),
)
_clock = sa.table(
    "clock",
    *(sa.column("case_id", sa.Uuid()), sa.column("kind", sa.String()), sa.column("state", sa.String())),
    sa.column("due_at", UtcDateTime()),
)


def upgrade() -> None:
    connection = op.get_bind()
    owing = sa.select(_case).where(_case.c.urgency.is_not(None), _case.c.overdue.is_(True))
    owing = owing.with_for_update()  # a process at work must not have its newer snapshot taken back
    rows = connection.execute(owing).all()  # those of an older version, and few: open, and late
    for row in (row for row in rows if not row.snapshot.get("missed")):
        lost = sa.select(_clock).where(_clock.c.case_id == row.id, _clock.c.state == "missed")
        first = _first(row.snapshot, connection.execute(lost.order_by(_clock.c.due_at)).all())
        if first:
            missed = [{"kind": kind, "due_at": at.isoformat()} for kind, at in first.items()]
            values = {
                "urgent_at": min(row.urgent_at, *first.values()),
                "snapshot": {**row.snapshot, "missed": missed},
            }
            connection.execute(sa.update(_case).where(_case.c.id == row.id).values(**values))


def _first(snapshot: Mapping[str, Any], lost: Any) -> dict[str, Any]:
    """When each promise that is still owed was missed first."""
    first: dict[str, Any] = {}
    for clock in lost:
        if clock.kind in snapshot.get("overdue", ()):
            first.setdefault(clock.kind, clock.due_at)
    return first


def downgrade() -> None:
    pass  # what an older version does not ask for does not harm it
