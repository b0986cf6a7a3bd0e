"""The description of the HTTP doors says what the code does: no door more, none less."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.settings import Settings
from lti_tool.app import create_app

DESCRIPTION = Path(__file__).parents[2] / "docs" / "openapi.yaml"
METHODS = {"get", "put", "post", "delete", "patch"}
FOR_PEOPLE_ALONE = ("/admin", "/exports")
"""The administration and the export page: forms for a person, no doors for programs."""


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """The description, as it is written."""
    read: dict[str, Any] = YAML(typ="safe").load(DESCRIPTION)
    return read


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """The method and the path of every door of the application."""
    database = tmp_path_factory.mktemp("doors") / "empty.db"
    app = create_app(Settings(database_url=f"sqlite:///{database}"))
    app.extensions["arrimage"].close()
    return {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method.lower() in METHODS and rule.endpoint != "static"
    }


def described(description: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (method, path)
        for path, operations in description["paths"].items()
        for method in operations
        if method in METHODS
    }


def test_every_door_is_described(doors: set[tuple[str, str]], description: dict[str, Any]) -> None:
    open_to_programs = {door for door in doors if not door[1].startswith(FOR_PEOPLE_ALONE)}
    assert open_to_programs - described(description) == set()


def test_nothing_is_described_that_is_not_there(
    doors: set[tuple[str, str]], description: dict[str, Any]
) -> None:
    assert described(description) - doors == set()


def test_every_door_under_api_wants_the_window_s_token(description: dict[str, Any]) -> None:
    for path, operations in description["paths"].items():
        for operation in operations.values():
            wanted = [{"window": []}] if path.startswith("/api/") else None
            assert operation.get("security") == wanted, path
            assert ("401" in operation["responses"]) or wanted is None, path


def test_every_operation_has_a_name_of_its_own(description: dict[str, Any]) -> None:
    names = [
        operation["operationId"]
        for operations in description["paths"].values()
        for operation in operations.values()
    ]
    assert len(names) == len(set(names))
