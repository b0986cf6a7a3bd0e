"""Synchronisations of gradebooks, grades given there by hand, and what each column was sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting', 'running')")


def upgrade() -> None:
    """A score that was sent is the last one sent; of one on its way nobody knows any more."""
    with op.batch_alter_table("grade_delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sent_score", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("tried_score", sa.Double(), nullable=True))
    op.execute("UPDATE grade_delivery SET sent_score = score WHERE state = 'sent'")
    _create_hand_made_grades()
    _create_synchronisations()
    op.create_table(
        "nightly_sync",
        sa.Column("context_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chosen_by", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        _key("nightly_sync", "context_pk", "context"),
        sa.PrimaryKeyConstraint("context_pk", name=op.f("pk_nightly_sync")),
    )


def downgrade() -> None:
    for table in ("nightly_sync", "grade_sync_line", "grade_sync", "hand_made_grade"):
        op.drop_table(table)
    with op.batch_alter_table("grade_delivery", schema=None) as batch_op:
        batch_op.drop_column("tried_score")
        batch_op.drop_column("sent_score")


def _create_hand_made_grades() -> None:
    op.create_table(
        "hand_made_grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_item_pk", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.Double(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("ours", sa.Double(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resisted", sa.Boolean(), nullable=False),
        _key("hand_made_grade", "line_item_pk", "line_item"),
        _key("hand_made_grade", "learner_id", "learner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_made_grade")),
        sa.UniqueConstraint(
            "line_item_pk", "learner_id", name=op.f("uq_hand_made_grade_line_item_pk_learner_id")
        ),
    )


def _create_synchronisations() -> None:
    op.create_table(
        "grade_sync",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_link_pk", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("is_nightly", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        _key("grade_sync", "resource_link_pk", "resource_link"),
        _key("grade_sync", "platform_id", "platform"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_sync")),
    )
    op.create_index(
        "uq_grade_sync_open",
        "grade_sync",
        ["resource_link_pk"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_grade_sync_claimed", "grade_sync", ["platform_id", "claimed_until"])
    for column in ("finished_at", "resource_link_pk", "state"):
        op.create_index(op.f(f"ix_grade_sync_{column}"), "grade_sync", [column])
    op.create_table(
        "grade_sync_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sync_pk", sa.Integer(), nullable=False),
        sa.Column("line_item_pk", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("grade_sync_line", "sync_pk", "grade_sync"),
        _key("grade_sync_line", "line_item_pk", "line_item"),
        _key("grade_sync_line", "learner_id", "learner"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_sync_line")),
        sa.UniqueConstraint(
            "sync_pk",
            "line_item_pk",
            "learner_id",
            name=op.f("uq_grade_sync_line_sync_pk_line_item_pk_learner_id"),
        ),
    )


def _key(table: str, column: str, other: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete="CASCADE"
    )
