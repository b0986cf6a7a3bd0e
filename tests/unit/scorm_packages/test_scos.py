"""A module in one piece or in several: what each piece plays, and what is lost between them."""

import re
import zipfile

import pytest

from course_content.loader import load_course
from scorm_packages.check import check_package
from scorm_packages.cmi5 import Cmi5
from scorm_packages.options import Options
from scorm_packages.package import PackageError
from scorm_packages.rendered import RenderedCourse
from scorm_packages.scorm12 import Scorm12
from scorm_packages.scorm2004 import Scorm2004Fourth, Scorm2004Third
from scorm_packages.zips import Workshop, write_zip
from tests.unit.course_content.conftest import COURSES
from tests.unit.scorm_packages.boxes import boot, box
from tests.unit.scorm_packages.courses import every_kind, miniature

EDITIONS = pytest.mark.parametrize(
    "edition", [Scorm12(), Scorm2004Third(), Scorm2004Fourth()], ids=lambda each: each.name
)


DAMAGES = pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('resource-mini-shared"/>', 'lost"/>', "depends on 'lost'"),
        ('"item-mini-unite-un"', '"item-mini-apprendre"', "is used twice"),
        ('<file href="unit-unite-un.html"/>', "", "unit-unite-un.html"),
        (' href="unit-unite-un.html" adlcp', " adlcp", "has no launch page"),
        ('identifierref="resource-mini-unite-un"', 'identifierref="lost"', "the resource 'lost'"),
        ('adlcp:scormtype="asset"', 'adlcp:scormtype="shared"', "a sco or an asset"),
    ],
)


@DAMAGES
def test_a_damaged_manifest_of_several_pieces_is_caught(tmp_path, old, new, message):
    package = box(miniature(), Scorm12(), tmp_path, structure="units")
    with zipfile.ZipFile(package) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sound = re.sub(r">\s+<", "><", files["imsmanifest.xml"].decode())
    assert check_package(package).errors == ()
    assert old in sound, f"nothing to damage: {old}"
    files["imsmanifest.xml"] = sound.replace(old, new, 1).encode()
    damaged = check_package(write_zip(files, tmp_path / "damaged.zip"))
    assert message in "\n".join(map(str, damaged.errors))


def report(course, edition, tmp_path, **choices):
    options = Options(language="fr", **choices)
    return edition.write(RenderedCourse(course, "fr"), options, tmp_path / "x.zip", Workshop())


def said(found):
    return "\n".join(map(str, found.warnings))


@EDITIONS
def test_a_work_that_another_piece_has_is_told_to_whoever_exports(tmp_path, edition):
    course = load_course(COURSES / "atelier")
    whole = report(course, edition, tmp_path)
    split = report(course, edition, tmp_path, structure="units")
    assert said(whole) == ""
    assert "unit-suite.html: “Mon plan d’engagement” begins from “Ma carte" in said(split)
    assert "made in the unit carte" in said(split)
    assert "unit-carte.html" not in said(split)


def test_in_cmi5_learners_are_said_to_find_nothing_of_another_piece_s_work(tmp_path):
    course = load_course(COURSES / "atelier")
    assert said(report(course, Cmi5(), tmp_path)) == ""
    split = said(report(course, Cmi5(), tmp_path, structure="units"))
    assert "unit-suite.html: “Mon plan d’engagement” begins from “Ma carte" in split
    assert "find nothing of it" in split


def test_pieces_that_nobody_could_get_to_are_refused(tmp_path):
    with pytest.raises(PackageError, match=r"shows no menu.*--structure module"):
        box(miniature(), Scorm12(), tmp_path, structure="units", outline="no")
    assert box(miniature(), Scorm12(), tmp_path, outline="no")


def test_pieces_that_ask_for_one_another_come_with_a_warning(tmp_path):
    course = miniature()
    warned = report(course, Scorm2004Fourth(), tmp_path, structure="units", outline="no")
    assert "adl.nav.request" in said(warned)
    assert said(report(course, Scorm2004Fourth(), tmp_path, structure="units")) == ""


@EDITIONS
def test_a_page_knows_which_competency_its_questions_are_about(tmp_path, edition):
    package = box(every_kind(tmp_path / "course"), edition, tmp_path, structure="units")
    first = boot(package, "unit-unite-un.html")
    assert first["competencies"] == {
        "analyser": "Analyser «\u00a0à plusieurs\u00a0»",
        "decider": "Décider",
    }
    asked = {one["id"]: one["competencies"] for one in first["quizzes"]["quiz-un"]["questions"]}
    assert asked["seul"] == ["analyser"]
    assert asked["ordre"] == ["decider"]
    assert boot(package, "unit-unite-deux.html")["competencies"].keys() == {"analyser"}


def test_a_course_without_competencies_says_none(tmp_path):
    package = box(miniature(), Scorm12(), tmp_path)
    assert boot(package)["competencies"] == {}
    (question,) = boot(package)["quizzes"]["quiz-un"]["questions"]
    assert "competencies" not in question
