"""The short form of the fault test; ``make bench-faults`` is the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import empty_database
from tests.faults.storm import Storm, Weather, report

pytestmark = pytest.mark.long

WEATHER = Weather(students=20, seed=20261123)


def test_whatever_breaks_on_the_way_the_gradebook_holds_what_we_do(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with empty_database(request, "sqlite", tmp_path) as url:
        findings = Storm(tmp_path, url, WEATHER, redis=False).run()

    report(findings, WEATHER.seed)
    assert findings.wrong() == []
    assert len(findings.ours) == 2 * WEATHER.students
