"""Logs: one JSON object a line, so that a reference number is found and read as it stands.

Nothing that gives access and nothing about a person is ever logged: what a line may hold
besides its message is listed in ``FIELDS``.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

FIELDS = (
    "reference",
    "code",
    "detail",
    "issuer",
    "platform",
    "method",
    "path",
    "status",
    "endpoint",
)


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON, whatever characters it holds."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(level: str) -> None:
    """Send every log to standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Lines of the first two hold whole addresses, in which platforms put hints about persons.
    for chatty in ("urllib3", "werkzeug", "alembic", "huey"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
