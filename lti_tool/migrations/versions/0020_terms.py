"""Due dates and closing dates of classes, with what is granted to groups and learners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("context_pk", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=300), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.String(length=255), nullable=True),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("closes_at", TIME, nullable=True),
        sa.Column("extra_attempts", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", TIME, nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        _key("context_pk", "context", "CASCADE"),
        _key("learner_id", "learner", "CASCADE"),
        _key("given_by_id", "learner", "SET NULL"),
        _key("withdrawn_by_id", "learner", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint(
            "context_pk",
            "course",
            "target",
            "holder",
            name=op.f("uq_term_context_pk_course_target_holder"),
        ),
    )
    with op.batch_alter_table("term", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_term_learner_id"), ["learner_id"])
    with op.batch_alter_table("context", schema=None) as batch_op:
        batch_op.add_column(sa.Column("time_zone", sa.String(length=64), nullable=True))
    with op.batch_alter_table("class_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("awaited_at", TIME, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("class_line", schema=None) as batch_op:
        batch_op.drop_column("awaited_at")
    with op.batch_alter_table("context", schema=None) as batch_op:
        batch_op.drop_column("time_zone")
    op.drop_table("term")


def _key(column: str, other: str, on_delete: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_term_{column}_{other}"), ondelete=on_delete
    )
