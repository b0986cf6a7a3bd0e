"""The guide for course designers: what it shows is a course that loads."""

from __future__ import annotations

import re
from pathlib import Path

from course_content.loader import load_course
from course_content.wording import CALLOUTS
from course_content.workshop_schema import SETTINGS

GUIDE = (Path(__file__).parents[3] / "docs" / "guide-conception.md").read_text(encoding="utf-8")
TERM = "[saillance](glossaire/saillance)"


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_examples_of_the_guide_make_a_course(tmp_path: Path) -> None:
    course, unit, glossary, quiz, workshop = examples("yaml")
    (callout,) = examples("markdown")
    folder = tmp_path / "mon-cours" / "apprendre" / "premiere-unite"
    folder.mkdir(parents=True)
    for path, text in (
        ("../../course.yaml", f"{course}glossary: glossaire.yaml\n"),
        ("../../glossaire.yaml", glossary),
        ("../../syllabus.md", "# Présentation\n\nUn cours, d’après [@freeman1984].\n"),
        ("unit.yaml", unit),
        ("01-lecon.md", f"# La leçon\n\n{callout}\n[la carte](premiere-unite/ma-carte)\n{TERM}\n"),
        ("quiz.yaml", quiz),
        ("carte.yaml", workshop),
    ):
        (folder / path).write_text(text, encoding="utf-8")

    loaded = load_course(tmp_path / "mon-cours")

    (only,) = loaded.units
    assert [step.kind for step in only.steps] == ["page", "quiz", "workshop"]
    assert TERM in GUIDE


def test_the_guide_names_every_tool_and_every_callout() -> None:
    for name in (*SETTINGS, *CALLOUTS):
        assert f"`{name}`" in GUIDE, name
