"""The wheel, in an environment that has nothing else, serves and exports."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import PATIENCE_SECONDS, free_ports, wait_for

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "course_content", "lti_tool", "scorm_packages")
COURSE = "engagement-parties-prenantes"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy, so that nothing left over from another build gets in."""
    source = tmp_path_factory.mktemp("source")
    for room in ROOMS:
        shutil.copytree(
            ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    for name in ("setup.cfg", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    (source / "classroom").mkdir()
    (source / "classroom" / "__init__.py").touch()
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    _run([*build, str(source)])
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the programs of a new environment that holds the wheel."""
    folder = tmp_path_factory.mktemp("environment")
    _run([sys.executable, "-m", "venv", str(folder)])
    constraints = folder / "constraints.txt"
    locked = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    constraints.write_text(
        "\n".join(re.findall(r"^[a-z0-9][^ ]*==[^ ]+", locked, re.MULTILINE)), encoding="utf-8"
    )
    programs = folder / "bin"
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet"]
    _run([*pip, "--disable-pip-version-check", "--constraint", str(constraints), str(wheel)])
    return programs


def test_the_wheel_holds_the_rooms_and_no_development_aid(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(ROOMS)


def test_the_wheel_holds_every_file_of_the_course(wheel: Path) -> None:
    courses = ROOT / "course_content" / "courses"
    expected = {
        f"course_content/courses/{file.relative_to(courses).as_posix()}"
        for file in courses.rglob("*")
        if file.is_file()
    }
    with zipfile.ZipFile(wheel) as archive:
        assert expected <= set(archive.namelist())


def test_the_wheel_holds_what_books_and_cartridges_are_made_with(wheel: Path) -> None:
    packages = ROOT / "scorm_packages"
    layouts = {
        f"{folder}/{file.name}"
        for folder in ("books", "cartridge")
        for file in (packages / folder).iterdir()
        if file.suffix in (".css", ".typ")
    }
    locales = {file.name for file in (ROOT / "course_content/player/locale").iterdir()}
    expected = {f"scorm_packages/{name}" for name in layouts}
    expected |= {f"course_content/player/locale/{name}" for name in locales}
    with zipfile.ZipFile(wheel) as archive:
        assert expected <= set(archive.namelist())


def test_the_installed_wheel_lists_its_course(installed: Path, tmp_path: Path) -> None:
    listed = _run([str(installed / "arrimage"), "course", "list", "--json"], cwd=tmp_path)
    assert COURSE in json.dumps(json.loads(listed))


def test_the_installed_wheel_exports_the_very_package_that_the_checkout_exports(
    installed: Path, tmp_path: Path
) -> None:
    packages = []
    for name, program in (("wheel", installed), ("checkout", Path(sys.executable).parent)):
        out = tmp_path / name
        out.mkdir()
        export = [str(program / "arrimage"), "export", COURSE, "--format", "scorm12"]
        cache = {"ARRIMAGE_CACHE": str(tmp_path / f"{name}-cache")}
        _run([*export, "--out", str(out)], cwd=tmp_path, environment=cache)
        (package,) = out.iterdir()
        packages.append(package.read_bytes())
    assert packages[0] == packages[1]


def test_the_installed_wheel_serves_the_player_and_its_keys(
    installed: Path, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    address = f"http://localhost:{port}"
    environment = {
        "ARRIMAGE_DATABASE_URL": f"sqlite:///{tmp_path / 'arrimage.sqlite'}",
        "ARRIMAGE_PUBLIC_URL": address,
    }
    arrimage = str(installed / "arrimage")
    _run([arrimage, "db", "upgrade"], cwd=tmp_path, environment=environment)
    serve = [arrimage, "serve", "--port", str(port)]
    with _serving(serve, address, cwd=tmp_path, environment=environment):
        player = _get(f"{address}/static/player/player.lti.fr.js")
        keys = json.loads(_get(f"{address}/.well-known/jwks.json"))
    assert b"function" in player
    assert [key["alg"] for key in keys["keys"]] == ["RS256"]


def _run(
    command: list[str], cwd: Path | None = None, environment: dict[str, str] | None = None
) -> str:
    """Return what ``command`` printed; fail with all that it said."""
    ended = subprocess.run(
        command,
        cwd=cwd,
        env=_environment(environment),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def _environment(more: dict[str, str] | None) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ARRIMAGE_")}
    return {**ours, **(more or {})}


@contextmanager
def _serving(
    command: list[str], address: str, cwd: Path, environment: dict[str, str]
) -> Iterator[None]:
    with subprocess.Popen(command, cwd=cwd, env=_environment(environment)) as server:
        try:
            wait_for(f"{address}/healthz")
            yield
        finally:
            server.terminate()


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - loopback, http
        content: bytes = answer.read()
    return content
