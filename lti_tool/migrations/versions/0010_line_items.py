"""Several columns for one link: scores go to a line item, not to a link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD_UNIQUE = "uq_grade_delivery_resource_link_pk_learner_id"
OLD_KEY = "fk_grade_delivery_resource_link_pk_resource_link"
NEW_UNIQUE = "uq_grade_delivery_line_item_pk_learner_id"
NEW_KEY = "fk_grade_delivery_line_item_pk_line_item"


def upgrade() -> None:
    with op.batch_alter_table("resource_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("line_items_url", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("grade_scopes", sa.JSON(), server_default=sa.text("'[]'"), nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "grading", sa.String(length=16), server_default=sa.text("'whole'"), nullable=False
            )
        )
    op.create_table(
        "line_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_link_pk", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=16), nullable=False),
        sa.Column("activity", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("maximum", sa.Double(), nullable=False),
        sa.Column("resource_id", sa.String(length=255), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resource_link_pk"],
            ["resource_link.id"],
            name=op.f("fk_line_item_resource_link_pk_resource_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_item")),
        sa.UniqueConstraint(
            "resource_link_pk",
            "made_by",
            "activity",
            name=op.f("uq_line_item_resource_link_pk_made_by_activity"),
        ),
    )
    with op.batch_alter_table("line_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_item_due_at"), ["due_at"], unique=False)

    # Every score so far was for the column that the platform coupled with its link.
    op.execute(
        sa.text(
            "INSERT INTO line_item (resource_link_pk, made_by, activity, state, label, maximum,"
            " resource_id, tag, tries)"
            " SELECT DISTINCT resource_link_pk, 'platform', '', 'ready', '', 100, '', '', 0"
            " FROM grade_delivery"
        )
    )
    with op.batch_alter_table("grade_delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("line_item_pk", sa.Integer(), nullable=True))
    op.execute(
        sa.text(
            "UPDATE grade_delivery SET line_item_pk = (SELECT line_item.id FROM line_item"
            " WHERE line_item.resource_link_pk = grade_delivery.resource_link_pk)"
        )
    )
    with op.batch_alter_table("grade_delivery", schema=None) as batch_op:
        batch_op.drop_constraint(OLD_UNIQUE, type_="unique")
        batch_op.drop_constraint(OLD_KEY, type_="foreignkey")
        batch_op.drop_column("resource_link_pk")
        batch_op.alter_column("line_item_pk", existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(NEW_UNIQUE, ["line_item_pk", "learner_id"])
        batch_op.create_foreign_key(
            NEW_KEY, "line_item", ["line_item_pk"], ["id"], ondelete="CASCADE"
        )


def downgrade() -> None:
    # The older tables have room for one column a link: the platform's own.
    op.execute(
        sa.text(
            "DELETE FROM grade_delivery WHERE line_item_pk IN"
            " (SELECT id FROM line_item WHERE made_by <> 'platform')"
        )
    )
    with op.batch_alter_table("grade_delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("resource_link_pk", sa.Integer(), nullable=True))
    op.execute(
        sa.text(
            "UPDATE grade_delivery SET resource_link_pk = (SELECT line_item.resource_link_pk"
            " FROM line_item WHERE line_item.id = grade_delivery.line_item_pk)"
        )
    )
    with op.batch_alter_table("grade_delivery", schema=None) as batch_op:
        batch_op.drop_constraint(NEW_UNIQUE, type_="unique")
        batch_op.drop_constraint(NEW_KEY, type_="foreignkey")
        batch_op.drop_column("line_item_pk")
        batch_op.alter_column("resource_link_pk", existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(OLD_UNIQUE, ["resource_link_pk", "learner_id"])
        batch_op.create_foreign_key(
            OLD_KEY, "resource_link", ["resource_link_pk"], ["id"], ondelete="CASCADE"
        )
    with op.batch_alter_table("line_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_line_item_due_at"))
    op.drop_table("line_item")
    with op.batch_alter_table("resource_link", schema=None) as batch_op:
        for name in ("grading", "grade_scopes", "line_items_url"):
            batch_op.drop_column(name)
