"""Rows in batches: databases limit the values that one statement may have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")

BATCH: Final = 500


def batches(rows: Iterable[T]) -> Iterator[Sequence[T]]:
    """Yield the rows, ``BATCH`` at a time."""
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch
