"""The import guides and the platforms' files say the same, and name nothing that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import folders
from scorm_packages.options import Options
from scorm_packages.platforms import read_platforms
from scorm_packages.registry import FORMATS
from tests.unit.docs.test_lti import REPOSITORY

FOLDER = REPOSITORY / "docs" / "import"
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")
PLATFORMS = read_platforms(folders.PLATFORMS)
UNKNOWN = "autre"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
GUIDES = {name: text for name, text in PAGES.items() if name != "README"}
ONE_PAGE = 450
"""Words that a printed page holds, with its tables."""

ADDRESS = re.compile(r"<https://[^>]+>")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
DESIGNERS = REPOSITORY / "docs" / "guide-conception.md"
FORMAT = re.compile(r"`((?:scorm|cmi|common|html|epub|pdf|dispatch)[\w-]*)`")
HEADINGS = (
    "Importer",
    "Les réglages qui comptent",
    "Remplacer le paquet",
    "Vérifier",
    "Ce que l’on sait des limites",
)


def asked_for(text: str) -> str:
    """The first format that a guide says to ask for."""
    return FORMAT.findall(text.partition("**Demandez")[2])[0]


def test_each_family_has_its_guide_and_so_have_those_that_nobody_knows() -> None:
    assert set(GUIDES) == {*PLATFORMS, UNKNOWN}


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_guide_asks_for_what_its_platform_takes_first(name: str) -> None:
    platform = PLATFORMS[name]
    named = {each for each in FORMAT.findall(GUIDES[name]) if each.startswith("scorm")}
    assert asked_for(GUIDES[name]) == platform.formats[0]
    assert GUIDES[name].startswith(f"# {platform.title}\n")
    assert set(platform.formats) <= set(FORMAT.findall(GUIDES[name]))
    # The kind of package that Canvas's separate service may take is to be tried.
    assert named <= set(platform.formats) or name == "canvas"


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_guide_says_where_it_is_from_as_its_platform_s_file_does(name: str) -> None:
    for source in PLATFORMS[name].sources:
        assert f"<{source.rpartition(' ')[2]}>" in GUIDES[name]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_page_names_a_format_or_an_option_that_there_is_not(name: str) -> None:
    assert set(FORMAT.findall(PAGES[name])) <= set(FORMATS)
    for option, value in re.findall(r"--([a-z]+)(?: ([a-z-]+))?`", PAGES[name]):
        declared = Options.declared()[option]
        assert not value or not declared.choices or value in declared.choices


@pytest.mark.parametrize("name", sorted(GUIDES))
def test_a_guide_is_one_page_with_what_everybody_asks(name: str) -> None:
    text = ADDRESS.sub("", GUIDES[name])
    assert len(re.findall(r"[\w’'-]+", text)) <= ONE_PAGE
    assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == HEADINGS
    assert "**Qui peut vous aider**" in text


@pytest.mark.parametrize("name", sorted(GUIDES))
def test_the_index_leads_to_each_guide_with_the_same_advice(name: str) -> None:
    (row,) = re.findall(rf"^\| .+ \[{name}\.md\]\({name}\.md\) \|$", INDEX, re.MULTILINE)
    assert FORMAT.findall(row) == [asked_for(GUIDES[name])]


@pytest.mark.parametrize(
    "page", [*sorted(FOLDER.glob("*.md")), DESIGNERS], ids=lambda page: page.stem
)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    prose = CODE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", prose):
        path, _, place = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.is_file(), target
        assert not place or place in places(goal), target


def places(page: Path) -> set[str]:
    """The fragments of a page's headings, as the hosts of our repository make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
