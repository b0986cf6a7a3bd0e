"""A classroom in this process, and a stranger of a tool that it fetches keys from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom.app import create_app
from classroom.options import Options
from tests.functional.classroom.stranger import Stranger
from tests.functional.classroom.visitor import Visitor


@pytest.fixture(scope="session")
def serving_tool() -> Iterator[Stranger]:
    with Stranger().serving() as tool:
        yield tool


@pytest.fixture
def tool(serving_tool: Stranger) -> Stranger:
    """The tool, with the keys that it should have."""
    serving_tool.key_fields = {"kid": "key-1", "alg": "RS256", "use": "sig"}
    return serving_tool


@pytest.fixture
def options(tool: Stranger, tmp_path: Path) -> Options:
    return Options("http://127.0.0.1:8001", tool.url, tmp_path / "classroom")


@pytest.fixture
def visitor(options: Options, tool: Stranger) -> Visitor:
    """Somebody who has not chosen an account yet."""
    return Visitor(create_app(options).test_client(), options, tool)
