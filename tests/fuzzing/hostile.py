"""What a hostile platform or browser may write where a text, a number or an object is due."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm
from jwt.utils import base64url_encode

ANY_CHARACTER = st.characters()
"""Control characters and halves of surrogate pairs too, which no database can keep."""
UNKEEPABLE = ["", "a\x00b", "\udfff\ud800", "é" * 10_000, "\U0001f600" * 300]
"""Texts of which some database or some column keeps none, or not all."""
ODD_TEXTS = [
    *UNKEEPABLE,
    " ",
    "\x00",
    "\ud800",
    "x" * 256,
    "$Variable",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%00",
    "../../etc/passwd",
    "null",
    "javascript:alert(1)",
    "https://[::1",
    "http://localhost:8000@evil.example/",
    "https://evil.example/",
    "\u202e\u0000\ufeff",
    "1" * 5000,
]
TEXTS = st.one_of(st.sampled_from(ODD_TEXTS), st.text(ANY_CHARACTER, max_size=30))
NUMBERS = st.one_of(
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**53, 2**63, -(2**63), 10**30, 10**4000]),
    st.floats(),
)
SIMPLE = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)
"""Anything that JSON can say, and NaN and Infinity, which only Python's can."""

DEEP = "[" * 100_000
NOT_OBJECTS = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"",
            b"[]",
            b"null",
            b'"text"',
            b"1",
            b"NaN",
            b"{",
            b"\xff\xfe{}",
            b'{"a": ' + b"9" * 5000 + b"}",
            DEEP.encode(),
            b'{"a":' * 50_000,
            json.dumps("\ud800").encode(),
        ]
    ),
)
"""Bytes where the text of a JSON object is due."""


def rarely(odd: st.SearchStrategy[Any], usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return what is usual, and once in a few times what is odd."""
    return st.sampled_from([usual] * 4 + [odd]).flatmap(lambda chosen: chosen)


def written(value: object) -> bytes:
    """Return the JSON of a value, with halves of surrogate pairs as escapes."""
    return json.dumps(value).encode()


def signed(header: Mapping[str, Any], payload: bytes, key: RSAPrivateKey) -> str:
    """Return a JWS with whatever header and payload, and an RS256 signature that is right."""
    body = b".".join((base64url_encode(written(header)), base64url_encode(payload)))
    signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(body, key)
    return b".".join((body, base64url_encode(signature))).decode()
