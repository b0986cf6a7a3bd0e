"""Damaged sites are each caught, with the message that says what is wrong."""

import json
import zipfile

import pytest

from scorm_packages.check import check_package
from scorm_packages.html import Html
from scorm_packages.zips import write_zip
from tests.unit.scorm_packages.boxes import box
from tests.unit.scorm_packages.courses import every_kind
from tests.unit.scorm_packages.damages import added, replaced, without

FOLDER = "tous-les-genres"
INDEX = f"{FOLDER}/index.html"
UNIT = f"{FOLDER}/unit-unite-un.js"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(box(every_kind(folder / "course"), Html(), folder)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def in_a_unit(html):
    """A unit whose page says something more."""
    said = json.dumps(html)[1:-1]
    return replaced(UNIT, "Voici", f"{said} Voici")


@pytest.mark.parametrize(
    ("damage", "place", "message"),
    [
        (without(INDEX), INDEX, "This file is missing: nobody sees which page to open."),
        (without(UNIT), INDEX, f"It needs {UNIT}, which is not in the zip."),
        (without(f"{FOLDER}/player.js"), INDEX, f"It needs {FOLDER}/player.js, which is not"),
        (without(f"{FOLDER}/media/plan.svg"), UNIT, "media/plan.svg, which is not in the zip."),
        (replaced(UNIT, "media/plan.svg", "/media/plan.svg"), UNIT, "It needs /media/plan.svg,"),
        (replaced(UNIT, "media/plan.svg", "media/Plan.svg"), UNIT, "media/Plan.svg, which is"),
        (replaced(INDEX, "player.css", "https://cdn.example/p.css"), INDEX, "from another host."),
        (replaced(INDEX, "<script src", '<script type="module" src'), INDEX, "is a module"),
        (replaced(INDEX, '"delivery":"local"', '"delivery":"lti"'), INDEX, "waits for a platform"),
        (replaced(INDEX, '<html lang="fr">', "<html>"), INDEX, "does not say its language"),
        (added(INDEX, b"   "), INDEX, "The launch page is empty."),
        (in_a_unit("<a href='media/x.pdf'>x</a>"), UNIT, f"leads to {FOLDER}/media/x.pdf, which"),
        (in_a_unit("<a href='../x.html'>x</a>"), UNIT, "A link leads to x.html, which is not in"),
        (in_a_unit("<a href='file:///C:/x.pdf'>x</a>"), UNIT, "on the disk of whoever made"),
        (added(f"{FOLDER}/media/old.svg", b"<svg/>"), f"{FOLDER}/media/old.svg", "No page leads"),
    ],
)
def test_a_damaged_site_is_caught(tmp_path, files, damage, place, message):
    copy = dict(files)
    damage(copy)
    if INDEX not in copy:
        copy[f"{FOLDER}/accueil.html"] = files[INDEX]
    report = check_package(write_zip(copy, tmp_path / "damaged.zip"))
    assert report.kind == "html"
    found = [each.message for each in report.findings if each.place == place]
    assert any(message in each for each in found), report.findings


def test_a_stranger_s_site_is_followed_from_page_to_page(tmp_path):
    page = '<!doctype html><html lang="fr"><title>Site</title><body>{}</body></html>'
    files = {
        "site/index.html": page.format('<a href="pages/un.html#deux">Un</a><a href="#x">X</a>'),
        "site/pages/un.html": page.format('<a href="../a%20b.txt">B</a><img src="../i.svg" alt>'),
        "site/i.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "site/perdu.html": page.format('<a href="https://example.org/">Ailleurs</a>'),
    }
    package = tmp_path / "site.zip"
    with zipfile.ZipFile(package, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    found = [(each.level, each.place, each.message) for each in check_package(package).findings]
    assert found == [
        ("error", "site/pages/un.html", "A link leads to site/a b.txt, which is not in the zip."),
        ("warning", "site/perdu.html", "No page leads to this file."),
    ]


@pytest.mark.parametrize("boot", ["[1]", "{", '{"course": 3, "units": {}}', '{"course": {}}'])
def test_a_page_that_only_looks_like_ours_is_a_page_like_any(tmp_path, boot):
    page = f'<html lang="fr"><title>x</title><script id="boot">{boot}</script></html>'
    package = write_zip({"site/index.html": page.encode()}, tmp_path / "site.zip")
    assert check_package(package).findings == ()


def test_a_package_that_was_zipped_with_its_folder_is_no_site(tmp_path, files):
    package = write_zip({**files, f"{FOLDER}/imsmanifest.xml": b"<x/>"}, tmp_path / "scorm.zip")
    assert "Zip the content of the package's folder" in str(check_package(package).findings)


def test_pages_at_the_root_are_those_of_a_package_without_its_manifest(tmp_path):
    package = write_zip({"index.html": b"<html/>"}, tmp_path / "scorm.zip")
    assert check_package(package).kind is None
