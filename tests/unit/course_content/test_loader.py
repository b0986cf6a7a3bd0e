import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from course_content import render
from course_content.files import UnreadableFile, plain_file
from course_content.loader import (
    BUILTIN_COURSES,
    CourseError,
    CourseNotFound,
    available_courses,
    find_course,
    load_course,
)
from course_content.model import (
    Course,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Page,
    Quiz,
    ShortText,
    SingleChoice,
    TrueFalse,
    localized,
)
from course_content.problems import Problem
from tests.unit.course_content.conftest import COURSES, edit, problems_of

UNIT = "debut/bonjour/unit.yaml"
LESSON = "debut/bonjour/01-lecon.md"
QUIZ = "debut/bonjour/quiz.yaml"

NOT_YAML = "This is not YAML: found character '\\t' that cannot start any token"

# What a sound course becomes


def test_the_smallest_course_loads() -> None:
    course = load_course(COURSES / "minimal")
    assert course.slug == "minimal"
    assert course.version == "1"
    assert course.languages == ("fr",)
    assert [unit.id for unit in course.units] == ["bonjour"]
    page, quiz = course.units[0].steps
    assert page == Page("lecon", {"fr": "La leçon"}, {"fr": "\nOn dit bonjour.\n"})
    assert isinstance(quiz, Quiz)
    assert (quiz.graded, quiz.attempts, quiz.pass_mark) == (True, 0, 60)


def test_every_kind_of_question_loads(every_kind: Course) -> None:
    quiz = every_kind.activity("quiz-tout")
    single, multiple, statement, ordering, matching, numeric, text = quiz.questions
    assert isinstance(single, SingleChoice)
    assert [(choice.id, choice.correct) for choice in single.choices] == [("a", False), ("b", True)]
    assert single.competencies == ("c1",)
    assert isinstance(multiple, MultipleChoice)
    assert [choice.id for choice in multiple.choices] == ["eau", "air", "feu"]
    assert multiple.points == 3
    assert localized(multiple.feedback.partial, "fr") == "En partie."
    assert isinstance(statement, TrueFalse)
    assert statement.answer is False
    assert isinstance(ordering, Ordering)
    assert [localized(item.text, "fr") for item in ordering.items] == [
        *("Observer", "Écouter", "Proposer", "Décider")
    ]
    assert isinstance(matching, Matching)
    assert matching.pairs[1].right.id == matching.pairs[2].right.id
    assert matching.pairs[0].right.id != matching.pairs[1].right.id
    assert isinstance(numeric, Numeric)
    assert (numeric.answer, numeric.tolerance) == (25, 0.5)
    assert isinstance(text, ShortText)
    assert text.accepted == ("partie prenante", "stakeholder")


def test_ids_of_items_do_not_tell_their_place(minimal: Path, every_kind: Course) -> None:
    ordering = every_kind.activity("quiz-tout").question("ordre")
    assert isinstance(ordering, Ordering)
    ids = [item.id for item in ordering.items]
    assert len(set(ids)) == len(ids)
    quiz = minimal / QUIZ
    turned = "[Décider, Proposer, Écouter, Observer]"
    quiz.write_text(
        (COURSES / "every-kind/tout/questions/quiz.yaml")
        .read_text(encoding="utf-8")
        .replace("[Observer, Écouter, Proposer, Décider]", turned)
        .replace("    competencies: [c1]\n", ""),
        encoding="utf-8",
    )
    other = load_course(minimal).activity("quiz-tout").question("ordre")
    assert isinstance(other, Ordering)
    assert [item.id for item in other.items] == ids[::-1]


def test_a_page_is_there_in_each_language_that_has_its_file() -> None:
    course = load_course(COURSES / "bilingual")
    both, one = course.units[0].steps
    assert isinstance(both, Page)
    assert both.title == {"fr": "Leçon", "en": "Lesson"}
    assert isinstance(one, Page)
    assert list(one.body) == ["fr"]
    assert localized(one.title, "en") == "En français seulement"
    assert course.syllabus.page.title["en"] == "Overview"


def test_the_same_folder_gives_the_same_course() -> None:
    assert load_course(COURSES / "every-kind") == load_course(COURSES / "every-kind")


def test_the_courses_of_the_package_have_no_mistake() -> None:
    courses = available_courses([BUILTIN_COURSES])
    assert "engagement-parties-prenantes" in courses
    for folder in courses.values():
        assert load_course(folder).units


# The institution


def test_what_the_institution_says_replaces_the_value_of_the_course() -> None:
    course = load_course(COURSES / "every-kind", {"ects": "6", "langue": "Français et anglais"})
    values = {field.id: field.value for field in course.syllabus.fields}
    assert values == {"ects": {"fr": "6"}, "langue": {"fr": "Français et anglais"}}


def test_without_the_institution_its_fields_stay_open() -> None:
    course = load_course(COURSES / "every-kind")
    values = {field.id: field.value for field in course.syllabus.fields}
    assert values == {"ects": None, "langue": {"fr": "Français"}}


def test_a_value_for_a_field_that_is_not_there_is_reported() -> None:
    assert problems_of(COURSES / "every-kind", {"ectss": "6"}) == (
        Problem(
            "institution values",
            None,
            "“ectss” is not a field of this course's syllabus.",
            "Did you mean “ects”?",
        ),
    )


def test_a_blank_value_of_the_institution_is_reported() -> None:
    (problem,) = problems_of(COURSES / "every-kind", {"ects": " "})
    assert problem.message == "The value of “ects” is not a text."


# Mistakes


def test_all_mistakes_of_all_files_are_reported_at_once() -> None:
    said = [
        (problem.path, problem.line, problem.message.partition(".")[0])
        for problem in problems_of(COURSES / "many-mistakes")
    ]
    assert said == [
        ("course.yaml", 1, "“licence” is missing"),
        ("course.yaml", 2, "“version” is not a text"),
        ("course.yaml", 5, "“license” is not a key here"),
        ("course.yaml", 16, "“un/absente/unit"),
        ("syllabus.md", 1, "This page has no title"),
        ("un/deuxieme/unit.yaml", 3, NOT_YAML),
        ("un/premiere/01-lecon.md", 3, "“@freman1984” is not a reference of this course"),
        ("un/premiere/01-lecon.md", 5, "This image has no text alternative"),
        ("un/premiere/01-lecon.md", 5, "“media/dessin"),
        ("un/premiere/01-lecon.md", 7, "“<b>”, written so, is HTML that a course does not use"),
        ("un/premiere/quiz.yaml", 10, "“@inconnue” is not a reference of this course"),
        ("un/premiere/quiz.yaml", 11, "“questions[1]"),
        ("un/premiere/quiz.yaml", 13, "“questions[1]"),
        ("un/premiere/quiz.yaml", 14, "“questions[2]"),
        ("un/premiere/quiz.yaml", 17, "“questions[2]"),
        ("un/premiere/unit.yaml", 2, "“minutes” is not a whole number from 1 to 600"),
        ("un/premiere/unit.yaml", 4, "“c2” is not a competency of this course"),
        ("un/premiere/unit.yaml", 7, "“un/premiere/02-absente"),
    ]


def test_every_problem_says_how_to_mend_it() -> None:
    for problem in problems_of(COURSES / "many-mistakes"):
        assert problem.remedy.endswith((".", "?"))
        assert str(problem).startswith(problem.path)


def test_a_misspelt_key_is_told_with_the_right_one() -> None:
    (problem,) = (p for p in problems_of(COURSES / "many-mistakes") if "license" in p.message)
    assert problem.remedy == "Did you mean “licence”?"


def cases(file: str) -> list[Any]:
    """Return the cases of a file beside this one, each named by its message."""
    listed = YAML(typ="safe").load(Path(__file__).with_name(file))
    return [pytest.param(case, id=case["message"]) for case in listed]


@pytest.mark.parametrize("case", cases("mistakes.yaml"))
def test_a_mistake_is_reported_where_it_stands(minimal: Path, case: dict[str, Any]) -> None:
    edit(minimal / case["file"], case["old"], case["new"])
    problems = problems_of(minimal)
    places = [(each.path, each.line) for each in problems if case["message"] in each.message]
    assert places == [(case["file"], case["line"])], problems


@pytest.mark.parametrize("case", cases("questions.yaml"))
def test_a_question_that_cannot_be_answered_is_reported(
    minimal: Path, case: dict[str, Any]
) -> None:
    (minimal / QUIZ).write_text(
        "id: quiz\ntitle: Quiz\ninstructions: Répondez.\nquestions:\n"
        f"  - id: q1\n    kind: {case['kind']}\n    prompt: Alors ?\n    {case['lines']}\n",
        encoding="utf-8",
    )
    problems = problems_of(minimal)
    (line,) = [each.line for each in problems if case["message"] in each.message]
    assert (line or 0) >= (5 if "missing" in case["message"] else 8)


def test_the_same_quiz_id_in_two_units_is_reported(minimal: Path) -> None:
    edit(minimal / "course.yaml", "[bonjour]", "[bonjour, encore]")
    other = minimal / "debut" / "encore"
    other.mkdir()
    for name in (UNIT, QUIZ, LESSON):
        (other / Path(name).name).write_bytes((minimal / name).read_bytes())
    (problem,) = problems_of(minimal)
    assert problem == Problem(
        "debut/encore/quiz.yaml",
        1,
        f"The id “quiz-bonjour” is used in {QUIZ} already.",
        "Choose another id.",
    )


def test_links_to_a_unit_that_could_not_be_read_are_not_blamed(minimal: Path) -> None:
    edit(minimal / UNIT, "title: Bonjour", "title: 'Bonjour")
    edit(minimal / "syllabus.md", "Un cours", "[Un cours](bonjour/lecon)")
    assert {problem.path for problem in problems_of(minimal)} == {UNIT}


def test_an_unreadable_course_file_is_the_only_problem_told(minimal: Path) -> None:
    (minimal / "course.yaml").write_text("title: [", encoding="utf-8")
    (problem,) = problems_of(minimal)
    assert problem.path == "course.yaml"


# Files that are not what they should be


def test_a_folder_without_a_course_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "nulle-part")
    assert (problem.path, problem.message) == ("course.yaml", "This file does not exist.")


def test_a_folder_whose_name_cannot_be_an_address_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "Mon Cours")
    assert "is not a name for a course's folder" in problem.message


def test_a_file_in_another_encoding_is_reported_with_its_line(minimal: Path) -> None:
    (minimal / LESSON).write_bytes("# Leçon\n\nUn accent : é\n".encode("latin-1"))
    (problem,) = problems_of(minimal)
    assert (problem.path, problem.line) == (LESSON, 1)
    assert problem.message == "This file is not in UTF-8."


def test_windows_line_ends_and_a_byte_order_mark_are_welcome(minimal: Path) -> None:
    for name in ("course.yaml", "syllabus.md", UNIT, LESSON, QUIZ):
        file = minimal / name
        text = file.read_text(encoding="utf-8").replace("\n", "\r\n")
        file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    changed, same = load_course(minimal), load_course(COURSES / "minimal")
    assert changed.parts == same.parts


def test_an_empty_file_is_reported(minimal: Path) -> None:
    (minimal / UNIT).write_text("\n", encoding="utf-8")
    assert Problem(UNIT, None, "This file is empty.", "Write its keys, or delete it.") in (
        problems_of(minimal)
    )


def test_a_huge_file_is_not_read(minimal: Path) -> None:
    (minimal / LESSON).write_text("# Titre\n\n" + "a" * 300_000, encoding="utf-8")
    (problem,) = problems_of(minimal)
    assert problem.message == "This file has 292 KiB, and 256 is the most."


def test_a_deeply_nested_file_is_refused(minimal: Path) -> None:
    (minimal / UNIT).write_text("[" * 5000, encoding="utf-8")
    (problem,) = problems_of(minimal)
    assert "nested deeper than 20 levels" in problem.message


def test_a_yaml_bomb_is_refused_unexploded(minimal: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{last}'] * 9)}]"
        for last, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    (minimal / UNIT).write_text("\n".join(lines), encoding="utf-8")
    (problem,) = problems_of(minimal)
    assert (problem.line, problem.message) == (
        2,
        "“*a” is an alias, and aliases are not used here.",
    )


def test_python_objects_in_yaml_are_refused(minimal: Path) -> None:
    edit(minimal / UNIT, "title: Bonjour", "title: !!python/object/apply:os.system [id]")
    assert any("tag" in problem.message for problem in problems_of(minimal))


@pytest.mark.parametrize(
    ("escape", "said"),
    [
        ("\\0", "a control character (U+0000)"),
        ("\\e", "a control character (U+001B)"),
        ("\\ud800", "a character that no page can show (U+D800)"),
        ("\\ufffe", "a character that no page can show (U+FFFE)"),
    ],
)
@pytest.mark.parametrize("place", ["title: {}", "{}: 1\ntitle: x"])
def test_what_no_page_can_show_is_refused_behind_an_escape_too(
    minimal: Path, escape: str, said: str, place: str
) -> None:
    edit(minimal / UNIT, "title: Bonjour", place.format(f'"Bonjour{escape}"'))
    problems = problems_of(minimal)
    assert f"This line holds {said}." in {each.message for each in problems}
    assert all(str(each).encode() for each in problems)


def test_a_page_that_xml_cannot_hold_is_refused(minimal: Path) -> None:
    edit(minimal / LESSON, "On dit", "On \uffff dit")
    (problem,) = problems_of(minimal)
    assert "that no page can show (U+FFFF)" in problem.message


@pytest.mark.parametrize("name", [LESSON, QUIZ, UNIT, "syllabus.md", "course.yaml"])
def test_a_symbolic_link_is_not_followed(minimal: Path, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    (minimal / name).rename(outside)
    (minimal / name).symlink_to(outside)
    assert "This path leads out of the course's folder." in {
        problem.message for problem in problems_of(minimal)
    }


def test_a_linked_folder_is_not_followed(minimal: Path, tmp_path: Path) -> None:
    (minimal / "debut").rename(tmp_path / "debut")
    (minimal / "debut").symlink_to(tmp_path / "debut")
    (problem,) = problems_of(minimal)
    assert problem.message == "This path leads out of the course's folder."


def test_a_linked_picture_is_not_followed(minimal: Path, tmp_path: Path) -> None:
    (minimal / "media").mkdir()
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (minimal / "media/photo.png").symlink_to(tmp_path / "photo.png")
    edit(minimal / LESSON, "On dit", "![Une](media/photo.png) et ![deux](media/photo.png) disent")
    (problem,) = problems_of(minimal)
    assert problem.path == "media/photo.png"


def test_a_file_that_may_not_be_read_says_who_can_mend_it(
    minimal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (problem,) = problems_of(minimal)
    assert problem.message == "This file cannot be read: Permission denied."
    assert "account" in problem.remedy


def test_a_name_too_long_for_the_system_is_a_problem_like_others(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        plain_file(tmp_path, "a" * 5000)


def test_a_pipe_is_not_waited_for(minimal: Path) -> None:
    (minimal / LESSON).unlink()
    os.mkfifo(minimal / LESSON)
    (problem,) = problems_of(minimal)
    assert problem.message == "This is not a plain file."


# Finding courses


def test_courses_are_found_by_name_under_several_roots(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "minimal").mkdir(parents=True)
    (own / "minimal" / "course.yaml").touch()
    (own / "no-course").mkdir()
    (own / "Not A Name").mkdir()
    (own / "Not A Name" / "course.yaml").touch()
    roots = [own, tmp_path / "absent", COURSES]
    courses = list(available_courses(roots))
    assert {"bilingual", "every-kind", "minimal"} <= set(courses)
    assert {"no-course", "Not A Name"}.isdisjoint(courses)
    assert courses == sorted(courses)
    assert find_course("minimal", roots) == own / "minimal"
    assert find_course("bilingual", roots) == COURSES / "bilingual"


@pytest.mark.parametrize("name", ["../courses/minimal", "minimal/", "/etc", "", ".", "minimal\0"])
def test_a_name_never_leads_to_another_folder(name: str) -> None:
    with pytest.raises(CourseNotFound):
        find_course(name, [COURSES])


def test_a_misspelt_course_is_told_with_the_right_name() -> None:
    with pytest.raises(CourseNotFound, match="Did you mean “minimal”"):
        find_course("minimall", [COURSES])


# Whatever the files say

PIECES = st.sampled_from(
    [
        *("- ", ": ", "\n", "\n  ", "[", "]", "{", "}", "&a", "*a", "!!", "|", ">", "#", "'", '"'),
        *(
            "\t",
            "\x00",
            "\ud7ff",
            "null",
            "~",
            "true",
            "3",
            "-1",
            ".inf",
            "2026-01-01",
            "<<",
            "%YAML",
        ),
        *("[@x]", "](", "![", ":::", "<script>", "media/", "text", "id", "kind", "é", "---", "..."),
        *("0x1F", "1_000", "1e9", "? ", "=", "@", "`", "[^1]", "{lang=", "\u2028", "\U0001f600"),
    ]
)
MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["course.yaml", "syllabus.md", UNIT, LESSON, QUIZ]),
        st.floats(0, 1),
        st.integers(0, 12),
        st.lists(PIECES, max_size=6).map("".join),
    ),
    min_size=1,
    max_size=4,
)


def refused_or_played(folder: Path) -> bool:
    """Return whether loading gave a course that renders, or problems that say what to do."""
    try:
        course = load_course(folder)
    except CourseError as refusal:
        return all(problem.message and problem.remedy for problem in refusal.problems)
    language = course.languages[0]
    boot = render.boot(course, language, render.Visit(delivery="local", with_keys=True))
    return bool(render.json_for_script(boot)) and not render.media_files(course)


@settings(
    # Every example writes all the files anew, so the folder may be the same for all.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(MUTATIONS)
def test_whatever_the_files_say_a_course_is_loaded_or_refused(
    minimal: Path, mutations: list[tuple[str, float, int, str]]
) -> None:
    texts = {
        name: (COURSES / "minimal" / name).read_text(encoding="utf-8")
        for name in ("course.yaml", "syllabus.md", UNIT, LESSON, QUIZ)
    }
    for name, where, removed, added in mutations:
        place = int(where * len(texts[name]))
        texts[name] = texts[name][:place] + added + texts[name][place + removed :]
    for name, text in texts.items():
        (minimal / name).write_text(text, encoding="utf-8", newline="")
    assert refused_or_played(minimal)
