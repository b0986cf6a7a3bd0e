"""What a platform accepts of a teacher's choice, and when a learner's work is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("content_selection", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("accepts_links", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("accepts_several", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("openings", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("window_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("window_session", schema=None) as batch_op:
        batch_op.drop_column("due_at")
    with op.batch_alter_table("content_selection", schema=None) as batch_op:
        batch_op.drop_column("openings")
        batch_op.drop_column("accepts_several")
        batch_op.drop_column("accepts_links")
