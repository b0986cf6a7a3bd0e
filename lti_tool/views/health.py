"""Whether the tool runs and reaches its database."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, jsonify, make_response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.views.context import tool

log = logging.getLogger(__name__)

blueprint = Blueprint("health", __name__)

UNAVAILABLE = 503


@blueprint.get("/healthz")
def health() -> Response:
    """Answer 200 when all is well, 503 when the database does not answer."""
    try:
        with tool().database.reading() as db:
            db.execute(text("SELECT 1"))
    except SQLAlchemyError:
        log.exception("The database does not answer.")
        return make_response(jsonify(status="database unavailable"), UNAVAILABLE)
    return jsonify(status="ok")
