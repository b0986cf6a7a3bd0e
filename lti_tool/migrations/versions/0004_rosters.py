"""The platform's list of a class, and who is only known from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIMES = ("roster_received_at", "roster_tried_at", "roster_due_at")


def upgrade() -> None:
    with op.batch_alter_table("context", schema=None) as batch_op:
        batch_op.add_column(sa.Column("memberships_url", sa.Text(), nullable=True))
        for name in TIMES:
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("roster_error", sa.Text(), nullable=True))
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "standing", sa.String(length=16), server_default=sa.text("'active'"), nullable=False
            )
        )
        for name in ("first_seen_at", "last_seen_at"):
            batch_op.alter_column(
                name,
                existing_type=sa.DateTime(timezone=True),
                existing_nullable=False,
                nullable=True,
            )


def downgrade() -> None:
    # Who was only known from a list has no place in the older tables.
    op.execute(sa.text("DELETE FROM membership WHERE last_seen_at IS NULL"))
    with op.batch_alter_table("membership", schema=None) as batch_op:
        for name in ("last_seen_at", "first_seen_at"):
            batch_op.alter_column(
                name,
                existing_type=sa.DateTime(timezone=True),
                existing_nullable=True,
                nullable=False,
            )
        batch_op.drop_column("standing")
    with op.batch_alter_table("context", schema=None) as batch_op:
        batch_op.drop_column("roster_error")
        for name in reversed(TIMES):
            batch_op.drop_column(name)
        batch_op.drop_column("memberships_url")
