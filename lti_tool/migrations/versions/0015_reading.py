"""What the class table and the item analysis read, and names as they are sorted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lti_tool.models.names import SORT_NAME, folded_name

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BATCH = 1000


def upgrade() -> None:
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("sort_name", SORT_NAME, server_default=sa.text("''"), nullable=False)
        )
    _fold_names()
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
        )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_of_activity", ["context_pk", "course", "activity"])
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(
            "ix_submission_in_state", ["context_pk", "course", "state", "handed_in_at"]
        )
    _create_tables()


def downgrade() -> None:
    op.drop_table("activity_analysis")
    op.drop_table("class_line")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_in_state")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_attempt_of_activity")
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.drop_column("version")
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.drop_column("sort_name")


def _fold_names() -> None:
    """Lines of the class table need no such care: they are made when they are first read."""
    learner = sa.table(
        "learner", sa.column("id", sa.Integer), sa.column("name"), sa.column("sort_name")
    )
    fold = (
        sa.update(learner)
        .where(learner.c.id == sa.bindparam("pk"))
        .values(sort_name=sa.bindparam("folded"))
    )
    connection = op.get_bind()
    last = 0
    while rows := connection.execute(
        sa.select(learner.c.id, learner.c.name)
        .where(learner.c.id > last)
        .order_by(learner.c.id)
        .limit(BATCH)
    ).all():
        connection.execute(fold, [{"pk": pk, "folded": folded_name(name)} for pk, name in rows])
        last = rows[-1].id


def _create_tables() -> None:
    op.create_table(
        "class_line",
        sa.Column("resource_link_pk", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visited", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("failed_at", sa.String(length=200), nullable=True),
        sa.Column("failed_tries", sa.Integer(), nullable=False),
        _key("class_line", "resource_link_pk", "resource_link"),
        _key("class_line", "learner_id", "learner"),
        sa.PrimaryKeyConstraint("resource_link_pk", "learner_id", name=op.f("pk_class_line")),
    )
    with op.batch_alter_table("class_line", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_class_line_learner_id"), ["learner_id"])
    op.create_table(
        "activity_analysis",
        sa.Column("context_pk", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=200), nullable=False),
        sa.Column("activity", sa.String(length=200), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        _key("activity_analysis", "context_pk", "context"),
        sa.PrimaryKeyConstraint(
            "context_pk", "course", "activity", name=op.f("pk_activity_analysis")
        ),
    )


def _key(table: str, column: str, other: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete="CASCADE"
    )
