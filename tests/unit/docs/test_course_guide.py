"""The guide for course designers: its files make a course, and its commands run, in its order."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from course_content.check import check_course
from course_content.loader import load_course
from course_content.schema import QUESTION_RECORDS
from course_content.wording import CALLOUTS
from course_content.workshop_schema import SETTINGS
from lti_tool.cli import main
from scorm_packages.options import Options
from scorm_packages.registry import FORMATS
from tests.unit.docs.test_lti import REPOSITORY

GUIDE = (REPOSITORY / "docs" / "guide-conception.md").read_text(encoding="utf-8")
FILES: Mapping[str, str] = dict(
    re.findall(r"^\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
)
SESSION = re.findall(r"^```(sh|text)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
DAY = re.compile(r"\b20[0-9]{2}-[01][0-9]-[0-3][0-9]\b")
COURSE = "cours/mon-cours"
INLINE = re.findall(r"`arrimage ([^`]+)`", GUIDE)


def next_year(_day: re.Match[str]) -> str:
    """A day to come, for one that was to come when the guide was written."""
    return (date.today() + timedelta(days=365)).isoformat()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with every file that the guide shows."""
    folder = tmp_path_factory.mktemp("guide")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("ARRIMAGE_CACHE", str(folder / ".cache"))
        for name in ("COURSES", "PARTNERS", "INSTITUTION"):
            patch.delenv(f"ARRIMAGE_{name}", raising=False)
        patch.setenv("ARRIMAGE_PUBLIC_URL", "https://outil.exemple.fr")
        patch.setenv("ARRIMAGE_DATABASE_URL", f"sqlite:///{folder}/outil.sqlite")
        assert CliRunner().invoke(main, ["db", "upgrade"]).exit_code == 0
        yield folder


def test_the_files_of_the_guide_make_a_course(desk: Path) -> None:
    course = load_course(desk / COURSE)
    assert [[step.kind for step in unit.steps] for unit in course.units] == [
        ["page", "quiz", "workshop"],
        ["workshop", "workshop"],
    ]


def test_every_command_of_the_guide_does_what_it_says(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    said = ""
    for kind, text in SESSION:
        for line in text.splitlines():
            if kind == "text":
                assert line in said
                continue
            words = shlex.split(DAY.sub(next_year, line))
            if words[0] == "export":
                name, _, value = words[1].partition("=")
                monkeypatch.setenv(name, value)
                continue
            assert words[0] == "arrimage"
            result = CliRunner().invoke(main, words[1:])
            assert result.exit_code == 0, f"{line}\n{result.output}"
            said += result.output
    made = sorted(path.suffix for path in (desk / "exports").rglob("*") if path.is_file())
    assert made == [".epub", ".imscc", ".imscc", ".pdf", *[".zip"] * 5]
    assert len(list((desk / "remises").glob("*exemple*.zip"))) == 4


def test_the_course_of_the_guide_has_nothing_to_look_at_again(desk: Path) -> None:
    assert check_course(desk / COURSE).warnings == ()


@pytest.mark.parametrize("line", INLINE)
def test_a_command_in_passing_is_one_that_there_is(line: str) -> None:
    command: click.Command | None = main
    words = shlex.split(line)
    while words and isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known


def test_the_guide_names_everything_that_one_may_choose() -> None:
    for name in (*SETTINGS, *CALLOUTS, *QUESTION_RECORDS, *FORMATS):
        assert f"`{name}`" in GUIDE, name
    for name, option in Options.declared().items():
        assert f"`--{name}`" in GUIDE, name
        for choice in option.choices:
            assert f"`{choice}`" in GUIDE, choice
