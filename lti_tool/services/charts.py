"""Charts of an activity's figures as plain numbers, ready to be drawn as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 640.0
HEIGHT: Final = 220.0
FOOT: Final = 28.0
HEAD: Final = 18.0
PAIR_GAP: Final = 10.0
BAR_GAP: Final = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, where it stands, and how many it is of. Lengths are those of the drawing."""

    x: float
    y: float
    width: float
    height: float
    count: int
    series: int
    """0 for first attempts, 1 for best ones."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Two rows of counts side by side, bin by bin; ``labels`` are the bins' upper borders."""

    bars: tuple[Bar, ...]
    labels: tuple[tuple[float, int], ...]
    base: float
    width: float = WIDTH
    height: float = HEIGHT


def histogram(first: Sequence[int], best: Sequence[int]) -> Histogram:
    """Return the chart of first and best scores."""
    most = max([*first, *best, 1])
    step = WIDTH / len(first)
    width = (step - PAIR_GAP) / 2 - BAR_GAP / 2
    base = HEIGHT - FOOT
    bars = []
    for place, counts in enumerate(zip(first, best, strict=True)):
        for series, count in enumerate(counts):
            height = (base - HEAD) * count / most
            x = place * step + PAIR_GAP / 2 + series * (width + BAR_GAP)
            bars.append(
                Bar(
                    round(x, 1), round(base - height, 1), round(width, 1), round(height, 1),
                    count, series,
                )
            )  # fmt: skip
    share = 100 // len(first)
    labels = tuple((round((place + 0.5) * step, 1), place * share) for place in range(len(first)))
    return Histogram(tuple(bars), labels, base)
