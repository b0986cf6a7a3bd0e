import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

from course_content import render
from course_content.files import UnreadableFile
from course_content.loader import BUILTIN_COURSES, available_courses, load_course
from course_content.model import Course, Quiz
from course_content.render import Assets, PlayerNotBuilt, Visit
from tests.unit.course_content.conftest import COURSES, edit

ASSETS = Assets(script="player.js", style="player.css")


class Ids(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        values = dict(attrs)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        href = values.get("href") or ""
        if href.startswith("#") and not href.startswith("#/"):
            self.targets.append(href[1:])


# The outline


def test_the_outline_begins_with_the_syllabus(every_kind: Course) -> None:
    home = render.outline(every_kind, "fr")["parts"][0]
    assert home == {
        "id": "accueil",
        "title": "Accueil",
        "summary": "",
        "units": [
            {
                "id": "syllabus",
                "title": "Le syllabus",
                "minutes": 1,
                "outcomes": [],
                "steps": [
                    {"id": "syllabus", "title": "Le syllabus", "kind": "page", "graded": False}
                ],
            }
        ],
    }


def test_the_outline_tells_parts_units_and_steps(every_kind: Course) -> None:
    outline = render.outline(every_kind, "fr")
    assert outline["slug"] == "every-kind"
    assert outline["version"] == "2"
    assert outline["language"] == "fr"
    assert outline["summary"] == "Tout ce qu’un cours peut contenir."
    _home, whole, later = outline["parts"]
    assert later["units"] == []
    texts, questions = whole["units"]
    assert texts["outcomes"] == ["Lire\u00a0: de tout"]
    assert texts["minutes"] == 5
    assert texts["steps"][0] == {
        "id": "tout",
        "title": "Tout ce qu’une page contient",
        "kind": "page",
        "graded": False,
    }
    assert questions["steps"] == [
        {"id": "quiz-tout", "title": "Sept sortes de questions", "kind": "quiz", "graded": True}
    ]


def test_the_outline_keeps_what_one_looks_up_apart(every_kind: Course) -> None:
    appendices = render.outline(every_kind, "fr")["appendices"]
    assert [(page["id"], page["title"], page["minutes"]) for page in appendices] == [
        ("glossaire", "Glossaire", 0),
        ("bibliographie", "Bibliographie", 0),
    ]
    assert [[step["id"] for step in page["steps"]] for page in appendices] == [
        ["glossaire"],
        ["bibliographie"],
    ]
    assert render.outline(load_course(COURSES / "minimal"), "fr")["appendices"] == []


def test_a_course_speaks_the_language_asked_for() -> None:
    course = load_course(COURSES / "bilingual")
    assert render.outline(course, "en")["title"] == "Two languages"
    assert render.outline(course, "en")["parts"][0]["title"] == "Home"
    steps = render.unit_content(course, "unite", "en")["steps"]
    assert "Hello!" in steps["lecon"]["html"]
    assert 'aria-label="Key point"' in steps["lecon"]["html"]
    assert "Bonjour." in steps["seule"]["html"]


# Units


def test_a_page_shows_the_sources_it_cites_and_leads_to_them(every_kind: Course) -> None:
    html = render.unit_content(every_kind, "textes", "fr")["steps"]["tout"]["html"]
    page = Ids(html)
    cited = [target for target in page.targets if target.startswith("ref-")]
    assert [target.rpartition("-")[2] for target in cited] == [
        *("freeman1984", "mitchell1997", "donaldson1995", "iso", "loi")
    ]
    assert set(page.targets) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert "<h2>Références</h2>" in html


def test_a_page_that_cites_nothing_has_no_list_of_sources(every_kind: Course) -> None:
    steps = render.unit_content(every_kind, "textes", "fr")["steps"]
    link = '<a class="term" href="#/glossaire/saillance">saillance</a>'
    assert steps["apres"] == {"html": f"<p>Rien de plus sur la {link}.</p>\n"}


def test_the_page_begins_below_the_title_that_the_player_gives_it(every_kind: Course) -> None:
    html = render.unit_content(every_kind, "textes", "fr")["steps"]["tout"]["html"]
    assert "Tout ce qu" not in html
    assert "<h1" not in html
    assert "<h2>Une figure</h2>" in html


def test_the_syllabus_leaves_to_the_institution_what_only_it_can_say(every_kind: Course) -> None:
    html = render.unit_content(every_kind, "syllabus", "fr")["steps"]["syllabus"]["html"]
    assert (
        '<dt>Crédits ECTS</dt>\n<dd class="to-complete">À renseigner par l’établissement</dd>'
        in html
    )
    assert "<dt>Langue</dt>\n<dd>Français</dd>" in html
    assert "references" not in html


def test_the_syllabus_shows_what_the_institution_said() -> None:
    course = load_course(COURSES / "every-kind", {"ects": "6 <b>crédits</b> ?"})
    html = render.unit_content(course, "syllabus", "fr")["steps"]["syllabus"]["html"]
    assert "<dd>6 &lt;b&gt;crédits&lt;/b&gt;\u202f?</dd>" in html


def test_a_syllabus_without_fields_has_no_sheet() -> None:
    course = load_course(COURSES / "minimal")
    html = render.unit_content(course, "syllabus", "fr")["steps"]["syllabus"]["html"]
    assert html == "<p>Un cours pour essayer.</p>\n"


def test_a_unit_gives_its_activities_without_answers(every_kind: Course) -> None:
    content = render.unit_content(every_kind, "questions", "fr")
    assert list(content["steps"]) == ["quiz-tout"]
    assert "correct" not in json.dumps(content)


def test_media_are_addressed_where_the_delivery_keeps_them(every_kind: Course) -> None:
    content = render.unit_content(
        every_kind, "textes", "fr", media_base="/content/every-kind/media/"
    )
    html = content["steps"]["tout"]["html"]
    assert 'src="/content/every-kind/media/cercles.svg"' in html
    assert 'href="/content/every-kind/media/fiche.csv"' in html


def test_a_unit_that_is_not_there_is_a_key_error(every_kind: Course) -> None:
    with pytest.raises(KeyError):
        render.unit_content(every_kind, "absente", "fr")


def test_what_is_returned_may_be_changed_without_harm(every_kind: Course) -> None:
    before = json.dumps(render.unit_content(every_kind, "textes", "fr"))
    render.unit_content(every_kind, "textes", "fr")["steps"].clear()
    render.outline(every_kind, "fr")["parts"].clear()
    assert json.dumps(render.unit_content(every_kind, "textes", "fr")) == before


def test_the_answer_keys_of_all_activities_are_given(every_kind: Course) -> None:
    keys = render.answer_keys(every_kind, "fr")
    assert list(keys) == ["quiz-tout"]
    assert list(keys["quiz-tout"]) == [
        *("seul", "plusieurs", "affirmation", "ordre", "paires", "nombre", "mot")
    ]


# Media


def test_only_the_media_that_texts_use_are_listed(every_kind: Course) -> None:
    assert render.media_files(every_kind) == {
        "media/cercles.svg": every_kind.folder / "media/cercles.svg",
        "media/fiche.csv": every_kind.folder / "media/fiche.csv",
    }


def test_a_medium_that_vanished_or_leads_elsewhere_is_refused(copy_of: Any, tmp_path: Path) -> None:
    course = load_course(copy_of("every-kind"))
    drawing = course.folder / "media/cercles.svg"
    drawing.rename(tmp_path / "ailleurs.svg")
    with pytest.raises(UnreadableFile, match="does not exist"):
        render.media_files(course)
    drawing.symlink_to(tmp_path / "ailleurs.svg")
    with pytest.raises(UnreadableFile, match="leads out"):
        render.media_files(course)


# Boot and document


def test_a_package_embeds_the_whole_course_with_its_keys(every_kind: Course) -> None:
    boot = render.boot(every_kind, "fr", Visit(delivery="scorm12", with_keys=True, mastery=70))
    assert boot["delivery"] == "scorm12"
    assert boot["language"] == "fr"
    assert boot["role"] == "learner"
    assert boot["course"] == render.outline(every_kind, "fr")
    assert list(boot["units"]) == [
        *("syllabus", "textes", "questions"),
        *("glossaire", "bibliographie"),
    ]
    assert boot["keys"] == render.answer_keys(every_kind, "fr")
    assert boot["options"] == {"start": None, "scope": [], "mastery": 70}
    assert "session" not in boot
    assert "snapshot" not in boot


def test_a_unit_that_is_not_embedded_comes_by_a_script_with_what_is_said_to_answers(
    every_kind: Course,
) -> None:
    boot = render.boot(
        every_kind, "fr", Visit(delivery="scorm12", units=("syllabus",), with_keys=True)
    )
    keys = render.answer_keys(every_kind, "fr")
    content = render.unit_content(every_kind, "questions", "fr")
    own = {quiz.id: keys[quiz.id] for quiz in every_kind.unit("questions").activities}
    script = render.unit_script(content, own)
    unit = json.loads(script.decode().removeprefix("arrimageUnit(").removesuffix(");\n"))

    assert unit["content"] == content
    for quiz, questions in unit["feedback"].items():
        for question, said in questions.items():
            boot["keys"][quiz][question]["feedback"] = said
    assert unit["feedback"]
    assert boot["keys"] == keys


def test_until_it_comes_the_document_says_which_questions_a_quiz_has(every_kind: Course) -> None:
    boot = render.boot(every_kind, "fr", Visit(delivery="scorm12", units=(), with_keys=True))

    assert boot["units"] == {}
    for quiz in every_kind.activities:
        assert boot["quizzes"][quiz.id]["attempts"] == quiz.attempts
        assert [one["id"] for one in boot["quizzes"][quiz.id]["questions"]] == list(
            boot["keys"][quiz.id]
        )
    assert not any("feedback" in key for quiz in boot["keys"].values() for key in quiz.values())


def test_nobody_breaks_out_of_a_unit_s_script(every_kind: Course) -> None:
    script = render.unit_script(render.unit_content(every_kind, "textes", "fr"), {}).decode()
    assert not set("<>&\u2028\u2029") & set(script)


def test_a_launch_embeds_what_was_opened_and_no_keys(every_kind: Course) -> None:
    boot = render.boot(
        every_kind,
        "fr",
        Visit(
            delivery="lti",
            role="instructor",
            learner="Camille",
            units=("textes",),
            start="textes/tout",
            scope=("textes",),
            session="jeton",
            snapshot={"state": None, "revision": 0, "attempts": {}},
            return_url="https://exemple.org/cours",
        ),
    )
    assert list(boot["units"]) == ["textes"]
    assert "keys" not in boot
    assert boot["session"] == "jeton"
    assert boot["snapshot"]["revision"] == 0
    assert boot["learner"] == {"name": "Camille"}
    assert boot["options"]["start"] == "textes/tout"
    assert boot["returnUrl"] == "https://exemple.org/cours"


def test_a_server_makes_the_same_boot_from_what_it_rendered_before(every_kind: Course) -> None:
    visit = Visit(delivery="lti", units=("textes",), class_page="/class")
    rendered_before = render.boot_data(
        render.outline(every_kind, "fr"),
        {"textes": render.unit_content(every_kind, "textes", "fr")},
        visit,
    )
    assert rendered_before == render.boot(every_kind, "fr", visit)
    assert rendered_before["classPage"] == "/class"


def boot_of(document: str) -> Any:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', document, re.S)
    assert found is not None
    return json.loads(found[1])


def test_the_document_carries_the_boot_whatever_it_says(every_kind: Course) -> None:
    learner = "</script><script>alert(1)</script><!-- & \u2028 'é'"
    boot = render.boot(every_kind, "fr", Visit(delivery="lti", learner=learner, units=()))
    document = render.document(every_kind, "fr", boot=boot, assets=ASSETS)
    assert boot_of(document) == boot
    assert document.count("<script") == 2
    assert "alert(1)</" not in document


def test_the_document_names_language_title_and_assets(every_kind: Course) -> None:
    document = render.document(every_kind, "fr", boot=None, assets=Assets('/p.js?v=1&"', "/p.css"))
    assert '<html lang="fr">' in document
    assert "<title>Toutes les sortes de choses</title>" in document
    assert 'src="/p.js?v=1&amp;&#34;"' in document
    assert 'href="/p.css"' in document
    assert "<noscript>Ce cours a besoin de JavaScript." in document
    assert 'id="boot"' not in document


def test_the_shell_without_a_course_says_nothing_about_any() -> None:
    document = render.document(None, "en", boot=None, assets=ASSETS)
    assert "<noscript>This course needs JavaScript." in document
    assert 'id="boot"' not in document


def test_the_title_of_a_hostile_course_is_no_markup(minimal: Path) -> None:
    edit(minimal / "course.yaml", "Le plus petit cours", "'</title><script>alert(1)</script>'")
    document = render.document(load_course(minimal), "fr", boot=None, assets=ASSETS)
    assert "<script>" not in document


PROGRAM = """
import sys
from pathlib import Path
from course_content import render
from course_content.loader import load_course
course = load_course(Path(sys.argv[1]))
boot = render.boot(course, "fr", render.Visit(delivery="scorm12", with_keys=True))
print(render.document(course, "fr", boot=boot, assets=render.Assets("a.js", "a.css")))
"""


def test_the_same_course_gives_the_same_bytes_in_another_process() -> None:
    documents = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(COURSES / "every-kind")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(documents) == 1


def test_a_player_that_is_not_built_says_who_can_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "_HERE", tmp_path)
    with pytest.raises(PlayerNotBuilt, match="make build"):
        render.player_assets()


def test_a_built_player_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_HERE", tmp_path)
    dist = tmp_path / "player" / "dist"
    dist.mkdir(parents=True)
    names = {
        render.player_script(delivery, language)
        for delivery in get_args(render.Delivery)
        for language in ("fr", "en")
    }
    assert len(names) == 2 * len(get_args(render.Delivery))
    dispatch = ("dispatch.css", "dispatch.fr.js", "dispatch.en.js")
    for name in ("player.css", "player.alone.css", *dispatch, *names):
        (dist / name).touch()
    assert render.player_assets() == dist

    assert render.player_files("scorm12", "fr") == {
        "player.css": dist / "player.alone.css",
        "player.js": dist / "player.scorm12.fr.js",
    }

    (dist / "player.lti.en.js").unlink()
    with pytest.raises(PlayerNotBuilt, match=r"player\.lti\.en\.js"):
        render.player_assets()


def test_the_player_speaks_french_in_a_course_whose_language_it_does_not_speak() -> None:
    assert render.player_script("lti", "en-GB") == "player.lti.en.js"
    assert render.player_script("scorm12", "de") == "player.scorm12.fr.js"


@pytest.mark.parametrize("folder", available_courses([BUILTIN_COURSES]).values(), ids=str)
def test_every_link_in_a_course_of_the_package_leads_somewhere(folder: Path) -> None:
    course = load_course(folder)
    for language in course.languages:
        outline = render.outline(course, language)
        units = [unit for part in outline["parts"] for unit in part["units"]]
        units += outline["appendices"]
        known = {f"{unit['id']}/{step['id']}" for unit in units for step in unit["steps"]}
        known |= {f"glossaire/{term.id}" for term in course.glossary}
        for unit_id in (unit["id"] for unit in units):
            for step in render.unit_content(course, unit_id, language)["steps"].values():
                html = json.dumps(step, ensure_ascii=False).replace('\\"', '"')
                assert set(re.findall(r'href="#/([^"]+)"', html)) <= known
                page = Ids(html)
                assert set(page.targets) <= set(page.ids)
                assert len(page.ids) == len(set(page.ids))


def test_every_activity_of_the_package_can_be_solved() -> None:
    for folder in available_courses([BUILTIN_COURSES]).values():
        course = load_course(folder)
        keys = render.answer_keys(course, course.languages[0])
        quizzes = [step for unit in course.units for step in unit.steps if isinstance(step, Quiz)]
        assert set(keys) == {quiz.id for quiz in quizzes}
        for quiz in quizzes:
            assert list(keys[quiz.id]) == [question.id for question in quiz.questions]
