"""Answers as gzip, for browsers that take it: a third of the bytes on a slow network.

A proxy in front may do the same, and better; many a small installation has none.

The length of a compressed page can betray a secret in it to who has it asked for again and
again with other words in it (BREACH). Nobody can here: a launch's token is another each time,
what is asked for with a token comes from our own pages alone, and the administration's cookie
does not leave with other sites' requests.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import Final

from flask import Response, request

KINDS: Final = frozenset(
    {
        "application/json",
        "application/javascript",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
    }
)
LEAST_BYTES: Final = 1024
LARGEST_FILE: Final = 1024 * 1024
"""Bytes: larger ones are sent from the disk as they are."""
FILES_KEPT: Final = 64
PAGE_LEVEL: Final = 4
FILE_LEVEL: Final = 9
"""A page is compressed each time, a file once."""


def compress(response: Response) -> Response:
    """Compress an answer (RFC 9110, 8.4) whose browser takes gzip, and that is worth it."""
    if not _is_compressible(response):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("gzip"):
        return response
    if response.direct_passthrough:
        response.direct_passthrough = False
        response.set_data(_compressed_file(response.get_data()))
    else:
        response.set_data(gzip.compress(response.get_data(), PAGE_LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag is not None:
        # The same content in other bytes (RFC 9110, 8.8.1).
        response.set_etag(etag, weak=True)
    return response


def _is_compressible(response: Response) -> bool:
    length = response.content_length
    return (
        response.status_code not in (204, 206, 304)
        and response.mimetype in KINDS
        and "Content-Encoding" not in response.headers
        and length is not None
        and LEAST_BYTES <= length <= LARGEST_FILE
    )


@lru_cache(maxsize=FILES_KEPT)
def _compressed_file(content: bytes) -> bytes:
    return gzip.compress(content, FILE_LEVEL, mtime=0)
