"""What is due platform by platform, who claims it, and how each platform's gradebook answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PLATFORM_KEY = "fk_grade_delivery_platform_id_platform"
ON_ITS_WAY = sa.text("state = 'pending'")


def upgrade() -> None:
    op.create_table(
        "platform_health",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"],
            ["platform.id"],
            name=op.f("fk_platform_health_platform_id_platform"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_platform_health")),
    )
    with op.batch_alter_table("grade_delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("platform_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("claimed_by", sa.String(length=32), nullable=True))
    op.execute(
        sa.text(
            "UPDATE grade_delivery SET claimed_until = NULL, platform_id = (SELECT"
            " learner.platform_id FROM learner WHERE learner.id = grade_delivery.learner_id)"
        )
    )
    with op.batch_alter_table("grade_delivery", schema=None) as batch_op:
        batch_op.alter_column("platform_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key(
            PLATFORM_KEY, "platform", ["platform_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index(
            "ix_grade_delivery_on_its_way",
            ["platform_id", "due_at"],
            sqlite_where=ON_ITS_WAY,
            postgresql_where=ON_ITS_WAY,
        )
        batch_op.create_index("ix_grade_delivery_claimed", ["platform_id", "claimed_until"])


def downgrade() -> None:
    with op.batch_alter_table("grade_delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_grade_delivery_claimed")
        batch_op.drop_index("ix_grade_delivery_on_its_way")
        batch_op.drop_constraint(PLATFORM_KEY, type_="foreignkey")
        batch_op.drop_column("claimed_by")
        batch_op.drop_column("platform_id")
    op.drop_table("platform_health")
