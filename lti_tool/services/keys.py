"""The tool's own RSA keys: kept in the database, published as a key set, and replaced.

A new key is announced for a while before it signs, so that a platform which keeps our key
set knows it by then. An old key stays published for a while after it signed for the last
time, so that what it signed can still be checked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm
from jwt.utils import base64url_encode
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.lti import ALGORITHM, SigningKey
from lti_tool.models import ToolKey, now
from lti_tool.services.access_tokens import forget_access_tokens

KEY_SIZE = 2048
PUBLIC_EXPONENT = 65537
ANNOUNCED_FOR = timedelta(hours=1)
"""How long a new key is published before it signs: several times our key set's ``max-age``."""
KEPT_FOR = timedelta(days=1)
"""How long a key is published after its successor began to sign."""


class KeyUse(StrEnum):
    """What a key does now."""

    ANNOUNCED = "announced"
    SIGNING = "signing"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A published key: since when, and what it does."""

    kid: str
    use: KeyUse
    created_at: datetime


class RotationUnderWay(Exception):
    """Another key was announced already, and does not sign yet."""


class KeyRing:
    """The keys, each loaded once. Safe to share among threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loaded: dict[str, SigningKey] = {}

    def signing_key(self) -> SigningKey:
        """Return the key that signs now, made now if there is none."""
        self.make_first_key()
        with self._database.reading() as db:
            return self._load(_signing(_rows(db), now()))

    def make_first_key(self) -> None:
        """Make a key unless there is one, also when several processes try at once."""
        with self._database.reading() as db:
            if db.scalars(select(ToolKey.kid).limit(1)).first() is not None:
                return
        try:
            with self._database.transaction() as db:
                db.add(_new_key(1))
        except IntegrityError:
            # Another process was first: its key has the serial number, and serves us too.
            return

    def rotate(self, moment: datetime | None = None) -> None:
        """Announce a new key, which will sign by itself when ``ANNOUNCED_FOR`` has passed.

        Raise ``RotationUnderWay`` when one is announced already.
        """
        self.make_first_key()
        at = moment or now()
        try:
            with self._database.transaction() as db:
                newest, *_older = rows = _rows(db)
                if newest is not _signing(rows, at):
                    raise RotationUnderWay
                db.add(_new_key(newest.serial + 1, at))
        except IntegrityError as error:
            raise RotationUnderWay from error

    def replace_at_once(self) -> None:
        """Forget every key and sign with a new one now: for a key that somebody may have.

        The access tokens that were given for the old keys' signatures go with them.

        Platforms that keep our key set refuse us until they read it again.
        """
        with self._database.transaction() as db:
            newest = max((row.serial for row in _rows(db)), default=0)
            db.execute(delete(ToolKey))
            forget_access_tokens(db)
            db.add(_new_key(newest + 1))

    def known_keys(self, moment: datetime | None = None) -> Sequence[KnownKey]:
        """Return the published keys, the newest first."""
        with self._database.reading() as db:
            rows = _rows(db)
        if not rows:
            return ()
        at = moment or now()
        signing = _signing(rows, at)
        return tuple(
            KnownKey(row.kid, _use(row, signing), row.created_at) for row in _published(rows, at)
        )

    def key_set(self) -> Mapping[str, Any]:
        """Return the public keys as a JSON Web Key Set (RFC 7517, 5)."""
        self.make_first_key()
        with self._database.reading() as db:
            rows = _published(_rows(db), now())
        return {"keys": [_public_jwk(self._load(row)) for row in rows]}

    def _load(self, row: ToolKey) -> SigningKey:
        if row.kid not in self._loaded:
            key = load_pem_private_key(row.private_pem.encode(), password=None)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError(f"the tool's key {row.kid} is not an RSA key")
            self._loaded[row.kid] = SigningKey(row.kid, key)
        return self._loaded[row.kid]


def forget_replaced_keys(db: Session, moment: datetime) -> None:
    """Delete, in the caller's transaction, the keys that are no longer published."""
    rows = _rows(db)
    published = {row.serial for row in _published(rows, moment)}
    for row in rows:
        if row.serial not in published:
            db.delete(row)


def _new_key(serial: int, moment: datetime | None = None) -> ToolKey:
    private = rsa.generate_private_key(public_exponent=PUBLIC_EXPONENT, key_size=KEY_SIZE)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ToolKey(
        kid=thumbprint(private.public_key()),
        serial=serial,
        private_pem=pem,
        created_at=moment or now(),
    )


def _rows(db: Session) -> Sequence[ToolKey]:
    """Return every key, the newest first."""
    return db.scalars(select(ToolKey).order_by(ToolKey.serial.desc())).all()


def _signing(rows: Sequence[ToolKey], moment: datetime) -> ToolKey:
    """Return the newest key that was announced for long enough, or else the first one."""
    announced = (row for row in rows if row.created_at <= moment - ANNOUNCED_FOR)
    return next(announced, rows[-1])


def _published(rows: Sequence[ToolKey], moment: datetime) -> Sequence[ToolKey]:
    """Leave out the keys whose successor has signed for longer than ``KEPT_FOR``."""
    if not rows:
        return rows
    over = moment - ANNOUNCED_FOR - KEPT_FOR
    successors = (None, *rows)
    return [
        row
        for row, successor in zip(rows, successors, strict=False)
        if successor is None or successor.created_at > over
    ]


def _use(row: ToolKey, signing: ToolKey) -> KeyUse:
    if row is signing:
        return KeyUse.SIGNING
    return KeyUse.ANNOUNCED if row.serial > signing.serial else KeyUse.KEPT


def thumbprint(key: rsa.RSAPublicKey) -> str:
    """Return the key's own name (RFC 7638, 3)."""
    jwk = RSAAlgorithm.to_jwk(key, as_dict=True)
    members = {name: jwk[name] for name in ("e", "kty", "n")}
    digest = hashes.Hash(hashes.SHA256())
    digest.update(json.dumps(members, sort_keys=True, separators=(",", ":")).encode())
    return base64url_encode(digest.finalize()).decode()


def _public_jwk(key: SigningKey) -> Mapping[str, Any]:
    jwk = RSAAlgorithm.to_jwk(key.key.public_key(), as_dict=True)
    # Moodle passes over keys without alg.
    return {
        "kty": jwk["kty"],
        "n": jwk["n"],
        "e": jwk["e"],
        "alg": ALGORITHM,
        "use": "sig",
        "kid": key.kid,
    }
