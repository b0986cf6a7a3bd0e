"""Damaged cmi5 packages: each rule broken by itself is caught, and said as it is."""

import re
import zipfile

import pytest
from lxml import etree

from scorm_packages.check import check_package
from scorm_packages.cmi5 import Cmi5
from scorm_packages.zips import write_zip
from tests.unit.scorm_packages.boxes import box
from tests.unit.scorm_packages.courses import every_kind
from tests.unit.scorm_packages.schemas import faults_of_structure

STRUCTURE = "cmi5.xml"
OBJECTIVES = (
    '<objectives><objective id="urn:x:o"><title><langstring>O</langstring></title>'
    "<description><langstring>O</langstring></description></objective></objectives>"
)
VENDOR = '<note xmlns="urn:vendor">x</note>'


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The files of a package that nothing is wrong with, a unit for each of the course's."""
    folder = tmp_path_factory.mktemp("sound")
    package = box(every_kind(folder / "course"), Cmi5(), folder, structure="units")
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def report_of(files, folder):
    return check_package(write_zip(files, folder / "damaged.zip"))


def damaged(files, old, new):
    text = files[STRUCTURE].decode()
    assert re.search(old, text), f"nothing to damage: {old}"
    return {**files, STRUCTURE: re.sub(old, new, text, count=1).encode()}


def said_of(files, folder):
    report = report_of(files, folder)
    assert report.kind == "cmi5"
    return "\n".join(map(str, report.findings))


def schema_refuses(files):
    return bool(faults_of_structure(etree.fromstring(files[STRUCTURE])))


REFUSED_BY_SCHEMA = [
    (r"(?s)<course id.*?</course>", "", "<courseStructure> has no <course>"),
    (r"(?s)<title>.*?</title>", "", "<course> has no <title>"),
    (r"(?s)<description>.*?</description>", "", "<course> has no <description>"),
    (r"(?s)(<title>.*?</title>)", r"\1\1", "<course> has 2 <title>"),
    (
        r"(?s)(<title>.*?</title>)\s*(<description>.*?</description>)",
        r"\2\1",
        "What is in <course> is not in order. Write them in this order: title, description",
    ),
    (r"(?s)<langstring[^>]*>[^<]*</langstring>", "", "<title> has no <langstring>"),
    (r"(?s)<block.*</block>", "", "<courseStructure> has no <au> or <block>"),
    (r"(?s)<au.*?</au>", "", "<block> has no <au> or <block>"),
    (r"<url>[^<]*</url>", "", "<au> has no <url>"),
    (r"<url>[^<]*</url>", r"\g<0>\g<0>", "<au> has 2 <url>"),
    (r"<url>", "<prerequisite/><url>", "<prerequisite> has no place in <au>"),
    (r"(<url>[^<]*</url>)", r"<launchParameters>x</launchParameters>\1", "<au> is not in order"),
    (r"</courseStructure>", f"{OBJECTIVES}</courseStructure>", "<courseStructure> is not in order"),
    (r"<course id=", f"{VENDOR}<course id=", "an element of another vocabulary stands before"),
    (r'<course id="[^"]*"', "<course", "<course> has no id"),
    (r'<au id="[^"]*"', "<au", "<au> has no id"),
    (r'moveOn="Passed"', 'moveOn="passed"', "moveOn is 'passed'. Write one of NotApplicable"),
    (r'launchMethod="AnyWindow"', 'launchMethod="Frame"', "launchMethod is 'Frame'"),
    (r'launchMethod="AnyWindow"', 'target="_blank"', "<au> has no attribute target"),
    (r'masteryScore="0.6"', 'masteryScore="60"', "masteryScore is '60'. Write a decimal from 0"),
    (r'masteryScore="0.6"', 'masteryScore="0,6"', "masteryScore is '0,6'"),
    (r'masteryScore="0.6"', 'masteryScore=""', "masteryScore is ''"),
    (r'lang="fr"', 'lang="français"', "'français' is no language"),
]
REFUSED_BY_RULES = [
    (
        r'masteryScore="0.6"',
        'masteryScore="0.66667"',
        "Write it with 4 decimals at most",
    ),
    (r'<course id="[^"]*"', '<course id="cours 1"', "The id 'cours 1' of <course> is not an IRI"),
    (r'<au id="[^"]*"', '<au id="unite-un"', "The id 'unite-un' of <au> is not an IRI"),
    (r'(?s)(<course id=)("[^"]*")(.*?<au id=)"[^"]*"', r"\1\2\3\2", "is used twice"),
    (r'launchMethod="AnyWindow"', 'activityType="media"', "activityType 'media' is not an IRI"),
    (
        r"<url>",
        '<objectives><objective idref="urn:x:o"/></objectives><url>',
        "It refers to the objective 'urn:x:o', which is not there",
    ),
    (r">unit-unite-un.html<", ">unite.html<", "It launches unite.html, which is not in the zip"),
    (r">unit-unite-un.html<", ">../index.html<", "It launches ../index.html, which is not in"),
    (r">unit-unite-un.html<", ">unit-unite-un.html?fetch=1<", "The url has a parameter fetch"),
    (r">unit-unite-un.html<", "> une page.html <", "The url 'une page.html' cannot be read"),
    (r">[^<]+</langstring>", "> </langstring>", "A text is empty"),
    (
        r"(<langstring[^>]*>[^<]*</langstring>)",
        r"\1\1",
        "<title> says 2 things in the language fr",
    ),
]


REFUSED_BY_BOTH = [
    (r">unit-unite-un.html<", ">http://[<", "The url 'http://[' cannot be read"),
]


@pytest.mark.parametrize(
    ("old", "new", "message"), [*REFUSED_BY_SCHEMA, *REFUSED_BY_RULES, *REFUSED_BY_BOTH]
)
def test_a_damaged_structure_is_caught(sound, tmp_path, old, new, message):
    assert message in said_of(damaged(sound, old, new), tmp_path)


@pytest.mark.parametrize(("old", "new", "message"), REFUSED_BY_SCHEMA)
def test_what_the_schema_refuses_is_an_error(sound, tmp_path, old, new, message):
    files = damaged(sound, old, new)
    assert schema_refuses(files)
    assert any(message in str(each) for each in report_of(files, tmp_path).errors)


@pytest.mark.parametrize(("old", "new", "_message"), REFUSED_BY_RULES)
def test_what_rules_alone_refuse_the_schema_lets_pass(sound, old, new, _message):
    assert not schema_refuses(damaged(sound, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r">unit-unite-un.html<", ">unit-unite-un.html?vue=1#debut<"),
        (r">unit-unite-un.html<", ">https://cours.example/unite.html<"),
        (r"(<url>[^<]*</url>)", r"\1<launchParameters>x</launchParameters>"),
        (r"</courseStructure>", f"{VENDOR}</courseStructure>"),
        (r"</objectives>", OBJECTIVES.removeprefix("<objectives>")),
        (r'masteryScore="0.6"', 'masteryScore="1.0"'),
        (r'masteryScore="0.6"', 'masteryScore=".75"'),
        (r'launchMethod="AnyWindow"', 'launchMethod="OwnWindow"'),
        (r"<courseStructure ", '<courseStructure xmlns:v="urn:v" v:made="by hand" '),
    ],
)
def test_what_the_specification_allows_is_not_refused(sound, tmp_path, old, new):
    files = damaged(sound, old, new)
    assert report_of(files, tmp_path).errors == ()
    assert not schema_refuses(files)


def test_a_course_that_waits_for_nothing_is_pointed_out(sound, tmp_path):
    text = re.sub(r' moveOn="\w+"', "", sound[STRUCTURE].decode())
    report = report_of({**sound, STRUCTURE: text.encode()}, tmp_path)
    assert report.errors == ()
    (warning,) = report.warnings
    assert "takes every learner for done as soon as they are enrolled" in warning.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<courseStructure", "not well-formed"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x/>', "declares a document type"),
        (b"<courseStructure/>", "The root is not a <courseStructure> of https://w3id.org/"),
        ("<courseStructure>é".encode("latin-1"), "it is not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused(sound, tmp_path, content, message):
    assert message in said_of({**sound, STRUCTURE: content}, tmp_path)


def test_a_structure_in_a_folder_is_no_package(sound, tmp_path):
    files = {f"cours/{name}": content for name, content in sound.items()}
    report = report_of(files, tmp_path)
    assert report.kind is None
    assert "Zip the content of the package's folder" in str(report.findings[0])


def test_the_pages_that_it_launches_are_looked_at(sound, tmp_path):
    page = sound["unit-unite-un.html"].replace(b' lang="fr"', b"")
    report = report_of({**sound, "unit-unite-un.html": page}, tmp_path)
    assert report.launches == (
        "unit-syllabus.html",
        "unit-unite-un.html",
        "unit-unite-deux.html",
    )
    assert "It does not say its language" in "\n".join(map(str, report.warnings))
