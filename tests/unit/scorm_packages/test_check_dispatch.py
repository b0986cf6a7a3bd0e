"""Damaged dispatch packages are each caught, with the message that says what is wrong."""

import zipfile

import pytest

from scorm_packages.check import check_package
from scorm_packages.dispatch import Dispatch
from scorm_packages.scorm12 import Scorm12
from scorm_packages.zips import write_zip
from tests.unit.scorm_packages.boxes import box
from tests.unit.scorm_packages.courses import every_kind
from tests.unit.scorm_packages.test_dispatch import LICENCE, SERVER

PAGE = "index.html"


def unpacked(package):
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    return unpacked(box(every_kind(folder / "course"), Dispatch(), folder, licence=LICENCE))


def replaced(old, new, name=PAGE):
    def damage(files):
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), new.encode())

    return damage


META = f'<meta name="arrimage-server" content="{SERVER}">'


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (replaced(META, META + META), "It says 2 times which server it needs."),
        (replaced(META, META.replace("https", "http")), "which is no https origin."),
        (replaced(META, META.replace('.example"', '.example/x"')), "which is no https origin."),
        (replaced(META, META.replace(SERVER, "https://else.example")), "is not the course's door"),
        (replaced('id="launch"', 'id="other"'), "It has no form that opens the course"),
        (replaced('method="post"', 'method="get"'), "It sends its licence in an address"),
        (replaced('target="course"', 'target="_self"'), "The course would take the page's place"),
        (replaced('target="course"', ""), "The course would take the page's place"),
        (replaced('name="licence"', 'name="other"'), "It has no licence"),
        (replaced('name="mastery"', 'name="other"'), "Its form does not have: mastery."),
        (replaced('name="learner"', 'name="other"'), "Its form does not have: learner."),
        (replaced("dispatch.css", "https://cdn.example/d.css"), "https://cdn.example/d.css from"),
        (replaced('src="dispatch.js"', f'src="{SERVER}.evil/d.js"'), ".evil/d.js from another"),
        (replaced('src="dispatch.js"', f'src="{SERVER}/d.js"'), f"{SERVER}/d.js from another"),
        (lambda files: files.pop("dispatch.js"), "dispatch.js, which is not in the zip."),
        (lambda files: files.pop("imscp_rootv1p1p2.xsd"), "imscp_rootv1p1p2.xsd"),
        (replaced("<schemaversion>1.2<", "<schemaversion>1.3<", "imsmanifest.xml"), "1.2"),
    ],
)
def test_a_damaged_copy_is_caught(files, tmp_path, damage, message):
    copy = dict(files)
    damage(copy)
    target = tmp_path / "package.zip"
    write_zip(copy, target)
    report = check_package(target)
    assert report.kind == "dispatch"
    assert any(message in finding.message for finding in report.errors)


def test_a_package_of_its_own_content_may_not_say_that_it_needs_a_server(tmp_path):
    course = every_kind(tmp_path / "course")
    copy = unpacked(box(course, Scorm12(), tmp_path))
    replaced("player.css", f"{SERVER}/player.css")(copy)
    write_zip(copy, tmp_path / "without.zip")
    without = check_package(tmp_path / "without.zip")
    assert without.kind == "scorm12"
    assert any("from another host" in each.message for each in without.errors)
    replaced("<title>", META + "<title>")(copy)
    write_zip(copy, tmp_path / "with.zip")
    stated = check_package(tmp_path / "with.zip")
    assert stated.kind == "dispatch"
    assert any("no form that opens the course" in each.message for each in stated.errors)


def test_a_launch_page_that_cannot_be_read_is_no_dispatch_s(files, tmp_path):
    copy = {**files, PAGE: b""}
    write_zip(copy, tmp_path / "package.zip")
    assert check_package(tmp_path / "package.zip").kind == "scorm12"
