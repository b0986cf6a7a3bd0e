"""A classroom in this process, and a stranger of a tool that it fetches keys from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom.app import create_app
from classroom.keys import load_secrets
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


@pytest.fixture(scope="session")
def used_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a classroom that has run once: making its key takes a while."""
    folder = tmp_path_factory.mktemp("used")
    load_secrets(folder)
    return folder


@pytest.fixture
def options(tool: Stranger, used_folder: Path, tmp_path: Path) -> Options:
    data = tmp_path / "classroom"
    shutil.copytree(used_folder, data)
    return Options("http://127.0.0.1:8001", tool.url, data)


@pytest.fixture
def visitor(options: Options, tool: Stranger) -> Visitor:
    """Somebody who has not chosen an account yet."""
    return Visitor(create_app(options).test_client(), options, tool)
