"""How long is searched: the same short search each time, or a long and new one."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

LONG = os.environ.get("ARRIMAGE_FUZZ") == "long"
"""What ``make fuzz`` sets: another search each time, which may take as long as it likes."""
LONGER = 40
"""How many times as many examples the long search tries."""


def effort(examples: int) -> settings:
    """Return hypothesis's settings for a search of so many examples in ``make test``.

    The short search is the same each time, on every machine. What it works on is made once
    for all examples, each of which leaves its own rows behind: the health checks about that
    and about slowness have nothing to tell us.
    """
    return settings(
        max_examples=examples * LONGER if LONG else examples,
        derandomize=not LONG,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
        ],
    )
