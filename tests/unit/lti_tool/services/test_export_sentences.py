"""Whatever the exporter can say on the export page is there in French.

What it can say is read in its sources: every text with a space in it is taken for a sentence,
or for the end of one that begins with the place of a value.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import course_content
import lti_tool
import scorm_packages
from course_content.loader import CourseError, CourseNotFound, load_course
from course_content.problems import Problem
from lti_tool.services.export_objections import objections
from lti_tool.services.export_sentences import WORDINGS, said
from lti_tool.services.export_sentences.wording import DETAIL, HOLE
from scorm_packages.options import OptionError, Options
from scorm_packages.package import PackageError
from scorm_packages.partners import ProfileError

COURSE_FOLDER = Path(course_content.__file__).parent
PACKAGE_FOLDER = Path(scorm_packages.__file__).parent
SERVICES = Path(lti_tool.__file__).parent / "services"
COURSES = Path(__file__).parents[3] / "courses"

TALKING: Final = (
    *(
        COURSE_FOLDER / f"{name}.py"
        for name in (
            "crosscheck", "drafts", "fields", "files", "loader", "media", "problems", "schema",
            "workshop_schema",
        )
    ),
    *(
        PACKAGE_FOLDER / f"{name}.py"
        for name in (
            "check", "cmi5", "common_cartridge", "manifest", "options", "package", "partners",
            "scos", "cartridge/qti", "cartridge/questions",
        )
    ),
    *sorted((PACKAGE_FOLDER / "checks").glob("*.py")),
)  # fmt: skip
"""Modules whose texts are all said to people."""
ERRORS: Final = frozenset({"OptionError", "PackageError", "ProfileError"})
"""Whose texts are said to people, wherever they are raised."""
WORDED: Final = "PlayerNotBuilt"
"""An error that brings its own texts."""
AT_THE_START: Final = PACKAGE_FOLDER / "platforms.py"
"""What it says ends the tool before there is a page."""
MARKUP: Final = re.compile(r"<xsd:|\W+$|\(\?<=| href=")
APART: Final = (
    "“{}” begins from “{}”, which is made in the unit {}: another piece, whose work a platform "
    "shows to no other. {}"
)
APART_ENDS: Final = (
    "Learners find nothing of it there.",
    "Learners find there what their browser has of it; the page says so, and how to bring it.",
)
PUT_TOGETHER: Final = frozenset(
    {
        *(f"{APART.removesuffix('{}')}{end}" for end in APART_ENDS),
        "This file is not a set of keys.",
        "an image has no text alternative.",
    }
)
"""Sentences whose parts stand in two places of the sources."""
NOT_SAID: Final = frozenset(
    {
        # Parts of sentences, and where something is wrong.
        "{}, line {}", " or ", "Question {}: {}", "The question {}", "Refused: {}.",
        "See cmi5, section 13.1.", "This file", "an image", "[course] without",
        "institution values", APART, *APART_ENDS,
        # What YAML says, of which ours is made, and a fault of the code itself.
        "mapping values are not allowed", "cannot start any token", "another document",
        "this package has no manifest",
        # Names.
        "SCORM {}", "SCORM 1.2", "SCORM 2004", "ADL SCORM",
        "IMS Common Cartridge", "IMS Thin Common Cartridge", "2004 3rd Edition",
        "2004 4th Edition", "No known kind of package",
        "the SCORM 1.2 Content Aggregation Model, chapter 2.3",
        "the SCORM 2004 Content Aggregation Model, chapter 3",
    }
)  # fmt: skip


def sources() -> Iterator[Path]:
    for folder in (COURSE_FOLDER, PACKAGE_FOLDER, SERVICES):
        for path in sorted(folder.rglob("*.py")):
            if path not in (*TALKING, AT_THE_START) and path.parent.name != "export_sentences":
                yield path


def template(node: ast.AST) -> str | None:
    """Return a text of a source, with a hole for each of its values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(template(each) or "{}" for each in node.values)
    return None


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield the texts with words in them that people are told while something is wrong.

    That leaves out docstrings, what options mean, and what formats are called and are for.
    """
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return
    if isinstance(tree, ast.Assign) and ast.unparse(tree.targets[0]) in {"title", "purpose"}:
        return
    found = template(tree)
    if found is not None:
        if " " in found and not MARKUP.match(found):
            yield from found.split("\n")
        return
    is_option = isinstance(tree, ast.Call) and getattr(tree.func, "id", "") == "Option"
    for child in tree.args[:1] if is_option else ast.iter_child_nodes(tree):  # type: ignore[attr-defined]  # a call, if it is one
        yield from texts(child)


def raised(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what errors are made of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
            yield from node.args
        elif isinstance(node, ast.ClassDef) and node.name == WORDED:
            yield from (each.value for each in ast.walk(node) if isinstance(each, ast.Assign))


def is_plain(made_of: ast.expr) -> bool:
    """Whether all that an error says stands where it is raised, or is said by another error."""
    if isinstance(made_of, ast.Call):
        return getattr(made_of.func, "id", "") in {"suggestion", "str"}
    return template(made_of) is not None or isinstance(made_of, ast.Attribute)


def spoken() -> set[str]:
    """Return everything that the sources can say."""
    found = {each for path in TALKING for each in texts(ast.parse(path.read_text("utf-8")))}
    for path in sources():
        for made_of in raised(ast.parse(path.read_text("utf-8"))):
            found.update(texts(made_of))
    return found


def french_of(text: str) -> set[str]:
    """Return the French of a text: as a sentence, or as the end of one.

    Such a one begins with the place of a value, or with a question, or says what is refused.
    """
    whole = (text, f"“{{}}” {text}.", f"The question {{}} {text}", f"Question {{}}: {text}")
    found = [said(each.replace("{}", "0")) for each in (*whole, f"Refused: {text}.")]
    return {each.text for each in found if each.is_translated}


def test_every_sentence_of_the_sources_has_french() -> None:
    assert {each for each in spoken() - NOT_SAID if not french_of(each)} == set()
    assert NOT_SAID - spoken() == set()


def test_no_french_is_left_of_a_sentence_that_is_gone() -> None:
    there = {french for text in spoken() | PUT_TOGETHER for french in french_of(text)}
    assert {each.english for each in WORDINGS if each.french not in there} == set()


def test_an_error_is_made_of_texts_where_it_is_raised() -> None:
    """In a variable, a text would not be found."""
    hidden = {
        f"{path.name}: {ast.unparse(made_of)}"
        for path in sources()
        for made_of in raised(ast.parse(path.read_text("utf-8")))
        if not is_plain(made_of)
    }
    assert hidden == set()


def test_a_new_sentence_would_be_noticed() -> None:
    tree = ast.parse('raise PackageError(f"The {thing} is blue.", "Paint it.")')
    found = [each for made_of in raised(tree) for each in texts(made_of)]
    assert found == ["The {} is blue.", "Paint it."]
    assert not any(map(french_of, found))


def test_every_sentence_is_known_again_with_its_values() -> None:
    for wording in WORDINGS:
        names = [each or "nothing" for each in HOLE.findall(wording.english)]
        found = said(HOLE.sub(lambda hole: hole[1] or "nothing", wording.english))
        assert found.text == wording.french
        assert found.text % found.values
        assert set(found.values) == set(names) - {DETAIL, "nothing"}
        assert found.detail == (DETAIL if DETAIL in names else "")


def test_what_nobody_put_into_french_is_shown_as_it_is() -> None:
    found = said("Something new is wrong.")
    assert (found.text, found.is_translated) == ("Something new is wrong.", False)


@pytest.mark.parametrize("english", ["The note “x” is called", "“", "”.", ""])
def test_a_sentence_that_was_cut_is_none_that_is_known(english: str) -> None:
    assert not said(english).is_translated


def test_all_that_is_wrong_with_a_course_is_said_in_french() -> None:
    with pytest.raises(CourseError) as raised_error:
        load_course(COURSES / "many-mistakes")
    found = objections(raised_error.value)
    assert len(found) > 10
    assert found[0].place == "course.yaml, line 1"
    for each in found:
        assert said(each.message).is_translated, each
        assert said(each.remedy).is_translated, each


def test_what_the_system_says_stays_as_it_is() -> None:
    found = said("This file cannot be read: Permission denied.")
    assert found.text.startswith("Ce fichier ne peut pas être lu.")
    assert (found.detail, found.values) == ("Permission denied", {})


def test_where_the_server_keeps_a_file_is_not_said() -> None:
    problem = Problem("/srv/partners/ecole.toml", 3, "“lms” is not a text.", "Write a text.")
    (of_profile,) = objections(ProfileError([problem]))
    (of_package,) = objections(PackageError("It is full.", "Empty it.", "/srv/out/x.zip"))
    assert of_profile.place == "ecole.toml, line 3"
    assert of_package.place == "x.zip"


def test_an_option_and_a_course_that_is_gone_are_objections_too() -> None:
    with pytest.raises(OptionError) as refused:
        Options(mastery=101)
    (of_option,) = objections(refused.value)
    assert of_option.place == "mastery"
    (of_course,) = objections(CourseNotFound("There is no course “x”.", "Known here: y."))
    for found in (of_option, of_course):
        assert said(found.message).is_translated
        assert said(found.remedy).is_translated
