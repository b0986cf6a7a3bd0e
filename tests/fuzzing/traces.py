"""What is left behind: how many rows of each kind are stored."""

from __future__ import annotations

from sqlalchemy import func, select

from lti_tool.database import Database
from lti_tool.models import Base, LoginState, Refusal

KEPT_TO_LOOK_AT = {Refusal.__tablename__, LoginState.__tablename__}
"""What a login begins with, and the record of a refusal, are there to be stored."""


def stored(database: Database) -> dict[str, int]:
    """Count the rows of each table, but for refusals and logins."""
    counts = [
        select(func.count()).select_from(table).scalar_subquery().label(table.name)
        for table in Base.metadata.sorted_tables
        if table.name not in KEPT_TO_LOOK_AT
    ]
    with database.reading() as db:
        return dict(db.execute(select(*counts)).one()._mapping)
