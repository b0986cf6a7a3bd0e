"""What the tool says to gunicorn is heard: names that it does not know are ignored in silence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config import gunicorn as ours

ANY_APPLICATION = "flask:Flask"


@pytest.fixture(scope="module")
def heard() -> dict[str, str]:
    """Gunicorn's settings, as it understood ours."""
    options = ["--config", "python:config.gunicorn", "--print-config"]
    command = [sys.executable, "-m", "gunicorn", *options, ANY_APPLICATION]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pairs = (line.partition("=") for line in printed.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def test_no_control_socket_is_left_in_the_home_folder(heard: dict[str, str]) -> None:
    assert heard["control_socket_disable"] == "True"


def test_every_name_is_one_that_gunicorn_knows(heard: dict[str, str]) -> None:
    said = {name for name in vars(ours) if name.islower() and not name.startswith("_")}
    assert said - {"annotations"} <= set(heard)
