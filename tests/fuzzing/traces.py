"""What is left behind: how many rows of each kind are stored."""

from __future__ import annotations

from sqlalchemy import func, select

from lti_tool.database import Database
from lti_tool.models import Base, Refusal, ToolSecret

KEPT_TO_LOOK_AT = {Refusal.__tablename__, ToolSecret.__tablename__}
"""The tool's own secret, made with the first login, and the record of a refusal."""


def stored(database: Database) -> dict[str, int]:
    """Count the rows of each table, but for refusals and the tool's own secret."""
    counts = [
        select(func.count()).select_from(table).scalar_subquery().label(table.name)
        for table in Base.metadata.sorted_tables
        if table.name not in KEPT_TO_LOOK_AT
    ]
    with database.reading() as db:
        return dict(db.execute(select(*counts)).one()._mapping)
