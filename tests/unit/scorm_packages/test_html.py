"""Web sites: one folder that needs no server, and says how it is opened."""

from lxml import html

from course_content.model import Competency, Contributor
from scorm_packages.check import check_package
from scorm_packages.html import Html
from scorm_packages.partners import Look, Partner
from tests.unit.scorm_packages.boxes import boot, box, content, names
from tests.unit.scorm_packages.courses import every_kind, fr, miniature


def test_a_site_is_one_folder_with_its_page_on_top(tmp_path):
    package = box(every_kind(tmp_path / "course"), Html(), tmp_path)
    assert {name.removeprefix("tous-les-genres/") for name in names(package)} == {
        "LISEZMOI.txt",
        "index.html",
        "media/plan.svg",
        "player.css",
        "player.js",
        "unit-syllabus.js",
        "unit-unite-deux.js",
        "unit-unite-un.js",
    }


def test_a_site_passes_its_check_and_waits_for_no_platform(tmp_path):
    package = box(every_kind(tmp_path / "course"), Html(), tmp_path)
    report = check_package(package)
    assert (report.kind, report.findings) == ("html", ())
    assert report.launches == ("tous-les-genres/index.html",)
    told = boot(package, report.launches[0])
    assert (told["delivery"], told["units"], told["options"]["mastery"]) == ("local", {}, None)


def test_the_same_course_gives_the_same_bytes(tmp_path):
    course = every_kind(tmp_path / "course")
    one, other = (box(course, Html(), tmp_path / out) for out in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


def test_the_page_tells_catalogues_what_the_course_is(tmp_path):
    course = miniature(
        keywords=(fr("été"), fr("essai")),
        contributors=(Contributor("author", "Ada <A>"), Contributor("editor", "Bo")),
        competencies=(Competency("c1", fr("Situer")),),
    )
    package = box(course, Html(), tmp_path, partner=Partner("p", title="École d’été"))
    page = html.fromstring(content(package, "mini/index.html"))
    told = [(each.get("name"), each.get("content")) for each in page.iter("meta")]
    assert told[3:] == [
        ("description", "Un résumé."),
        ("keywords", "été, essai"),
        ("author", "Ada <A>"),
        ("dcterms.contributor", "Bo"),
        ("dcterms.publisher", "École d’été"),
        ("dcterms.rights", "À préciser."),
        ("dcterms.subject", "Situer"),
    ]


def test_a_partner_finds_its_look_its_licence_and_its_units(tmp_path):
    partner = Partner(
        "p",
        title="École d’été",
        look=Look("Été", "#0b5563"),
        without=("unite-deux",),
        licence="Pour les étudiantes et étudiants de l’école.",
    )
    package = box(every_kind(tmp_path / "course"), Html(), tmp_path, partner=partner)
    assert "tous-les-genres/unit-unite-deux.js" not in names(package)
    assert boot(package, "tous-les-genres/index.html")["look"]["mark"] == "Été"
    text = content(package, "tous-les-genres/LISEZMOI.txt").decode("utf-8-sig")
    assert text.startswith("Cours d’été & <essai>\r\nVersion 1 · École d’été\r\n")
    assert "Pour les étudiantes et étudiants de l’école." in text
    assert check_package(package).findings == ()


def test_the_text_beside_it_is_in_the_language_of_its_readers(tmp_path):
    french = content(box(miniature(), Html(), tmp_path), "mini/LISEZMOI.txt")
    english = content(box(miniature(), Html(), tmp_path, "en"), "mini/README.txt")
    assert "« Télécharger mon travail »" in french.decode("utf-8-sig").replace("\u00a0", " ")
    assert "“Download my work”" in english.decode("utf-8-sig")


def test_beside_a_course_in_another_language_it_speaks_as_the_player_does(tmp_path):
    course = miniature(languages=("oc",), title={"oc": "Cors"})
    package = box(course, Html(), tmp_path, "oc")
    assert "Télécharger mon travail" in content(package, "mini/LISEZMOI.txt").decode("utf-8-sig")
