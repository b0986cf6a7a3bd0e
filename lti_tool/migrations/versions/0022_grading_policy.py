"""How a link is graded: which attempt counts, the pass mark, and what the last decision was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

REGRADING = sa.text("regrade_after IS NOT NULL")
COLUMNS = ("regrade_after", "grading_before", "grading_version", "pass_mark", "counting")


def upgrade() -> None:
    with op.batch_alter_table("resource_link", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("counting", sa.String(length=16), server_default="best", nullable=False)
        )
        batch_op.add_column(sa.Column("pass_mark", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("grading_version", sa.Integer(), server_default="1", nullable=False)
        )
        batch_op.add_column(sa.Column("grading_before", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("regrade_after", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_resource_link_regrading",
            ["id"],
            sqlite_where=REGRADING,
            postgresql_where=REGRADING,
        )


def downgrade() -> None:
    """Grades stay as they are until the next attempt; then the best one counts again."""
    with op.batch_alter_table("resource_link", schema=None) as batch_op:
        batch_op.drop_index("ix_resource_link_regrading")
        for column in COLUMNS:
            batch_op.drop_column(column)
