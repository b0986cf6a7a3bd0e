"""Common Cartridges: what is in them, and what becomes of what they cannot carry."""

from dataclasses import replace

import pytest
from lxml import html

from course_content.model import (
    Choice,
    Feedback,
    Numeric,
    Outcome,
    Part,
    PlanWorkshop,
    Quiz,
    RadarAxis,
    RadarWorkshop,
    Reference,
    SingleChoice,
    SortingCase,
    SortingWorkshop,
    Term,
    Unit,
)
from course_content.model import Item as Side
from lti_tool.services.targets import Target, TargetKind, asked_for
from scorm_packages.check import check_package
from scorm_packages.common_cartridge import CommonCartridge
from scorm_packages.options import Options
from scorm_packages.partners import Look, Partner
from scorm_packages.rendered import RenderedCourse
from scorm_packages.zips import Workshop
from tests.unit.scorm_packages.boxes import box, content, manifest, names
from tests.unit.scorm_packages.courses import every_kind, fr, miniature

QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
CC = "{http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1}"
BLTI = "{http://www.imsglobal.org/xsd/imsbasiclti_v1p0}"
ADDRESS = "https://arrimage.example/outil/"


def with_steps(*steps, **changes):
    unit = Unit("unite-un", fr("Unité un"), 20, (), steps)
    return miniature(parts=(Part("apprendre", fr("Apprendre"), fr(""), (unit,)),), **changes)


def with_question(question, **changes):
    return with_steps(Quiz("quiz-un", fr("Quiz"), fr(""), (question,), **changes))


def quiz(package, name="unite-un.quiz-un.xml"):
    return manifest(package, name)


def items(package, name="unite-un.quiz-un.xml"):
    """The items of a quiz by identifier, each with its kind and weight."""
    return {
        item.get("ident"): tuple(each.text for each in item.iter(f"{QTI}fieldentry"))[:2]
        for item in quiz(package, name).iter(f"{QTI}item")
    }


def right_answer(package, ident):
    """What an item takes for right, with a minus sign where it must not be chosen."""
    (item,) = (each for each in quiz(package).iter(f"{QTI}item") if each.get("ident") == ident)
    (score,) = item.iter(f"{QTI}setvar")
    return [
        ("-" if each.getparent().tag == f"{QTI}not" else "") + each.text
        for each in score.getparent().iter(f"{QTI}varequal")
    ]


def warnings(course, tmp_path, **choices):
    rendered = RenderedCourse(course, "fr")
    target = tmp_path / "course.imscc"
    report = CommonCartridge().write(rendered, Options(**choices), target, Workshop())
    assert report.errors == ()
    return [f"{each.place}: {each.message}" for each in report.warnings]


def number(answer, tolerance):
    return Numeric(
        id="nombre",
        prompt=fr("Combien ?"),
        feedback=Feedback(fr("Oui.")),
        answer=answer,
        tolerance=tolerance,
        unit=fr("heures"),
    )


def test_a_course_makes_a_sound_cartridge(tmp_path):
    package = box(every_kind(tmp_path / "course"), CommonCartridge(), tmp_path)
    report = check_package(package)
    assert package.suffix == ".imscc"
    assert (report.kind, report.findings) == ("common-cartridge", ())
    assert report.launches == (
        "syllabus.syllabus.html",
        "unite-un.lecon.html",
        "unite-deux.suite.html",
    )
    assert names(package) == {
        *("imsmanifest.xml", "style.css", "media/plan.svg"),
        *report.launches,
        *("unite-un.quiz-un.xml", "unite-deux.quiz-deux.xml"),
    }


def test_the_same_course_gives_the_same_bytes(tmp_path):
    course = every_kind(tmp_path / "course")
    first = box(course, CommonCartridge(), tmp_path / "1").read_bytes()
    assert box(course, CommonCartridge(), tmp_path / "2").read_bytes() == first


def test_the_organization_is_the_outline_of_the_course(tmp_path):
    package = box(every_kind(tmp_path / "course"), CommonCartridge(), tmp_path)
    (organization,) = manifest(package).iter(f"{CC}organization")
    assert organization.get("structure") == "rooted-hierarchy"
    (root,) = organization.findall(f"{CC}item")
    assert [each.text for each in root.iter(f"{CC}title")] == [
        *("Syllabus", "Apprendre", "Unité un", "Leçon", "Quiz un"),
        *("Unité deux", "Suite", "Quiz deux"),
    ]


def test_every_question_has_a_kind_of_the_profile_and_its_share_of_the_points(tmp_path):
    package = box(every_kind(tmp_path / "course"), CommonCartridge(), tmp_path)
    assert items(package) == {
        "quiz-un.seul": ("cc.multiple_choice.v0p1", "12"),
        "quiz-un.plusieurs": ("cc.multiple_response.v0p1", "24"),
        "quiz-un.vrai": ("cc.true_false.v0p1", "12"),
        **{f"quiz-un.ordre.i{n}": ("cc.multiple_choice.v0p1", "3") for n in (1, 2, 3, 4)},
        **{f"quiz-un.paires.l{n}": ("cc.multiple_choice.v0p1", "4") for n in (1, 2, 3)},
        "quiz-un.nombre": ("cc.fib.v0p1", "12"),
        "quiz-un.texte": ("cc.fib.v0p1", "12"),
    }


@pytest.mark.parametrize(
    ("ident", "right"),
    [
        ("quiz-un.seul", ["b"]),
        ("quiz-un.plusieurs", ["a", "-b", "c", "-d"]),
        ("quiz-un.vrai", ["true"]),
        ("quiz-un.ordre.i3", ["3"]),
        ("quiz-un.paires.l2", ["r2"]),
        ("quiz-un.nombre", ["2.4", "2,4", "2.5", "2,5", "2.6", "2,6"]),
        ("quiz-un.texte", ["partie prenante"]),
    ],
)
def test_the_right_answer_is_the_course_s(tmp_path, ident, right):
    course = every_kind(tmp_path / "course")
    package = box(course, CommonCartridge(), tmp_path)
    assert right_answer(package, ident) == right


def test_feedback_answers_a_choice_a_right_answer_and_a_wrong_one(tmp_path):
    package = box(every_kind(tmp_path / "course"), CommonCartridge(), tmp_path)
    item = next(quiz(package).iter(f"{QTI}item"))
    said = {
        each.get("ident"): each.findtext(f".//{QTI}mattext").strip()
        for each in item.iter(f"{QTI}itemfeedback")
    }
    assert said == {
        "feedback.a": "<p>À propos de a.</p>",
        "feedback.b": "<p>À propos de b.</p>",
        "feedback.c": "<p>À propos de c.</p>",
        "correct_fb": "<p>Oui.</p>",
        "general_incorrect_fb": "<p>Non.</p>",
    }


@pytest.mark.parametrize(
    ("attempts", "said"), [(0, "unlimited"), (2, "2"), (5, "5"), (6, "unlimited")]
)
def test_attempts_are_as_many_as_cartridges_can_say(tmp_path, attempts, said):
    course = with_question(number(3, 0), attempts=attempts)
    fields = list(quiz(box(course, CommonCartridge(), tmp_path)).iter(f"{QTI}qtimetadatafield"))
    values = {each[0].text: each[1].text for each in fields}
    assert values["cc_maxattempts"] == said


def test_what_cartridges_cannot_carry_is_said(tmp_path):
    said = "\n".join(warnings(every_kind(tmp_path / "course"), tmp_path))
    assert "unite-un/quiz-un: Question 2: only a wholly right answer scores" in said
    assert "Question 4: cartridges cannot ask for an order: it became 4 questions" in said
    assert "Question 5: cartridges cannot ask for pairs: it became 3 questions" in said
    assert "Question 6: cartridges know no tolerance" in said
    assert "from 2.4 to 2.6 with at most 1 decimals" in said
    assert "Question 7: accents and spaces have to be exact" in said


def test_a_number_without_tolerance_loses_nothing(tmp_path):
    course = with_question(number(1250.5, 0))
    assert warnings(course, tmp_path) == []
    assert right_answer(tmp_path / "course.imscc", "quiz-un.nombre") == ["1250.5", "1250,5"]


def test_a_number_that_may_be_too_much_is_marked_by_somebody(tmp_path):
    course = with_question(number(1000, 400.5))
    (said,) = warnings(course, tmp_path)
    assert "became an open question, which somebody marks" in said
    package = tmp_path / "course.imscc"
    assert items(package) == {"quiz-un.nombre": ("cc.essay.v0p1", "1")}
    texts = [each.text for each in quiz(package).iter(f"{QTI}mattext")]
    assert texts[-1] == "<p>1000 (à 400,5 près)</p><p>Oui.</p>\n"


def test_two_choices_are_true_or_false_for_a_cartridge(tmp_path):
    choices = tuple(Choice(each, fr(each), each == "oui", {}) for each in ("oui", "non"))
    question = SingleChoice(id="deux", prompt=fr("?"), feedback=Feedback(), choices=choices)
    (said,) = warnings(with_question(question), tmp_path)
    assert "it has two choices" in said
    package = tmp_path / "course.imscc"
    assert items(package) == {"quiz-un.deux": ("cc.true_false.v0p1", "1")}


def test_a_quiz_that_counts_for_nothing_and_many_attempts_are_said(tmp_path):
    said = warnings(with_question(number(3, 0), graded=False, attempts=9), tmp_path)
    assert [each.partition(": ")[2] for each in said] == [
        "The quiz counts for nothing in the course, but does in a cartridge.",
        "Cartridges allow 5 attempts at most, or any number.",
    ]


def test_weights_that_do_not_fit_are_rounded_and_said(tmp_path):
    questions = (number(3, 0), replace(number(4, 0), id="autre", points=150))
    course = with_steps(Quiz("quiz-un", fr("Quiz"), fr(""), questions))
    (said,) = warnings(course, tmp_path)
    assert "weights are rounded" in said
    weights = [weight for _kind, weight in items(tmp_path / "course.imscc").values()]
    assert weights == ["1", "99"]


def test_a_picture_of_a_question_is_found_among_the_cartridge_s_files(tmp_path):
    course = every_kind(tmp_path / "course")
    prompt = "Voir [la leçon](unite-un/lecon).\n\n![Plan](media/plan.svg)"
    question = replace(number(3, 0), prompt=fr(prompt))
    unit = course.units[0]
    asked = Quiz("quiz-un", fr("Quiz"), fr(""), (question,))
    unit = replace(unit, steps=(unit.steps[0], asked))
    course = replace(course, parts=(replace(course.parts[0], units=(unit,)),))
    text = next(quiz(box(course, CommonCartridge(), tmp_path)).iter(f"{QTI}mattext")).text
    assert 'src="$IMS-CC-FILEBASE$/media/plan.svg"' in text
    assert "la leçon" in text
    assert "#/unite-un" not in text


def test_pages_lead_to_each_other_and_to_no_quiz(tmp_path):
    course = every_kind(tmp_path / "course")
    text = "[Suite](unite-deux/suite), [quiz](unite-un/quiz-un), [mot](glossaire/enjeu). [@f]"
    unit = course.units[0]
    lesson = replace(unit.steps[0], body=fr(text))
    unit = replace(unit, steps=(lesson, unit.steps[1]))
    course = replace(
        course,
        parts=(replace(course.parts[0], units=(unit, course.units[1])),),
        glossary=(Term("enjeu", fr("Enjeu"), fr("Ce qui compte.")),),
        references=(Reference("f", "Freeman, *Strategic Management*, 1984.", "Freeman, 1984"),),
    )
    package = box(course, CommonCartridge(), tmp_path)
    page = html.fromstring(content(package, "unite-un.lecon.html").decode())
    links = {each.text_content(): each.get("href") for each in page.iter("a")}
    assert links["Suite"] == "unite-deux.suite.html"
    assert links["quiz"] is None
    assert links["mot"] == "glossaire.glossaire.html#term-enjeu"
    assert 'id="term-enjeu"' in content(package, "glossaire.glossaire.html").decode()
    cited = html.fromstring(content(package, "bibliographie.bibliographie.html").decode())
    assert [each.get("href") for each in cited.iter("a")] == ["unite-un.lecon.html"]
    assert check_package(package).findings == ()


def test_workshops_are_sheets_to_print(tmp_path):
    category = Side("dedans", fr("Dedans"))
    case = SortingCase("cas", fr("Un cas."), "dedans", fr("Car."), {})
    shared = {"title": fr("Atelier"), "instructions": fr("À vous.")}
    course = with_steps(
        PlanWorkshop(id="plan", **shared),
        RadarWorkshop(id="radar", axes=(RadarAxis("axe", fr("Écouter"), {}),), **shared),
        SortingWorkshop(id="tri", categories=(category,), cases=(case,), **shared),
    )
    said = warnings(course, tmp_path)
    assert [each.partition(":")[0] for each in said] == ["plan", "radar", "tri"]
    package = tmp_path / "course.imscc"
    cells = {
        name: html.fromstring(content(package, f"unite-un.{name}.html").decode()).xpath(
            "normalize-space(//tbody)"
        )
        for name in ("plan", "radar", "tri")
    }
    assert cells["plan"].startswith("But")
    assert cells["radar"] == "1. Écouter"
    assert cells["tri"] == "Un cas."
    assert check_package(package).findings == ()


def test_what_one_learns_in_a_unit_is_said_once_and_in_its_link(tmp_path):
    course = every_kind(tmp_path / "course")
    unit = replace(course.units[1], outcomes=(Outcome(fr("Situer un enjeu")),))
    course = replace(course, parts=(replace(course.parts[0], units=(unit,)),))
    package = box(course, CommonCartridge(), tmp_path)
    page = content(package, "unite-deux.suite.html").decode()
    assert page.count("<li>Situer un enjeu</li>") == 1
    assert "Environ 20 minutes" in page.replace("\u00a0", " ")
    link = manifest(box(course, CommonCartridge(), tmp_path, links=ADDRESS), "unite-deux.link.xml")
    assert link.findtext(f"{BLTI}description") == "Situer un enjeu"


def test_the_pages_are_in_the_partner_s_colour(tmp_path):
    partner = Partner("exemple", look=Look("EX", "#7a1f3d"))
    package = box(miniature(), CommonCartridge(), tmp_path, partner=partner)
    assert content(package, "style.css").decode().endswith(":root { --accent: #7a1f3d; }\n")


def test_metadata_are_those_of_every_format_in_the_namespace_of_cartridges(tmp_path):
    package = box(miniature(keywords=(fr("partie prenante"),)), CommonCartridge(), tmp_path)
    lom = manifest(package).find(
        f"{CC}metadata/{{http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest}}lom"
    )
    texts = [each.text for each in lom.iter("{*}string")]
    assert texts[:3] == ["Cours d’été & <essai>", "Un résumé.", "partie prenante"]


# --- The thin cartridge --------------------------------------------------------------------


def test_a_thin_cartridge_holds_a_link_to_each_unit_and_nothing_else(tmp_path):
    course = every_kind(tmp_path / "course")
    package = box(course, CommonCartridge(), tmp_path, links=ADDRESS)
    report = check_package(package)
    assert (report.kind, report.findings, report.launches) == ("common-cartridge", (), ())
    assert names(package) == {
        *("imsmanifest.xml", "syllabus.link.xml"),
        *("unite-un.link.xml", "unite-deux.link.xml"),
    }
    types = {each.get("type") for each in manifest(package).iter(f"{CC}resource")}
    assert types == {"imsbasiclti_xmlv1p3"}
    assert warnings(course, tmp_path, links=ADDRESS) == []


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("unite-un", Target(TargetKind.UNIT, "unite-un")),
        ("syllabus", Target(TargetKind.SYLLABUS)),
    ],
)
def test_a_link_says_to_the_tool_what_to_open(tmp_path, name, target):
    course = every_kind(tmp_path / "course")
    link = manifest(box(course, CommonCartridge(), tmp_path, links=ADDRESS), f"{name}.link.xml")
    custom = {each.get("name"): each.text for each in link.find(f"{BLTI}custom")}
    assert custom.pop("course") == course.slug
    assert asked_for(course, custom) == target
    assert link.findtext(f"{BLTI}secure_launch_url") == "https://arrimage.example/outil/lti/launch"
