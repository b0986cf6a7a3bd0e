"""Which class and link is a copy of which, platforms' notices, and names of LTI 1.1."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
COPIED = {"context": "lti11_context_id", "resource_link": "lti11_resource_link_id"}


def upgrade() -> None:
    for table, older_id in COPIED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("copied_from_pk", sa.Integer(), nullable=True))
            batch_op.add_column(sa.Column(older_id, sa.String(length=255), nullable=True))
            batch_op.create_foreign_key(
                batch_op.f(f"fk_{table}_copied_from_pk_{table}"),
                table,
                ["copied_from_pk"],
                ["id"],
                ondelete="SET NULL",
            )
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lti11_user_id", sa.String(length=255), nullable=True))
    op.create_table(
        "consumer_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"],
            ["platform.id"],
            name=op.f("fk_consumer_key_platform_id_platform"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consumer_key")),
        sa.UniqueConstraint("platform_id", "key", name=op.f("uq_consumer_key_platform_id_key")),
    )
    op.create_table(
        "notice_subscription",
        sa.Column("deployment_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service_url", sa.Text(), nullable=False),
        sa.Column("notice_types", sa.Text(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=True),
        sa.Column("subscribed_at", TIME, nullable=True),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_pk"],
            ["deployment.id"],
            name=op.f("fk_notice_subscription_deployment_pk_deployment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("deployment_pk", name=op.f("pk_notice_subscription")),
    )
    op.create_index(op.f("ix_notice_subscription_due_at"), "notice_subscription", ["due_at"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deployment_pk", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.String(length=255), nullable=False),
        sa.Column("nonce_hash", sa.String(length=64), nullable=False),
        sa.Column("notice_type", sa.String(length=255), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_pk"],
            ["deployment.id"],
            name=op.f("fk_notice_deployment_pk_deployment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "deployment_pk", "nonce_hash", name=op.f("uq_notice_deployment_pk_nonce_hash")
        ),
        sa.UniqueConstraint(
            "deployment_pk", "notice_id", name=op.f("uq_notice_deployment_pk_notice_id")
        ),
    )
    op.create_index(op.f("ix_notice_received_at"), "notice", ["received_at"])


def downgrade() -> None:
    op.drop_table("notice")
    op.drop_table("notice_subscription")
    op.drop_table("consumer_key")
    with op.batch_alter_table("learner", schema=None) as batch_op:
        batch_op.drop_column("lti11_user_id")
    for table, older_id in COPIED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(
                batch_op.f(f"fk_{table}_copied_from_pk_{table}"), type_="foreignkey"
            )
            batch_op.drop_column(older_id)
            batch_op.drop_column("copied_from_pk")
