"""What a dispatch package holds: a page, its script and style, and nothing of the course."""

import pytest
from lxml import html

from scorm_packages.check import check_package
from scorm_packages.dispatch import Dispatch
from scorm_packages.manifest import ADLCP12, IMSCP12
from scorm_packages.options import OptionError, Options
from scorm_packages.package import PackageError
from scorm_packages.partners import Partner
from tests.unit.scorm_packages.boxes import box, content, manifest, names
from tests.unit.scorm_packages.courses import every_kind
from tests.unit.scorm_packages.schemas import independent

SERVER = "https://arrimage.example"
LICENCE = f"{SERVER}/dispatch/launch#{'0' * 32}.{'1' * 64}"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return every_kind(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def package(course, tmp_path_factory):
    return box(course, Dispatch(), tmp_path_factory.mktemp("out"), licence=LICENCE)


def test_the_package_is_sound_scorm_1_2_and_states_the_server_that_it_needs(package):
    report = check_package(package)
    assert (report.kind, report.errors) == ("dispatch", ())
    (stated,) = report.warnings
    assert SERVER in stated.message
    assert report.launches == ("index.html",)


def test_it_validates_against_a_copy_of_the_schemas_that_is_not_ours(package):
    assert check_package(package, schemas=lambda _name: independent("scorm12")).errors == ()


def test_it_holds_nothing_of_the_course_but_what_a_catalogue_shows(package):
    files = names(package)
    assert {name for name in files if not name.endswith(".xsd")} == {
        "imsmanifest.xml",
        "index.html",
        "dispatch.js",
        "dispatch.css",
    }
    assert package.stat().st_size < 32 * 1024


def test_the_licence_is_posted_and_in_no_address(package):
    page = html.document_fromstring(content(package, "index.html"))
    form = page.get_element_by_id("launch")
    assert (form.get("method"), form.get("action")) == ("post", f"{SERVER}/dispatch/launch")
    assert dict(form.form_values()) == {
        "licence": f"{'0' * 32}.{'1' * 64}",
        "learner": "",
        "completion": "quiz",
        "mastery": "60",
        "statuses": "passed-failed",
    }


def test_the_same_input_gives_the_same_bytes(course, package, tmp_path):
    assert box(course, Dispatch(), tmp_path, licence=LICENCE).read_bytes() == package.read_bytes()


def test_the_rules_of_the_export_are_the_page_s_and_the_manifest_s(course, package, tmp_path):
    mastery = f".//{{{ADLCP12}}}masteryscore"
    assert manifest(package).findtext(mastery) == "60"
    other = box(course, Dispatch(), tmp_path, licence=LICENCE, mastery=None, completion="pages")
    form = html.document_fromstring(content(other, "index.html")).get_element_by_id("launch")
    assert dict(form.form_values())["mastery"] == "none"
    assert manifest(other).find(mastery) is None
    assert manifest(other).findtext(f".//{{{IMSCP12}}}schemaversion") == "1.2"


def test_a_partner_s_choice_of_several_pieces_changes_nothing(course, package, tmp_path):
    partner = Partner("ecole", choices={"structure": "units"})
    other = box(course, Dispatch(), tmp_path, partner=partner, licence=LICENCE, structure="units")
    assert content(other, "imsmanifest.xml") == content(package, "imsmanifest.xml")


@pytest.mark.parametrize("licence", [None, "12"])
def test_without_a_licence_s_address_nothing_is_made(course, tmp_path, licence):
    with pytest.raises(PackageError, match="licence"):
        box(course, Dispatch(), tmp_path, licence=licence)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "http://arrimage.example/dispatch/launch#x",
        "https://arrimage.example/elsewhere#x",
        "https://arrimage.example\n/dispatch/launch#x",
        'https://arrimage.example"/dispatch/launch#x',
        "https://arrimage.example/dispatch/launch#<x>",
        "-1",
        True,
    ],
)
def test_what_is_no_licence_is_no_option(address):
    with pytest.raises(OptionError, match="licence's number"):
        Options(licence=address)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:5000", "arrimage.localhost"])
def test_a_tool_on_this_machine_needs_no_https(host):
    address = f"http://{host}/dispatch/launch#x"
    assert Options(licence=address).licence == address
