"""The tool's own RSA keys: made once, kept in the database, published as a key set."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lti_tool.database import Database
from lti_tool.lti import ALGORITHM, SigningKey
from lti_tool.models import ToolKey

KEY_SIZE = 2048
PUBLIC_EXPONENT = 65537


class KeyRing:
    """The keys, each loaded once. Safe to share among threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loaded: dict[str, SigningKey] = {}

    def signing_key(self) -> SigningKey:
        """Return the newest key, made now if there is none."""
        with self._database.reading() as db:
            row = db.scalars(select(ToolKey).order_by(ToolKey.serial.desc()).limit(1)).first()
        if row is None:
            self.make_first_key()
            return self.signing_key()
        return self._load(row)

    def make_first_key(self) -> None:
        """Make a key unless there is one, also when several processes try at once."""
        with self._database.reading() as db:
            if db.scalars(select(ToolKey.kid).limit(1)).first() is not None:
                return
        private = rsa.generate_private_key(public_exponent=PUBLIC_EXPONENT, key_size=KEY_SIZE)
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        row = ToolKey(kid=thumbprint(private.public_key()), serial=1, private_pem=pem)
        try:
            with self._database.transaction() as db:
                db.add(row)
        except IntegrityError:
            # Another process was first: its key has the serial number, and serves us too.
            return

    def key_set(self) -> Mapping[str, Any]:
        """Return the public keys as a JSON Web Key Set (RFC 7517, 5)."""
        self.make_first_key()
        with self._database.reading() as db:
            rows = db.scalars(select(ToolKey).order_by(ToolKey.serial.desc())).all()
        return {"keys": [_public_jwk(self._load(row)) for row in rows]}

    def _load(self, row: ToolKey) -> SigningKey:
        if row.kid not in self._loaded:
            key = load_pem_private_key(row.private_pem.encode(), password=None)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError(f"the tool's key {row.kid} is not an RSA key")
            self._loaded[row.kid] = SigningKey(row.kid, key)
        return self._loaded[row.kid]


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
