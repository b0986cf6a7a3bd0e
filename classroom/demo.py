"""Everything at once for ``make run``: the tool, its worker and the classroom.

The tool is known by its command line and its addresses only.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click
import requests

from classroom.options import HOST, Options, ToolRegistration
from classroom.server import PortTaken, next_free_port

ARRIMAGE = str(Path(sys.executable).with_name("arrimage"))
ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
STOP_SECONDS = 15
LOOK_SECONDS = 0.2
LOG_LINES_SHOWN = 20
PASSWORD_BYTES = 9

READY = """
  Arrimage est prêt. Ouvrez cette adresse dans un navigateur :

      {url}/

  1. Entrez avec le compte étudiant, ouvrez « Unité 1 », lisez, répondez au quiz :
     la note arrive dans le carnet de notes de la classe.
  2. Changez de compte : le compte enseignant voit l’avancement et la note.

  Arrimage is ready: open the address above. Enter as the student, open “Unité 1”,
  answer the quiz and watch the grade arrive; then enter as the instructor.

  Administration de l’outil (the tool’s administration):
      {tool_url}/admin   mot de passe (password): {password}
{class_of_thirty}  Journaux (logs): {logs}
  Ctrl+C pour tout arrêter (to stop everything).
"""


WHOLE_CLASS = """
  La classe compte trente personnes fictives, au travail depuis cinq semaines. La première fois,
  comptez une minute pour que tout soit là. (The class has thirty fictitious people, who have
  been at work for five weeks. The first time, give it a minute.)

"""
WEEKS_LIVED = "  Les cinq semaines de la classe sont là (the weeks of the class are there)."
WEEKS_FAILED = """  Les semaines de la classe n’ont pas pu être vécues : {log} dit pourquoi.
  (The weeks of the class could not be lived; the log says why.)"""


@dataclass(frozen=True, slots=True)
class Service:
    """A program that must keep running, and the file that its words go to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class DemoError(click.ClickException):
    """What did not start, and the last that it said."""


def demonstrate(port: int, tool_port: int, var: Path, *, whole_class: bool = False) -> None:
    """Run until SIGINT or SIGTERM. Raise ``DemoError`` when a part fails."""
    stopped = _until_signalled()
    var = var.resolve()
    tool_port = _choose_port("The tool", tool_port)
    port = _choose_port("The classroom", port, taken=tool_port)
    options = Options(
        f"http://{HOST}:{port}",
        f"http://localhost:{tool_port}",
        var / "classroom",
        whole_class=whole_class,
    )
    environment = _tool_environment(options, tool_port, var)
    logs = var / "logs"
    logs.mkdir(parents=True, exist_ok=True)

    _run([ARRIMAGE, "db", "upgrade"], environment)
    added = [ARRIMAGE, "platform", "add", *ToolRegistration.of(options).arguments(), "--json"]
    number = str(json.loads(_run(added, environment))["id"])
    _run([ARRIMAGE, "platform", "administrators", number, "--allow"], environment)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    _run([ARRIMAGE, "admin", "password", "--stdin"], environment, said=password)
    commands = {
        "tool": [ARRIMAGE, "serve"],
        "worker": [ARRIMAGE, "worker"],
        "classroom": [sys.executable, "-m", "classroom", *_classroom_arguments(options, port)],
    }
    with ExitStack() as stack:
        services = []
        for name, command in commands.items():
            services.append(_start(name, command, environment, logs / f"{name}.log"))
            stack.callback(services[-1].stop)
        _wait_for(f"{options.tool_url}/healthz", services, stopped)
        _wait_for(options.jwks_url, services, stopped)
        if not stopped.is_set():
            places = {"url": options.url, "tool_url": options.tool_url, "logs": logs}
            places["class_of_thirty"] = WHOLE_CLASS if whole_class else "\n"
            click.echo(READY.format(**places, password=password))
        weeks = None
        if whole_class:
            command = [*commands["classroom"], "weeks"]
            weeks = _start("weeks", command, environment, logs / "weeks.log")
            stack.callback(weeks.stop)
        while not stopped.wait(LOOK_SECONDS):
            _require_alive(services)
            weeks = _told_of(weeks)
        click.echo("Arrêt en cours… (stopping)")


def _until_signalled() -> threading.Event:
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopped


def _choose_port(whose: str, wanted: int, taken: int | None = None) -> int:
    first = wanted + 1 if wanted == taken else wanted
    try:
        port = next_free_port(first)
        if port == taken:
            port = next_free_port(port + 1)
    except PortTaken as error:
        raise DemoError(f"{whose} finds no port: {error}.") from error
    if port != wanted:
        click.echo(f"{whose} moves to port {port}: {wanted} is taken by another program.")
    return port


def _tool_environment(options: Options, tool_port: int, var: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ARRIMAGE_PUBLIC_URL": options.tool_url,
        "ARRIMAGE_BIND": f"{HOST}:{tool_port}",
        "ARRIMAGE_ALLOW_LOOPBACK": "yes",
        "ARRIMAGE_ADMINISTRATION": "password,lti",
        "ARRIMAGE_DATABASE_URL": f"sqlite:///{var / 'arrimage.db'}",
    }


def _classroom_arguments(options: Options, port: int) -> list[str]:
    places = ["--tool-url", options.tool_url, "--port", str(port), "--data", str(options.data)]
    return [*places, "--whole-class" if options.whole_class else "--two-students"]


def _run(command: Sequence[str], environment: Mapping[str, str], said: str = "") -> str:
    """Run a command that ends by itself, say something to it, and return what it prints."""
    done = subprocess.run(  # noqa: S603 - our own command line
        command, env=environment, cwd=ROOT, input=said, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise DemoError(f"“{' '.join(command[1:3])}” failed:\n{words}")
    return done.stdout


def _start(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Service:
    """Start a service in a session of its own: a terminal's Ctrl+C reaches only us."""
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            command,
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Service(name, process, log)


def _told_of(weeks: Service | None) -> Service | None:
    """Say what became of the weeks when they are over; return them while they are not."""
    if weeks is None or weeks.process.poll() is None:
        return weeks
    lived = weeks.process.returncode == 0
    click.echo(WEEKS_LIVED if lived else WEEKS_FAILED.format(log=weeks.log))
    return None


def _wait_for(url: str, services: Sequence[Service], stopped: threading.Event) -> None:
    """Wait until ``url`` answers 200, or somebody wants to stop."""
    deadline = time.monotonic() + START_SECONDS
    while not stopped.wait(LOOK_SECONDS):
        _require_alive(services)
        if _answers(url):
            return
        if time.monotonic() > deadline:
            raise DemoError(f"{url} does not answer after {START_SECONDS} s.")


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def _require_alive(services: Sequence[Service]) -> None:
    for service in services:
        code = service.process.poll()
        if code is not None:
            words = service.log.read_text(encoding="utf-8", errors="replace").splitlines()
            tail = "\n".join(words[-LOG_LINES_SHOWN:])
            raise DemoError(f"The {service.name} ended with status {code}. It said:\n{tail}")
