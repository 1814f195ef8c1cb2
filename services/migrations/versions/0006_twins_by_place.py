"""Possible twins are also found by their place and category, and by what is linked to them"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("twin_candidate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("here", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("lead", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("lead_complaint", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_twin_candidate_lead"), ["lead"], unique=False)
        batch_op.create_index(batch_op.f("ix_twin_candidate_here"), ["here"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("twin_candidate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_twin_candidate_here"))
        batch_op.drop_index(batch_op.f("ix_twin_candidate_lead"))
        for name in ("here", "lead", "lead_complaint"):
            batch_op.drop_column(name)
