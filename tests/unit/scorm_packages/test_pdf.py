"""PDF, read back by another library: tagged, outlined, whole, and the same every time."""

from pathlib import Path

import pypdf
import pytest

from course_content.loader import load_course
from course_content.model import Contributor
from scorm_packages.books.markup import prose
from scorm_packages.books.typst_code import Typesetter, literal
from scorm_packages.package import PackageError
from scorm_packages.partners import Look, Partner
from scorm_packages.pdf import Pdf
from scorm_packages.rendered import RenderedCourse
from tests.unit.scorm_packages.boxes import box, leftovers
from tests.unit.scorm_packages.courses import every_kind, fr, miniature

COURSES = Path(__file__).parents[2] / "courses"
MODULE = Path(__file__).parents[3] / "course_content/courses/engagement-parties-prenantes"
ANSWERS = "Réponses et explications"


def squeezed(text):
    """Without spaces and hyphens: lines are broken where it suits the page."""
    return "".join(text.split()).replace("-", "").replace("\u00ad", "").replace("‐", "")


def said(reader):
    return squeezed("".join(page.extract_text() for page in reader.pages))


def titles(outline):
    """An outline as pypdf nests it: a title, then the list of what is below it."""
    return [titles(each) if isinstance(each, list) else each.title for each in outline]


def expected(course):
    """The outline of a course as that of its book has to be."""
    whole = []
    for part in course.outline["parts"]:
        units = []
        for unit in part["units"]:
            units.append(unit["title"])
            steps = [step["title"] for step in unit["steps"] if len(unit["steps"]) > 1]
            units += [steps] if steps else []
        whole += units if part["id"] == "accueil" else [part["title"], units]
    return whole + [each["title"] for each in course.outline["appendices"]]


def expected_units(course):
    return [unit["title"] for part in course.outline["parts"] for unit in part["units"]]


def without_answers(outline):
    return [
        without_answers(each) if isinstance(each, list) else each
        for each in outline
        if each != ANSWERS
    ]


def figures(element, found):
    """Collect the kinds of structure elements, and the alternatives of figures."""
    for child in element.get("/K", []) if isinstance(element.get("/K"), list) else []:
        node = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(node, dict) and "/S" in node:
            found.append((node["/S"], node.get("/Alt")))
            figures(node, found)
    return found


@pytest.fixture(scope="module")
def course():
    return load_course(MODULE)


@pytest.fixture(scope="module")
def module(course, tmp_path_factory):
    """The whole module, set once."""
    return pypdf.PdfReader(box(course, Pdf(), tmp_path_factory.mktemp("module")))


def test_the_whole_module_is_tagged_and_says_its_language_and_title(module):
    root = module.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == "fr"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert module.metadata.title == "Engagement des parties prenantes"


def test_its_outline_is_the_course_s_own(course, module):
    outline = titles(module.outline)
    assert without_answers(outline) == expected(RenderedCourse(course, "fr"))
    assert ANSWERS in outline[2][1]


def places(outline):
    """Every entry of an outline, at any depth."""
    for each in outline:
        yield from places(each) if isinstance(each, list) else [each]


def test_its_outline_leads_to_every_unit(course, module):
    units = {squeezed(title) for title in expected_units(RenderedCourse(course, "fr"))}
    for place in places(module.outline):
        if squeezed(place.title) in units:
            page = module.pages[module.get_destination_page_number(place)]
            assert squeezed(place.title) in squeezed(page.extract_text())
            units.discard(squeezed(place.title))
    assert units == set()


def test_pictures_headings_tables_and_links_are_tagged(tmp_path):
    package = box(load_course(COURSES / "every-kind"), Pdf(), tmp_path)
    found = figures(pypdf.PdfReader(package).trailer["/Root"]["/StructTreeRoot"], [])
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/Link", "/Figure"} <= {k for k, _ in found}
    assert "Deux cercles qui se croisent" in [alt for kind, alt in found if kind == "/Figure"]


def test_the_same_course_gives_the_same_bytes(tmp_path):
    course = load_course(COURSES / "every-kind")
    one, two = (box(course, Pdf(), tmp_path / name) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert one.name.endswith(".pdf")


def test_every_kind_of_question_and_its_answer_are_printed(tmp_path):
    package = box(every_kind(tmp_path / "course"), Pdf(), tmp_path)
    text = said(pypdf.PdfReader(package))
    for each in ("A. Choix a", "Étape 4", "Droite 3", "2,5 heures (à 0,1 près)", "Eh oui."):
        assert squeezed(each) in text


def test_workshops_are_sheets_in_it(tmp_path):
    package = box(load_course(COURSES / "atelier"), Pdf(), tmp_path)
    text = said(pypdf.PdfReader(package))
    assert squeezed("Rôle ou organisation") in text
    assert squeezed("Dessinez ici.") in text


def test_an_english_course_makes_an_english_pdf(tmp_path):
    reader = pypdf.PdfReader(box(load_course(COURSES / "bilingual"), Pdf(), tmp_path, "en"))
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert "Contents" in said(reader)


def test_a_partner_s_words_and_the_authors_are_in_it(tmp_path):
    course = miniature(contributors=(Contributor("author", "Une Autrice"),), version="2026.11")
    partner = Partner("exemple", title="Université", look=Look("Mon École", "#0b5563"))
    reader = pypdf.PdfReader(box(course, Pdf(), tmp_path, partner=partner))
    assert reader.metadata.author == "Une Autrice"
    assert reader.metadata.creation_date.isoformat().startswith("2026-11-01")
    assert "MonÉcole" in said(reader)


def test_nothing_that_an_author_writes_is_run(tmp_path):
    course = miniature(title=fr('#read("/course.yaml") " + read("x") + "\\ $x$ *b* `c`'))
    course.units[0].steps[0].body["fr"] = 'Du texte : #panic("non") \\" #let x = "1" <a> @b'
    text = said(pypdf.PdfReader(box(course, Pdf(), tmp_path)))
    assert '#read("/course.yaml")"+read("x")+"\\$x$*b*`c`' in text
    assert '#panic("non")' in text


def test_a_picture_that_cannot_be_set_is_told(tmp_path):
    course = every_kind(tmp_path / "course")
    (course.folder / "media/plan.svg").write_text("<svg", encoding="utf-8")
    with pytest.raises(PackageError, match="The PDF could not be made"):
        box(course, Pdf(), tmp_path / "out")
    assert leftovers(tmp_path) == ["course"]


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ("<p>a<br>b</p>", 'par({ "a"; linebreak(); "b" })'),
        ('<p><span lang="en-GB">who</span></p>', 'par({ { text(lang: "en", { "who" }) } })'),
        ("<pre>a\n  b</pre>", 'raw(block: true, "a" + "\\n" + "  b")'),
        ("<blockquote><p>a</p></blockquote>", 'quote(block: true, {\npar({ "a" })\n})'),
        ("<hr>", "rule"),
        ('<img src="media/x.png" alt="">', 'par({ pdf.artifact(image("/media/x.png")) })'),
        ("<p><q>a</q><wbr><sup>2</sup></p>", 'par({ quote({ "a" }); "\u200b"; super({ "2" }) })'),
        ('<p><a href="media/x.csv">x</a></p>', 'par({ { "x" } })'),
    ],
)
def test_each_element_is_set_as_what_it_means(html, code):
    assert Typesetter(lambda _address: None).flow(prose(html)) == code


def test_a_heading_never_skips_a_level():
    code = Typesetter(lambda _address: None, 2).flow(prose("<h2>a</h2><h4>b</h4><h6>c</h6>"))
    assert [line.split(",")[0] for line in code.splitlines()] == [
        f"heading(level: {level}" for level in (3, 4, 5)
    ]


def test_a_string_stays_a_string():
    assert literal('a"b\\c\nd') == '"a\\"b\\\\c d"'
