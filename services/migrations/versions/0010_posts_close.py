"""Posts close, and have an English name; the trail is asked about one thing"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("operator") as operator:
        operator.add_column(sa.Column("post_en", sa.String(), nullable=True))
        operator.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_audit_entry_about", "audit_entry", ["about"])


def downgrade() -> None:
    op.drop_index("ix_audit_entry_about", "audit_entry")
    with op.batch_alter_table("operator") as operator:
        operator.drop_column("closed_at")
        operator.drop_column("post_en")
