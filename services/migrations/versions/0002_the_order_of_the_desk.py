"""The order of the desk, looks that were given, and who joins a case"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ORDER = """
update cases set urgent_at = coalesce(next_due_at, received_at), urgency = case
  when state in ('settled', 'closed') or (state = 'linked' and not look) then null
  when colour = 'red' or look then 0
  when next_due_at is not null or overdue then 1
  else 2 end
"""


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("urgency", sa.Integer(), nullable=True))
        cases.add_column(sa.Column("urgent_at", sa.DateTime(timezone=True), nullable=True))
        cases.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_ORDER)
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("urgent_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        cases.drop_index("ix_cases_next_due_at")
        cases.create_index("cases_urgent", ["urgency", "urgent_at", "id"])
    op.create_table(
        "case_helper",
        sa.Column("force_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("force_id", "case_id"),
    )
    _helpers()


def _helpers() -> None:
    """Who joined the cases that are there already."""
    each = {
        "sqlite": "json_each(snapshot, '$.others')",
        "postgresql": "jsonb_array_elements(snapshot->'others') as other(value)",
    }[op.get_bind().dialect.name]
    op.execute(
        f"insert into case_helper (force_id, case_id) "  # noqa: S608  (no value of anybody's)
        f"select distinct value->>'force_id', cases.id from cases, {each}"
    )


def downgrade() -> None:
    op.drop_table("case_helper")
    with op.batch_alter_table("cases") as cases:
        cases.drop_index("cases_urgent")
        cases.create_index("ix_cases_next_due_at", ["next_due_at"])
        cases.drop_column("seen_at")
        cases.drop_column("urgent_at")
        cases.drop_column("urgency")
