"""The export page: its jobs, the packages that it keeps, whom they went to; and designers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INDEXES = (
    ("export_package", ("checksum", "course", "made_at")),
    ("export_send", ("package_pk",)),
    ("export_job", ("asked_at", "state")),
)


def upgrade() -> None:
    _create_packages()
    _create_jobs()
    for table, columns in INDEXES:
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for table in ("administrator_session", "administrator_ticket"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("holder", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("admits_designers", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    """Designers lose their way in with the mark that let them in."""
    op.execute("DELETE FROM administrator_ticket WHERE way = 'designer'")
    op.execute("DELETE FROM administrator_session WHERE way = 'designer'")
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.drop_column("admits_designers")
    for table in ("administrator_session", "administrator_ticket"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("holder")
    for table in ("export_job", "export_send", "export_package"):
        op.drop_table(table)


def _create_packages() -> None:
    op.create_table(
        "export_package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("course", sa.String(length=200), nullable=False),
        sa.Column("course_title", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("partner", sa.String(length=100), nullable=False),
        sa.Column("partner_title", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_package")),
    )
    op.create_table(
        "export_send",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("package_pk", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=255), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        _package_key("export_send", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_send")),
    )


def _create_jobs() -> None:
    op.create_table(
        "export_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=200), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("partner", sa.String(length=100), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("package_pk", sa.Integer(), nullable=True),
        sa.Column("was_there", sa.Boolean(), nullable=False),
        _package_key("export_job", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_job")),
    )


def _package_key(table: str, on_delete: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["package_pk"],
        ["export_package.id"],
        name=op.f(f"fk_{table}_package_pk_export_package"),
        ondelete=on_delete,
    )
