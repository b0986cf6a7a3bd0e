"""Damaged cartridges: each rule broken by itself is caught, and said as it is."""

import re
import zipfile
from functools import lru_cache

import pytest

from scorm_packages.check import check_package
from scorm_packages.common_cartridge import CommonCartridge
from scorm_packages.zips import write_zip
from tests.unit.scorm_packages.boxes import box
from tests.unit.scorm_packages.courses import every_kind

QUIZ = "unite-un.quiz-un.xml"
LINK = "unite-un.link.xml"
MANIFEST = "imsmanifest.xml"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The files of a cartridge that nothing is wrong with, full or thin."""
    folder = tmp_path_factory.mktemp("sound")
    course = every_kind(folder / "course")

    @lru_cache
    def files(links):
        package = box(course, CommonCartridge(), folder, links=links)
        with zipfile.ZipFile(package) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    return files


def said_of(files, folder):
    report = check_package(write_zip(files, folder / "damaged.imscc"))
    assert report.kind == "common-cartridge"
    return "\n".join(map(str, report.findings))


def damaged(files, name, old, new):
    text = files[name].decode()
    assert re.search(old, text), f"nothing to damage: {old}"
    return {**files, name: re.sub(old, new, text).encode()}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (">IMS Common Cartridge<", ">Common Cartridge<", "<schema> says 'Common Cartridge'"),
        (">1.3.0<", ">1.3<", "<schemaversion> says '1.3' instead of '1.3.0'"),
        (">IMS Common Cartridge<", ">IMS Thin Common Cartridge<", "thin cartridges hold links"),
        ("rooted-hierarchy", "hierarchical", "structure is 'hierarchical'"),
        ("(?s)<organization .*</organization>", "", "There are 0 organizations"),
        ('<item identifier="root">', '<item identifier="root"/>\\g<0>', "one root that holds"),
        ("<title>Leçon</title>", "<title/>", "item-unite-un.lecon has no title"),
        ('identifierref="resource-unite-un.lecon"', 'identifierref="x"', "the resource 'x'"),
        (
            '<item identifier="item-unit-unite-un"',
            '\\g<0> identifierref="resource-unite-un.lecon"',
            "holds items, and shows something itself",
        ),
        ("assessment", "examination", "of type 'imsqti_xmlv1p2/imscc_xmlv1p3/examination'"),
        ("imscc_xmlv1p3", "imscc_xmlv1p1", "in a cartridge of version 1.3"),
        ('<file href="style.css"/>', "", "style.css: The manifest does not list this file"),
        ('<file href="style.css"/>', '<file href="x.css"/>', "lists x.css, which is not in"),
        ('ref="resource-tous-les-genres-shared"', 'ref="lost"', "depends on 'lost'"),
        ('href="unite-un.lecon.html">', 'href="x.html">', "starts with x.html"),
        (
            '<file href="unite-un.quiz-un.xml"/>',
            '\\g<0><file href="style.css"/>',
            "unite-un.quiz-un has 2 files",
        ),
        ('identifier="resource-unite-deux.suite"', 'identifier="root"', "root is used twice"),
    ],
)
def test_a_damaged_manifest_is_caught(sound, tmp_path, old, new, message):
    assert message in said_of(damaged(sound(None), MANIFEST, old, new), tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</questestinterop>", "", "Refused: it is not well-formed XML"),
        ("ims_qtiasiv1p2", "ims_qtiasiv1p3", "not an <assessment> of QTI 1.2"),
        (' title="Quiz un"', "", "The quiz has no title"),
        ('<section ident="root_section">', "<section/>\\g<0>", "not exactly one section"),
        ("(?s)<item .*</item>", "", "It asks nothing"),
        ("quiz-un.vrai", "quiz-un.seul", "2 questions have the identifier 'quiz-un.seul'"),
        ("cc.exam.v0p1", "cc.exam.v0p2", "cc_profile says 'cc.exam.v0p2'"),
        (">cc_maxattempts<", ">cc_attempts<", "no metadata field 'cc_attempts'"),
        (">unlimited<", ">many<", "cc_maxattempts says 'many'"),
        (">qmd_hintspermitted<", ">qmd_scoretype<", "qmd_scoretype is there twice"),
        ("cc.fib.v0p1", "cc.matching.v0p1", "is of the kind 'cc.matching.v0p1'"),
        ("<fieldentry>12<", "<fieldentry>0.5<", "weighs '0.5'"),
        ('rcardinality="Multiple"', 'rcardinality="Single"', "has the cardinality 'Single'"),
        ("cc.multiple_choice.v0p1", "cc.true_false.v0p1", "has 3 choices. Give it exactly 2"),
        ("cc.true_false.v0p1", "cc.multiple_choice.v0p1", "'quiz-un.vrai' has 2 choices"),
        ("cc.fib.v0p1", "cc.essay.v0p1", "does not say that somebody marks it"),
        ("cc.fib.v0p1", "cc.multiple_choice.v0p1", "is not answered as its kind is"),
        ('respident="response"', 'respident="x"', "tests the answer 'x'"),
        (">true</varequal>", ">perhaps</varequal>", "tests the choice 'perhaps'"),
        ("(?<=<)(/?)varequal", r"\1varsubstring", "uses <varsubstring>"),
        ("<setvar[^/]*/setvar>", "", "can never be answered rightly"),
        ('itemfeedback ident="correct_fb"', 'itemfeedback ident="x"', "'correct_fb', which is not"),
        ('linkrefid="correct_fb"', 'linkrefid="x"', "'correct_fb', which is never shown"),
    ],
)
def test_a_damaged_quiz_is_caught(sound, tmp_path, old, new, message):
    assert message in said_of(damaged(sound(None), QUIZ, old, new), tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</cartridge_basiclti_link>", "", "Refused: it is not well-formed XML"),
        ("cartridge_basiclti_link", "basic_lti_link", "not a <cartridge_basiclti_link>"),
        ("<blti:title>[^<]*<", "<blti:title> <", "The link has no title"),
        ("launch_url", "address", "The link leads nowhere"),
        (">https://", ">http://", "which is no https address"),
        (">https://arrimage", ">https://[", "which is no https address"),
    ],
)
def test_a_damaged_link_is_caught(sound, tmp_path, old, new, message):
    files = sound("https://arrimage.example")
    assert message in said_of(damaged(files, LINK, old, new), tmp_path)


def test_a_page_whose_picture_is_missing_is_caught(sound, tmp_path):
    files = dict(sound(None))
    del files["media/plan.svg"]
    said = said_of(files, tmp_path)
    assert "unite-un.lecon.html: It needs media/plan.svg" in said


def test_a_stranger_s_cartridge_of_an_earlier_version_is_held_to_its_own(sound, tmp_path):
    """Moodle writes 1.1, Canvas writes 1.1: types and version change together."""
    files = dict(sound(None))
    text = files[MANIFEST].decode().replace("imsccv1p3", "imsccv1p1")
    text = text.replace("imscc_xmlv1p3", "imscc_xmlv1p1").replace(">1.3.0<", ">1.1.0<")
    files[MANIFEST] = text.encode()
    assert said_of(files, tmp_path) == ""


def test_a_bank_of_questions_is_read_too(sound, tmp_path):
    files = damaged(sound(None), MANIFEST, "/assessment", "/question-bank")
    assert "not an <objectbank> of QTI 1.2" in said_of(files, tmp_path)
