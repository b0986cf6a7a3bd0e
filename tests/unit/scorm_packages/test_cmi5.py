"""What a cmi5 package says of a course, and that its names never change."""

import pytest
from lxml import etree

from course_content.loader import load_course
from course_content.model import Competency, Outcome, Page, Part, Unit
from scorm_packages.check import check_package
from scorm_packages.cmi5 import Cmi5
from scorm_packages.cmi5_structure import CMI5
from tests.unit.course_content.conftest import COURSES
from tests.unit.scorm_packages.boxes import boot, box, manifest, names
from tests.unit.scorm_packages.courses import every_kind, fr, miniature
from tests.unit.scorm_packages.schemas import faults_of_structure

SPACE = {"c": CMI5}


def structure(package):
    return manifest(package, "cmi5.xml")


def units(package):
    return structure(package).findall(".//c:au", SPACE)


def texts(element, name):
    return {
        each.get("lang"): each.text for each in element.findall(f"c:{name}/c:langstring", SPACE)
    }


def test_the_module_is_one_unit_of_the_package(tmp_path):
    package = box(every_kind(tmp_path), Cmi5(), tmp_path)
    (unit,) = units(package)
    assert unit.findtext("c:url", namespaces=SPACE) == "index.html"
    assert (unit.get("moveOn"), unit.get("masteryScore")) == ("Passed", "0.6")
    assert unit.get("launchMethod") == "AnyWindow"
    assert {"cmi5.xml", "index.html", "player.js", "player.css"} <= names(package)
    assert boot(package)["delivery"] == "cmi5"
    assert check_package(package).errors == ()
    assert faults_of_structure(structure(package)) == []


def test_or_each_unit_is_one_in_a_block_for_its_part(tmp_path):
    package = box(every_kind(tmp_path), Cmi5(), tmp_path, structure="units")
    blocks = structure(package).findall("c:block", SPACE)
    assert texts(blocks[-1], "title") == {"fr": "Apprendre"}
    pages = [unit.findtext("c:url", namespaces=SPACE) for unit in units(package)]
    assert pages == ["unit-syllabus.html", "unit-unite-un.html", "unit-unite-deux.html"]
    assert [unit.get("moveOn") for unit in units(package)] == ["Completed", "Passed", "Passed"]
    assert [unit.get("masteryScore") for unit in units(package)] == [None, "0.6", "0.6"]
    assert check_package(package).errors == ()
    assert faults_of_structure(structure(package)) == []


def test_texts_are_in_every_language_that_the_course_has_them_in(tmp_path):
    package = box(miniature(), Cmi5(), tmp_path, "en")
    course = structure(package).find("c:course", SPACE)
    assert texts(course, "title") == {"en": "Summer course", "fr": "Cours d’été & <essai>"}
    assert texts(course, "description") == {"en": "A summary.", "fr": "Un résumé."}


def test_competencies_are_objectives_of_the_units_that_serve_them(tmp_path):
    page = Page("lecon", fr("Leçon"), fr("Bonjour."))
    outcome = Outcome(fr("Repérer les acteurs"), "c1")
    unit = Unit("u", fr("Unité"), 20, (outcome,), (page,))
    course = miniature(
        languages=("fr",),
        parts=(Part("apprendre", fr("Apprendre"), fr(""), (unit,)),),
        competencies=(Competency("c1", fr("Identifier")), Competency("c2", fr("Évaluer"))),
    )
    package = box(course, Cmi5(), tmp_path, structure="units")
    root = structure(package)
    defined = [each.get("id") for each in root.findall("c:objectives/c:objective", SPACE)]
    assert len(set(defined)) == 2
    served = [each.get("idref") for each in root.findall(".//c:au//c:objective", SPACE)]
    assert served == defined[:1]
    assert texts(units(package)[-1], "description") == {"fr": "Repérer les acteurs"}
    assert check_package(package).errors == ()
    assert faults_of_structure(root) == []


@pytest.mark.parametrize(
    ("choices", "move_on", "mastery"),
    [
        ({}, "Passed", "0.6"),
        ({"mastery": 72.5}, "Passed", "0.725"),
        ({"mastery": 33.33335}, "Passed", "0.3333"),
        ({"completion": "both"}, "CompletedAndPassed", "0.6"),
        ({"completion": "pages"}, "Completed", "0.6"),
        ({"mastery": None}, "Completed", None),
        ({"statuses": "passed-incomplete"}, "Passed", "0.6"),
        ({"statuses": "completed-failed"}, "Completed", "0.6"),
        ({"statuses": "completed-incomplete"}, "Completed", None),
    ],
)
def test_the_platform_waits_for_what_the_export_says(tmp_path, choices, move_on, mastery):
    (unit,) = units(box(every_kind(tmp_path), Cmi5(), tmp_path, **choices))
    assert (unit.get("moveOn"), unit.get("masteryScore")) == (move_on, mastery)


def test_names_are_the_same_whatever_else_changes(tmp_path):
    """Platforms keep learners' records by them: these very ones, for ever."""
    (unit,) = units(box(miniature(), Cmi5(), tmp_path))
    assert unit.get("id") == "urn:uuid:68247cae-83e1-5b99-8ccb-2837da540e16"
    other = miniature(version="2", title={"fr": "Autre titre", "en": "Other"})
    (again,) = units(box(other, Cmi5(), tmp_path, "en", mastery=80))
    assert again.get("id") == unit.get("id")


def test_questions_have_the_same_names_in_either_structure(tmp_path):
    whole = box(miniature(), Cmi5(), tmp_path)
    apart = box(miniature(version="2"), Cmi5(), tmp_path, structure="units")
    base = boot(whole)["options"]["iri"]
    assert base.startswith("urn:uuid:")
    assert boot(apart, "unit-unite-un.html")["options"]["iri"] == base


def test_the_same_course_gives_the_same_bytes(tmp_path):
    course = load_course(COURSES / "atelier")
    first = box(course, Cmi5(), tmp_path).read_bytes()
    assert box(course, Cmi5(), tmp_path).read_bytes() == first


def test_a_structure_that_the_schema_refuses_is_refused_here_too():
    """The check asks in its own words what the specification's schema asks."""
    root = etree.fromstring(f'<courseStructure xmlns="{CMI5}"><au id="x"/></courseStructure>')
    assert faults_of_structure(root)
