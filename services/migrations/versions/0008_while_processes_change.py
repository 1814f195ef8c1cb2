"""A process of the version before writes cases without their place on the desk: while processes are replaced
one by one, they get one, and the right one with their next change"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("urgency", existing_type=sa.Integer(), server_default="2")
        cases.alter_column(
            "urgent_at", existing_type=sa.DateTime(timezone=True), server_default=sa.func.current_timestamp()
        )


def downgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("urgent_at", existing_type=sa.DateTime(timezone=True), server_default=None)
        cases.alter_column("urgency", existing_type=sa.Integer(), server_default=None)
