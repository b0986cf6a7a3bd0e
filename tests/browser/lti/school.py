"""The tool, its worker and the classroom: separate programs on ports of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from classroom.accounts import ADMINISTRATOR
from classroom.options import Options, ToolRegistration
from tests.browser.lti.setups import Running, Setup
from tests.servers import PATIENCE_SECONDS, free_ports, wait_for

REPOSITORY = Path(__file__).parents[3]
ARRIMAGE = str(Path(sys.executable).with_name("arrimage"))


@dataclass(frozen=True)
class School:
    """Where both are. They meet over HTTP only, and on two sites."""

    options: Options
    logs: Path
    programs: _Programs = field(repr=False)

    @property
    def tool_url(self) -> str:
        return self.options.tool_url

    @property
    def classroom_url(self) -> str:
        return self.options.url

    def new_course(self) -> None:
        """Reset the class, as its administrator does."""
        with requests.Session() as session:
            session.post(
                f"{self.classroom_url}/sign-in",
                {"account": ADMINISTRATOR.user_id},
                timeout=PATIENCE_SECONDS,
            ).raise_for_status()
            session.post(f"{self.classroom_url}/reset", timeout=PATIENCE_SECONDS).raise_for_status()

    def arrimage(self, *arguments: str, told: str = "") -> str:
        """What a command says, run as the tool's administrator runs it, and told something."""
        return self.programs.run([ARRIMAGE, *arguments], told)

    @property
    def administration_url(self) -> str:
        return f"{self.tool_url}/admin"

    @property
    def database_url(self) -> str:
        """The tool's database, for tests that note in it what would take long to come about."""
        return self.programs.environment["ARRIMAGE_DATABASE_URL"]

    def tool_log(self) -> str:
        return (self.logs / "serve.log").read_text(encoding="utf-8")


@contextmanager
def open_school(setup: Setup, folder: Path, *options: str) -> Iterator[School]:
    """Set the tool up as its administrator does, and run everything until the end.

    ``options`` are the classroom's.
    """
    with setup.begin(folder) as running, _open(running, folder, options) as school:
        yield school


@contextmanager
def _open(running: Running, folder: Path, options: Sequence[str]) -> Iterator[School]:
    tool_port, port = free_ports(2)
    places = Options(
        f"http://127.0.0.1:{port}", f"http://localhost:{tool_port}", folder / "classroom"
    )
    programs = _Programs(
        folder,
        {
            **os.environ,
            **running.environment,
            "ARRIMAGE_PUBLIC_URL": places.tool_url,
            "ARRIMAGE_BIND": f"127.0.0.1:{tool_port}",
            "ARRIMAGE_ALLOW_LOOPBACK": "yes",
            "ARRIMAGE_ADMINISTRATION": "password,lti",
            "ARRIMAGE_CACHE": str(folder / "cache"),
            "ARRIMAGE_PACKAGES": str(folder / "packages"),
        },
    )
    school = School(places, folder, programs)
    programs.run([ARRIMAGE, "db", "upgrade"])
    registration = ToolRegistration.of(school.options)
    programs.run([ARRIMAGE, "platform", "add", *registration.arguments()])
    classroom = ["--tool-url", school.tool_url, "--port", str(port), *options]
    with ExitStack() as stack:
        stack.enter_context(programs.running("serve", [ARRIMAGE, "serve"]))
        for number in range(running.workers):
            stack.enter_context(programs.running(f"worker-{number}", [ARRIMAGE, "worker"]))
        command = [sys.executable, "-m", "classroom", *classroom, "--data", school.options.data]
        stack.enter_context(programs.running("classroom", command))
        wait_for(f"{school.tool_url}/healthz")
        wait_for(school.options.jwks_url)
        yield school


@dataclass(frozen=True)
class _Programs:
    logs: Path
    environment: Mapping[str, str] = field(repr=False)

    def run(self, command: Sequence[str], told: str = "") -> str:
        done = subprocess.run(
            command,
            input=told,
            env=self.environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def running(self, name: str, command: Sequence[str | Path]) -> Iterator[None]:
        log = self.logs / f"{name}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                command,
                env=self.environment,
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
            try:
                yield
                said = log.read_text(encoding="utf-8", errors="replace")
                assert process.poll() is None, f"{name} ended by itself:\n{said}"
                assert re.findall(r"Traceback", said) == [], f"{name} failed:\n{said}"
            finally:
                process.terminate()
                process.wait(PATIENCE_SECONDS)
