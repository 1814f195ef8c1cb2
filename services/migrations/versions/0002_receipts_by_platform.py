"""Receipts are looked for by platform"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("receipt_next", "receipt_delivery")
    op.create_index("receipt_next", "receipt_delivery", ["platform", "state", "next_try_at"])


def downgrade() -> None:
    op.drop_index("receipt_next", "receipt_delivery")
    op.create_index("receipt_next", "receipt_delivery", ["state", "next_try_at"])
