"""A dead letter keeps what it was mended to"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dead_letter", sa.Column("mended", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("dead_letter") as letters:
        letters.drop_column("mended")
