import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scorm_packages.package import PackageError, file_name
from scorm_packages.zips import Workshop, write_zip

FILES = {
    "index.html": b"<!doctype html><p>\xc3\xa9</p>" * 500,
    "media/figure.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "media/photo.jpg": bytes(range(256)) * 40,
    "media/Zoom.css": b"p { color: red }",
}

WRITE_IN_ANOTHER_PROCESS = """
import sys
from pathlib import Path
from tests.unit.scorm_packages.test_zips import FILES
from scorm_packages.zips import write_zip
write_zip(dict(sorted(FILES.items(), key=lambda item: hash(item))), Path(sys.argv[1]))
"""


def entries(package):
    with zipfile.ZipFile(package) as archive:
        return archive.infolist()


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_goes_in_comes_out(tmp_path):
    package = write_zip(FILES, tmp_path / "course.zip")
    with zipfile.ZipFile(package) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert archive.testzip() is None


def test_the_same_files_give_the_same_bytes_whatever_their_order(tmp_path):
    one = write_zip(FILES, tmp_path / "one.zip")
    two = write_zip(dict(reversed(FILES.items())), tmp_path / "two.zip")
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    "surroundings",
    [
        {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "UTC", "LC_ALL": "fr_FR.UTF-8", "PYTHONHASHSEED": "2", "PYTHONUTF8": "1"},
    ],
)
def test_the_same_files_give_the_same_bytes_in_another_process(tmp_path, surroundings):
    here = write_zip(FILES, tmp_path / "here.zip")
    there = tmp_path / "there.zip"
    subprocess.run(
        [sys.executable, "-c", WRITE_IN_ANOTHER_PROCESS, str(there)],
        env={**os.environ, **surroundings},
        cwd=Path(__file__).parents[3],
        check=True,
        umask=0o077,
    )
    assert here.read_bytes() == there.read_bytes()


def test_files_read_from_disk_give_the_bytes_of_files_from_memory(tmp_path):
    photo = tmp_path / "source.jpg"
    photo.write_bytes(FILES["media/photo.jpg"])
    from_disk = write_zip({**FILES, "media/photo.jpg": photo}, tmp_path / "disk.zip")
    assert from_disk.read_bytes() == write_zip(FILES, tmp_path / "memory.zip").read_bytes()


def test_every_entry_has_the_same_date_and_permissions(tmp_path):
    for entry in entries(write_zip(FILES, tmp_path / "course.zip")):
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert entry.external_attr >> 16 == 0o100644


def test_what_is_compressed_already_is_stored_and_the_rest_deflated(tmp_path):
    kinds = {
        entry.filename: entry.compress_type
        for entry in entries(write_zip(FILES, tmp_path / "course.zip"))
    }
    assert kinds["media/photo.jpg"] == zipfile.ZIP_STORED
    assert kinds["index.html"] == kinds["media/figure.svg"] == zipfile.ZIP_DEFLATED


def test_progress_counts_every_byte_up_to_the_last(tmp_path):
    seen = []
    write_zip(
        {"big.html": b"x" * 700_000, "small.css": b"y"},
        tmp_path / "course.zip",
        workshop=Workshop(progress=lambda done, total: seen.append((done, total))),
    )
    assert seen[0] == (0, 700_001)
    assert seen[-1] == (700_001, 700_001)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) == 3


def test_a_refused_package_leaves_nothing_behind(tmp_path):
    def refuse(part):
        assert zipfile.is_zipfile(part)
        raise PackageError("It is wrong.", "Mend it.")

    with pytest.raises(PackageError, match="It is wrong"):
        write_zip(FILES, tmp_path / "course.zip", verify=refuse)
    assert leftovers(tmp_path) == []


def test_a_failed_export_keeps_the_earlier_one(tmp_path):
    target = write_zip(FILES, tmp_path / "course.zip")
    earlier = target.read_bytes()
    with pytest.raises(PackageError):
        write_zip({**FILES, "lost.jpg": Path("nowhere.jpg")}, target)
    assert target.read_bytes() == earlier
    assert leftovers(tmp_path) == ["course.zip"]


def test_an_interrupted_export_leaves_nothing_behind(tmp_path):
    def interrupt(done, _total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_zip(FILES, tmp_path / "course.zip", workshop=Workshop(progress=interrupt))
    assert leftovers(tmp_path) == []


def test_a_package_may_be_read_by_all_that_the_umask_lets_read(tmp_path):
    mask = os.umask(0o027)
    try:
        package = write_zip(FILES, tmp_path / "course.zip")
    finally:
        os.umask(mask)
    assert package.stat().st_mode & 0o777 == 0o640


def test_a_folder_that_is_missing_is_made(tmp_path):
    assert write_zip(FILES, tmp_path / "a" / "b" / "course.zip").is_file()


def test_a_place_that_cannot_be_written_is_said_so(tmp_path):
    blocked = tmp_path / "a-file"
    blocked.write_text("in the way")
    with pytest.raises(PackageError, match=r"cannot be written.*folder that you may write to"):
        write_zip(FILES, blocked / "course.zip")


@pytest.mark.parametrize(
    "name", ["media/été.svg", "a b.css", "a\\b.css", "/a.css", "../a.css", "a//b.css", ".hidden"]
)
def test_a_name_that_may_get_lost_is_refused(tmp_path, name):
    with pytest.raises(PackageError, match="may get lost"):
        write_zip({name: b""}, tmp_path / "course.zip")
    assert leftovers(tmp_path) == []


def test_names_that_differ_only_in_case_are_refused(tmp_path):
    with pytest.raises(PackageError, match=r"media/A\.svg and media/a\.svg"):
        write_zip({"media/A.svg": b"", "media/a.svg": b""}, tmp_path / "course.zip")


def test_a_file_name_is_made_of_what_every_system_accepts():
    assert file_name("cours d'été", "2026.11", "fr") == "cours-d-t-2026.11-fr"
