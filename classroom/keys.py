"""The secrets of one classroom: made on its first run, kept in its data folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_SIZE = 2048


@dataclass(frozen=True, slots=True)
class Secrets:
    """``private_key`` and ``public_key`` are PEM; ``session_key`` signs our own cookie."""

    private_key: str
    public_key: str
    session_key: str


def load_secrets(folder: Path) -> Secrets:
    """Read the secrets in ``folder``, after making those that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    private_key = _kept(folder / "platform-key.pem", _new_private_key)
    loaded = serialization.load_pem_private_key(private_key.encode(), password=None)
    public_key = loaded.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Secrets(
        private_key=private_key,
        public_key=public_key.decode(),
        session_key=_kept(folder / "session-key", secrets.token_hex),
    )


def _kept(path: Path, make: Callable[[], str]) -> str:
    """What ``path`` holds. A new file is for its owner's eyes only."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(make())
    return path.read_text(encoding="ascii")


def _new_private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
