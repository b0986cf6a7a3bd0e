"""The platforms' public keys: fetched, kept, and fetched again when a new one appears."""

from __future__ import annotations

import json
import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from lti_tool.lti.faults import Fault, LaunchRefused
from lti_tool.lti.http import Unreachable, call

LIFETIME = 3600.0
"""Seconds during which a key set serves without being asked for again."""
PAUSE = 60.0
"""Seconds between two fetches that an unknown key can cause."""
MOST_KEYS = 100
SMALLEST_KEY = 2048
"""Bits (NIST SP 800-131A)."""


@dataclass(frozen=True, slots=True)
class _KeySet:
    keys: Mapping[str, RSAPublicKey]
    fetched_at: float


class KeySets:
    """Public keys by the address of their set and their ``kid``, loaded once.

    Only a good answer is kept. A set is asked for again when it is old, and when a token
    names a key that it lacks, but then at most once a minute: a platform changes its keys
    without telling, and a forger can name any key.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sets: dict[str, _KeySet] = {}
        self._failures: dict[str, tuple[float, LaunchRefused]] = {}
        self._asked_at: dict[str, float] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def key(self, url: str, kid: str) -> RSAPublicKey:
        """Return the key. Raise ``LaunchRefused`` when it is unknown or cannot be fetched."""
        found = self._kept(url, kid)
        if found is None:
            came = self._clock()
            with self._locks[url]:
                found = self._kept(url, kid)  # another thread may have fetched it meanwhile
                if found is None:
                    self._refresh(url, came)
                    found = self._kept(url, kid)
        if found is None:
            raise LaunchRefused(Fault.KEY_UNKNOWN, f"the key set at {url} lacks the token's key")
        return found

    def fetch(self, url: str) -> Mapping[str, RSAPublicKey]:
        """Fetch the keys now, and keep them. Raise ``LaunchRefused``."""
        keys = fetch_keys(url)
        self._sets[url] = _KeySet(keys, self._clock())
        return keys

    def _kept(self, url: str, kid: str) -> RSAPublicKey | None:
        kept = self._sets.get(url)
        if kept is None or self._clock() - kept.fetched_at > LIFETIME:
            return None
        return kept.keys.get(kid)

    def _refresh(self, url: str, came: float) -> None:
        """Fetch the keys, unless that was tried just now or somebody failed while we waited.

        A platform that hangs would otherwise hold up all threads, one after the other. Where
        there is no set that serves, everybody may try: only the forger of a key waits.
        """
        kept = self._sets.get(url)
        serves = kept is not None and self._clock() - kept.fetched_at <= LIFETIME
        if serves and self._clock() - self._asked_at.get(url, -math.inf) <= PAUSE:
            return
        failed_at, failure = self._failures.get(url, (-math.inf, None))
        if failure is not None and failed_at >= came:
            raise LaunchRefused(failure.fault, failure.detail)
        self._asked_at[url] = self._clock()
        try:
            self.fetch(url)
        except LaunchRefused as refused:
            self._failures[url] = (self._clock(), refused)
            raise


def fetch_keys(url: str) -> Mapping[str, RSAPublicKey]:
    """Return the RSA signing keys at an address, by ``kid`` (RFC 7517, 5).

    Keys of other kinds and uses are left aside. Raise ``LaunchRefused``.
    """
    try:
        answer = call("GET", url, headers={"Accept": "application/json"})
    except Unreachable as error:
        raise LaunchRefused(Fault.KEYS_UNREACHABLE, str(error)) from error
    if not answer.ok:
        raise LaunchRefused(Fault.KEYS_UNREACHABLE, f"{url} answered {answer.status}")
    try:
        listed = json.loads(answer.body)["keys"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise LaunchRefused(Fault.KEYS_UNREACHABLE, f"{url} gives no key set") from error
    if not isinstance(listed, list):
        raise LaunchRefused(Fault.KEYS_UNREACHABLE, f"{url} gives no list of keys")
    loaded = ((jwk.get("kid"), _load(jwk)) for jwk in listed[:MOST_KEYS] if isinstance(jwk, dict))
    return {kid: key for kid, key in loaded if isinstance(kid, str) and kid and key is not None}


def _load(jwk: Mapping[str, Any]) -> RSAPublicKey | None:
    usable = (
        jwk.get("kty") == "RSA"
        and jwk.get("use") in (None, "sig")
        and jwk.get("alg") in (None, "RS256")
    )
    if not usable:
        return None
    public = {name: jwk[name] for name in ("kty", "n", "e") if name in jwk}
    try:
        key = jwt.PyJWK(public, algorithm="RS256").key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
        return None
    return key
