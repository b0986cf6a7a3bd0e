"""Works of groups: what they hold, what was replaced in them, and for whom they are handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OLD_UNIQUE = "uq_submission_context_pk_learner_id_course_workshop_number"
NEW_UNIQUE = "uq_submission_context_pk_holder_course_workshop_number"


def upgrade() -> None:
    _create_works()
    op.create_table(
        "submission_member",
        sa.Column("submission_pk", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        _key("submission_member", "submission_pk", "submission"),
        _key("submission_member", "learner_id", "learner"),
        sa.PrimaryKeyConstraint("submission_pk", "learner_id", name=op.f("pk_submission_member")),
    )
    with op.batch_alter_table("submission_member", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_submission_member_learner_id"), ["learner_id"])
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_id", sa.String(length=255), nullable=True))
        batch_op.add_column(
            sa.Column("group_name", sa.Text(), server_default=sa.text("''"), nullable=False)
        )
        batch_op.add_column(sa.Column("holder", sa.String(length=300), nullable=True))
    op.execute("UPDATE submission SET holder = 'learner:' || learner_id")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.alter_column("holder", existing_type=sa.String(length=300), nullable=False)
        batch_op.drop_constraint(OLD_UNIQUE, type_="unique")
        batch_op.create_unique_constraint(
            op.f(NEW_UNIQUE), ["context_pk", "holder", "course", "workshop", "number"]
        )


def downgrade() -> None:
    """Works that were handed in for a group have no place before: they go with the groups'."""
    op.execute("DELETE FROM submission WHERE group_id IS NOT NULL")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(NEW_UNIQUE), type_="unique")
        batch_op.create_unique_constraint(
            op.f(OLD_UNIQUE), ["context_pk", "learner_id", "course", "workshop", "number"]
        )
        batch_op.drop_column("holder")
        batch_op.drop_column("group_name")
        batch_op.drop_column("group_id")
    op.drop_table("submission_member")
    op.drop_table("replacement")
    op.drop_table("group_choice")
    op.drop_table("group_work")


def _create_works() -> None:
    op.create_table(
        "group_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("context_pk", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(length=255), nullable=False),
        sa.Column("course", sa.String(length=200), nullable=False),
        sa.Column("workshop", sa.String(length=200), nullable=False),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _key("group_work", "context_pk", "context"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_work")),
        sa.UniqueConstraint(
            "context_pk",
            "group_id",
            "course",
            "workshop",
            name=op.f("uq_group_work_context_pk_group_id_course_workshop"),
        ),
    )
    op.create_table(
        "group_choice",
        sa.Column("context_pk", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=200), nullable=False),
        sa.Column("group_id", sa.String(length=255), nullable=False),
        _key("group_choice", "context_pk", "context"),
        _key("group_choice", "learner_id", "learner"),
        sa.PrimaryKeyConstraint("context_pk", "learner_id", "course", name=op.f("pk_group_choice")),
    )
    op.create_table(
        "replacement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_work_pk", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("replacer_id", sa.Integer(), nullable=True),
        sa.Column("is_unseen", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        _key("replacement", "group_work_pk", "group_work"),
        _key("replacement", "author_id", "learner", "SET NULL"),
        _key("replacement", "replacer_id", "learner", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replacement")),
    )
    with op.batch_alter_table("replacement", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_replacement_group_work_pk"), ["group_work_pk"])


def _key(table: str, column: str, other: str, on_delete: str = "CASCADE") -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=on_delete
    )
