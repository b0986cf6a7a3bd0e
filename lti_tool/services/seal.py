"""The tool's own seal: it says of a text, later and in any process, that the tool wrote it."""

from __future__ import annotations

import hmac
import secrets
import threading

from sqlalchemy import Select, select

from lti_tool.database import Database
from lti_tool.models import ToolSecret
from lti_tool.services.progress import insert_unless_there

SECRET_BYTES = 32


class Seal:
    """HMAC-SHA256 under a secret of this tool's, made once and kept in the database.

    ``name`` is the use: what is sealed for one use means nothing for another. Safe to share
    among threads; the secret is read once.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._secret: bytes | None = None
        self._lock = threading.Lock()

    def of(self, kind: bytes, content: bytes) -> bytes:
        """Return the seal (32 bytes) of a content, as one of a kind: ``kind`` has no null byte."""
        return hmac.digest(self._key(), kind + b"\0" + content, "sha256")

    def _key(self) -> bytes:
        if self._secret is None:
            with self._lock:
                self._secret = self._secret or bytes.fromhex(self._read() or self._make())
        return self._secret

    def _read(self) -> str | None:
        with self._database.reading() as db:
            return db.scalars(self._query()).one_or_none()

    def _make(self) -> str:
        """Make the secret, unless another process was first."""
        made = {"name": self._name, "value": secrets.token_hex(SECRET_BYTES)}
        with self._database.transaction() as db:
            insert_unless_there(db, ToolSecret, made)
            return db.scalars(self._query()).one()

    def _query(self) -> Select[str]:
        return select(ToolSecret.value).where(ToolSecret.name == self._name)
