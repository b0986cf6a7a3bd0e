"""What is kept of a finished package: everything but the media, which the course has."""

import shutil
from pathlib import Path

import pytest

from scorm_packages.cache import Cache
from scorm_packages.epub import Epub
from scorm_packages.exporter import Exporter, Order
from scorm_packages.kept import KeptPackages
from scorm_packages.package import nobody_watches
from scorm_packages.pdf import Pdf
from scorm_packages.scorm12 import Scorm12

COURSES = Path(__file__).parents[2] / "courses"
JPEG_START = b"\xff\xd8\xff"
PHOTO_BYTES = 100_000


@pytest.fixture
def course(tmp_path):
    folder = shutil.copytree(COURSES / "deux-unites", tmp_path / "deux-unites")
    for name in ("une", "autre"):
        (folder / f"media/{name}.jpg").write_bytes(JPEG_START + name.encode() * PHOTO_BYTES)
    lesson = folder / "apprendre/un/01-lecon.md"
    shown = "\n\n![Une](media/une.jpg)\n\n![Autre](media/autre.jpg)\n"
    lesson.write_text(lesson.read_text(encoding="utf-8") + shown, encoding="utf-8")
    return folder


def own_bytes(cache):
    (kept,) = cache.rglob("*.package")
    return kept.stat().st_size


@pytest.mark.parametrize("package_format", [Scorm12(), Epub()])
def test_the_media_of_a_package_are_not_kept_twice(course, tmp_path, package_format):
    cache, order = tmp_path / "cache", Order(package_format)
    first = Exporter(course, Cache(cache)).export(order, tmp_path / "one")
    again = Exporter(course, Cache(cache)).export(order, tmp_path / "two")
    assert own_bytes(cache) < first.path.stat().st_size - 2 * PHOTO_BYTES
    assert not again.is_new
    assert again.path.read_bytes() == first.path.read_bytes()


def test_what_is_no_zip_is_kept_whole(tmp_path):
    cache, order = tmp_path / "cache", Order(Pdf())
    course = COURSES / "deux-unites"
    first = Exporter(course, Cache(cache)).export(order, tmp_path / "one")
    again = Exporter(course, Cache(cache)).export(order, tmp_path / "two")
    assert own_bytes(cache) == first.path.stat().st_size
    assert not again.is_new
    assert again.path.read_bytes() == first.path.read_bytes()


@pytest.mark.parametrize("harm", [Path.unlink, lambda photo: photo.write_bytes(b"other")])
def test_a_package_whose_media_changed_is_not_put_together(course, tmp_path, harm):
    cache = Cache(tmp_path / "cache")
    exporter = Exporter(course, cache)
    made = exporter.export(Order(Scorm12()), tmp_path / "one")
    (note,) = (tmp_path / "cache").rglob("*.json")
    kept = KeptPackages(cache, course)
    assert kept.again(note.stem, tmp_path / "two", nobody_watches).checksum == made.checksum
    harm(course / "media/une.jpg")
    assert kept.again(note.stem, tmp_path / "three", nobody_watches) is None
    assert not list((tmp_path / "three").iterdir())


def test_a_package_that_leaves_the_cache_before_it_is_read_is_made_anew(course, tmp_path):
    cache, order = tmp_path / "cache", Order(Scorm12())
    first = Exporter(course, Cache(cache)).export(order, tmp_path / "one")
    (kept,) = cache.rglob("*.package")
    kept.unlink()
    kept.mkdir()
    again = Exporter(course, Cache(cache)).export(order, tmp_path / "two")
    assert again.is_new
    assert again.checksum == first.checksum
