"""A missed promise keeps who had the case"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clock", sa.Column("force_id", sa.String(), nullable=True))
    missed = sa.text("state = 'missed'")
    op.create_index("clock_missed", "clock", ["due_at"], sqlite_where=missed, postgresql_where=missed)


def downgrade() -> None:
    op.drop_index("clock_missed", "clock")
    with op.batch_alter_table("clock") as clocks:
        clocks.drop_column("force_id")
