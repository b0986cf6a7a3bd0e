"""Logins remember in which frame their platform keeps things for us."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("login_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("storage_target", sa.String(length=255), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("login_state", schema=None) as batch_op:
        batch_op.drop_column("storage_target")
