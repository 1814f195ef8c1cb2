"""Danger comes before what only may be danger"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("update cases set urgency = urgency + 1 where urgency > 0 or colour <> 'red'")


def downgrade() -> None:
    op.execute("update cases set urgency = urgency - 1 where urgency > 0")
