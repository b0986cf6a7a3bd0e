"""Groups of a class, differences of its list, test users, and whom a mentor accompanies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CONTEXT_TEXTS = ("differences_url", "groups_url", "group_sets_url", "groups_error")


def upgrade() -> None:
    with op.batch_alter_table("context", schema=None) as batch_op:
        batch_op.add_column(sa.Column("roster_whole_at", sa.DateTime(timezone=True), nullable=True))
        for name in CONTEXT_TEXTS:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=True))
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_test_user", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    with op.batch_alter_table("window_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mentored", sa.JSON(), nullable=True))
    op.create_table(
        "course_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("context_pk", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("set_id", sa.String(length=255), nullable=False),
        sa.Column("set_name", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_pk"],
            ["context.id"],
            name=op.f("fk_course_group_context_pk_context"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_group")),
        sa.UniqueConstraint(
            "context_pk", "group_id", name=op.f("uq_course_group_context_pk_group_id")
        ),
    )
    op.create_table(
        "group_membership",
        sa.Column("group_pk", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_pk"],
            ["course_group.id"],
            name=op.f("fk_group_membership_group_pk_course_group"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learner.id"],
            name=op.f("fk_group_membership_learner_id_learner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_pk", "learner_id", name=op.f("pk_group_membership")),
    )
    with op.batch_alter_table("group_membership", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_group_membership_learner_id"), ["learner_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("group_membership")
    op.drop_table("course_group")
    with op.batch_alter_table("window_session", schema=None) as batch_op:
        batch_op.drop_column("mentored")
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.drop_column("is_test_user")
    with op.batch_alter_table("context", schema=None) as batch_op:
        for name in reversed(CONTEXT_TEXTS):
            batch_op.drop_column(name)
        batch_op.drop_column("roster_whole_at")
