"""``python -m classroom``: serving, telling the registration, and the whole demonstration."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from classroom.cli import main
from classroom.options import DEFAULT_TOOL_URL, Options, ToolRegistration
from classroom.server import PortTaken, listen, next_free_port
from tests.servers import PATIENCE_SECONDS, free_ports

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@contextmanager
def demonstration(var: Path, port: int, tool_port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "classroom", "demo", "--var", str(var)]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--tool-port", str(tool_port)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def address_printed_by(process: subprocess.Popen[str]) -> str:
    """The classroom's address, once the demonstration prints it."""
    said = []
    for line in process.stdout or []:
        said.append(line)
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        if found:
            return found[0]
    raise AssertionError("".join(said))


def tool_of(classroom: str) -> str:
    """The tool's address, from what the classroom lets into a frame."""
    policy = requests.get(classroom, timeout=PATIENCE_SECONDS).headers["Content-Security-Policy"]
    found = re.search(r"frame-src 'self' (\S+);", policy)
    assert found is not None
    return found[1]


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=PATIENCE_SECONDS).ok
    except requests.ConnectionError:
        return False


def test_the_registration_is_printed_for_a_program() -> None:
    done = CliRunner().invoke(main, ["--port", "8009", "registration"])
    assert json.loads(done.output) == {
        "name": "Classe de démonstration",
        "issuer": "http://127.0.0.1:8009",
        "client_id": "arrimage-demonstration",
        "deployment_id": "1",
        "authorization_url": "http://127.0.0.1:8009/lti/auth",
        "token_url": "http://127.0.0.1:8009/lti/token",
        "jwks_url": "http://127.0.0.1:8009/lti/jwks",
    }


def test_the_registration_is_printed_for_a_shell() -> None:
    done = CliRunner().invoke(main, ["registration", "--format", "arguments"])
    options = Options("http://127.0.0.1:8001", DEFAULT_TOOL_URL, Path())
    assert done.output.strip() == ToolRegistration.of(options).command_line()
    assert done.output.startswith("arrimage platform add --name 'Classe de démonstration'")


def test_a_taken_port_is_told(taken_port: int, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--port", str(taken_port), "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert f"port {taken_port} of 127.0.0.1 cannot be used" in done.output
    assert "--port" in done.output


def test_a_port_is_held_by_one_program_at_a_time(taken_port: int) -> None:
    with pytest.raises(PortTaken):
        listen("127.0.0.1", taken_port)
    assert next_free_port(taken_port) > taken_port


def test_the_demonstration_starts_everything_and_ends_it(tmp_path: Path) -> None:
    with demonstration(tmp_path, *free_ports(2)) as process:
        classroom = address_printed_by(process)
        tool = tool_of(classroom)
        assert answers(classroom)
        assert answers(f"{tool}/healthz")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert not answers(classroom)
        assert not answers(f"{tool}/healthz")


def test_the_demonstration_starts_again_where_it_was(tmp_path: Path) -> None:
    with demonstration(tmp_path, *free_ports(2)) as process:
        keys = requests.get(
            f"{address_printed_by(process)}lti/jwks", timeout=PATIENCE_SECONDS
        ).json()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
    with demonstration(tmp_path, *free_ports(2)) as process:
        again = requests.get(
            f"{address_printed_by(process)}lti/jwks", timeout=PATIENCE_SECONDS
        ).json()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
    assert again == keys


def test_the_demonstration_moves_away_from_taken_ports(taken_port: int, tmp_path: Path) -> None:
    with demonstration(tmp_path, taken_port, taken_port) as process:
        classroom = address_printed_by(process)
        assert f":{taken_port}/" not in classroom
        assert tool_of(classroom) not in {f"http://localhost:{taken_port}", classroom}
        assert answers(f"{tool_of(classroom)}/healthz")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0


def test_the_demonstration_says_what_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "arrimage.db").write_text("This is no database, and is too long to be empty.")
    with demonstration(tmp_path, *free_ports(2)) as process:
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert "“db upgrade” failed" in said
    assert "Traceback" not in said
