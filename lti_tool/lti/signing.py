"""Our own signature: on the assertions and answers that platforms check with our key set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ALGORITHM = "RS256"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of ours, already loaded: reading its text costs a hundred signatures."""

    kid: str
    key: RSAPrivateKey

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a signed token that names its key, as every platform wants."""
        return jwt.encode(dict(claims), self.key, algorithm=ALGORITHM, headers={"kid": self.kid})


KeySource: TypeAlias = Callable[[], SigningKey]
"""Gives the key that signs now."""
