"""Answers as gzip, for browsers that take it: a third of the bytes on a slow network.

A proxy in front may do the same, and better; many a small installation has none.

The length of a compressed page can betray a secret in it to who has it asked for again and
again with other words in it (BREACH). Nobody can here: a launch's token is another each time,
what is asked for with a token comes from our own pages alone, and the administration's cookie
does not leave with other sites' requests.
"""

from __future__ import annotations

import gzip
import struct
import zlib
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
"""A page is compressed each time; a file, or what many pages share, once."""
SHARED_KEPT: Final = 64
GZIP_HEAD: Final = struct.pack("<2sBBLBB", b"\x1f\x8b", zlib.DEFLATED, 0, 0, 0, 255)
"""No name, no time, no system (RFC 1952, 2.3)."""


class SharedPage(Response):
    """A page of which the middle is the same in many: it is compressed once for all of them.

    The parts are compressed each by itself, so that none tells by its length of another.
    """

    def __init__(self, before: bytes, shared: bytes, after: bytes) -> None:
        super().__init__(b"".join((before, shared, after)))
        self.parts = (before, shared, after)

    def compressed(self) -> bytes:
        """Return the page as gzip, put together from its parts (RFC 1951, 2; RFC 1952, 2.3.1)."""
        before, shared, after = self.parts
        check, size = 0, 0
        for part in self.parts:
            check, size = zlib.crc32(part, check), size + len(part)
        return b"".join(
            (
                GZIP_HEAD,
                _deflated(before, PAGE_LEVEL, zlib.Z_FULL_FLUSH),
                _deflated_once(shared),
                _deflated(after, PAGE_LEVEL, zlib.Z_FINISH),
                struct.pack("<LL", check, size & 0xFFFFFFFF),
            )
        )


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
    elif isinstance(response, SharedPage):
        response.set_data(response.compressed())
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


def _deflated(content: bytes, level: int, end: int) -> bytes:
    """Return a part of a stream that refers to nothing before it."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush(end)


@lru_cache(maxsize=SHARED_KEPT)
def _deflated_once(shared: bytes) -> bytes:
    return _deflated(shared, FILE_LEVEL, zlib.Z_FULL_FLUSH)


@lru_cache(maxsize=FILES_KEPT)
def _compressed_file(content: bytes) -> bytes:
    return gzip.compress(content, FILE_LEVEL, mtime=0)
