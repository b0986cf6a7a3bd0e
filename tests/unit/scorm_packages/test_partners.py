"""Profiles say what a partner wants, and say so when they cannot be understood."""

import pytest

from config import folders
from course_content.loader import BUILTIN_COURSES, load_course
from course_content.model import MapWorkshop, Part, PortfolioWorkshop, SyllabusField, Unit
from scorm_packages.package import PackageError
from scorm_packages.partners import (
    Look,
    Partner,
    ProfileError,
    available_partners,
    find_partner,
    read_partner,
)
from scorm_packages.platforms import read_platforms
from scorm_packages.registry import FORMATS
from tests.unit.scorm_packages.courses import every_kind, fr, miniature

WHOLE = """
title = "Université de l’Exemple"
lms = "moodle"
format = "scorm12"

[export]
language = "fr"
structure = "units"
completion = "both"
mastery = 70
statuses = "completed-incomplete"

[syllabus]
ects = 3

[look]
mark = "L’Exemple"
accent = "#0B5563"

[course]
without = ["unite-deux"]
licence = "Réservé à l’Exemple."
"""


def profile(tmp_path, text, name="exemple"):
    path = tmp_path / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(tmp_path, text, name="exemple"):
    with pytest.raises(ProfileError) as raised:
        read_partner(profile(tmp_path, text, name))
    return raised.value.problems


def test_a_profile_says_all_that_a_partner_wants(tmp_path):
    partner = read_partner(profile(tmp_path, WHOLE))
    assert partner.name == "exemple"
    assert partner.title == "Université de l’Exemple"
    assert (partner.lms, partner.format) == ("moodle", "scorm12")
    options = partner.options()
    assert (options.structure, options.mastery) == ("units", 70)
    assert partner.syllabus == {"ects": "3"}
    assert partner.look == Look("L’Exemple", "#0b5563")


def test_an_empty_profile_wants_nothing_particular(tmp_path):
    partner = read_partner(profile(tmp_path, ""))
    assert partner == Partner("exemple")
    course = miniature()
    assert partner.adapt(course) == course


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('titel = "x"', "toml:1: “titel” is not a field of a profile. Did you mean “title”?"),
        ("\ntitle = 3", "toml:2: “title” cannot be “3”. Write a text"),
        ('lms = "Moodle 4"', "“lms” cannot be “Moodle 4”. Write a name in small letters"),
        (
            "[export]\n\nmastery = 101",
            "toml:3: “[export] mastery” cannot be “101”. Write a number from 0 to 100",
        ),
        ("[export]\nstructur = 1", "toml:2: “[export] structur” is not a field"),
        ("syllabus = 1", "toml:1: “syllabus” is not a table. Write [syllabus] on a line"),
        (
            "[syllabus]\nects = [1]",
            "“[syllabus] ects” cannot be “[1]”. Write a text between quotes, or a number",
        ),
        ("[look]\naccent = 'red'", "“[look] accent” cannot be “red”. Write a colour such as"),
        (
            "[look]\naccent = '#ffee00'",
            "Choose a darker colour, on which everybody can read white text",
        ),
        (f"[look]\nmark = '{'x' * 41}'", "Write 40 characters at most: it has 41."),
        ("[look]\nlogo = 'x.png'", "“[look] logo” is not a field"),
        ("[course]\nwithout = 'x'", "“[course] without” cannot be “x”. Write a list"),
        ("[course]\nlicence = ''", "“[course] licence” cannot be “”. Write a text"),
        ("[course", "This profile cannot be read"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path, text, said):
    (problem,) = problems(tmp_path, text)
    assert "exemple.toml" in str(problem)
    assert said in str(problem)


def test_all_mistakes_come_at_once(tmp_path):
    assert len(problems(tmp_path, "title = 1\nlms = 2\n[export]\nmastery = 'x'")) == 3


def test_a_name_that_could_not_be_asked_for_is_refused(tmp_path):
    (problem,) = problems(tmp_path, "", "Université")
    assert "small letters" in problem.remedy


def test_a_profile_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ProfileError, match=r"nowhere\.toml: .* cannot be read: No such file"):
        find_partner(str(tmp_path / "nowhere.toml"), [])


def test_a_partner_is_found_in_the_first_folder_that_has_it(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        profile(folder, f'title = "{folder.name}"')
    profile(theirs, "", "autre")
    assert list(available_partners([ours, theirs])) == ["autre", "exemple"]
    assert find_partner("exemple", [ours, theirs]).title == "ours"
    with pytest.raises(ProfileError, match="Did you mean “exemple”"):
        find_partner("exempel", [ours, theirs])


def test_units_are_left_out_and_the_syllabus_is_filled_in(tmp_path):
    course = every_kind(tmp_path / "course")
    syllabus = course.syllabus.__class__(
        course.syllabus.page, (SyllabusField("ects", fr("ECTS"), None),)
    )
    adapted = read_partner(profile(tmp_path, WHOLE)).adapt(
        miniature(slug="x", parts=course.parts, syllabus=syllabus)
    )
    assert [unit.id for unit in adapted.units] == ["unite-un"]
    assert adapted.syllabus.fields[0].value == {"fr": "3", "en": "3"}
    assert adapted.licence["fr"] == "Réservé à l’Exemple."


def test_what_the_course_does_not_have_is_named():
    with pytest.raises(PackageError, match=r"x\.toml, \[syllabus\]: .*“m”, which is no field"):
        Partner("x", syllabus={"m": "3"}).adapt(miniature())
    with pytest.raises(
        PackageError, match=r"“unite-deux”, which is no unit.*Did you mean “unite-un”"
    ):
        Partner("x", without=("unite-deux",)).adapt(miniature())


def test_a_unit_that_another_one_reads_is_not_left_out():
    drawn = MapWorkshop(id="carte", title=fr("Carte"), instructions=fr(""))
    kept = PortfolioWorkshop(
        id="dossier", title=fr("Dossier"), instructions=fr(""), reads=("carte",)
    )
    units = tuple(Unit(each.id, each.title, 5, (), (each,)) for each in (drawn, kept))
    course = miniature(parts=(Part("tout", fr("Tout"), fr(""), units),))
    with pytest.raises(PackageError, match="unit “dossier” begins from the workshop “carte”"):
        Partner("x", without=("carte",)).adapt(course)
    assert Partner("x", without=("dossier",)).adapt(course).units == units[:1]


def test_the_examples_fit_the_course_that_comes_with_arrimage():
    course = load_course(BUILTIN_COURSES / "engagement-parties-prenantes")
    platforms = read_platforms(folders.PLATFORMS)
    names = available_partners([folders.PARTNERS])
    assert len(names) == 7
    for name in names:
        partner = find_partner(name, [folders.PARTNERS])
        assert partner.adapt(course).units == course.units
        assert partner.title
        assert partner.lms is None or partner.lms in platforms
        assert partner.look.accent is None


def test_the_families_of_platforms_name_formats_that_there_are():
    for platform in read_platforms(folders.PLATFORMS).values():
        assert platform.formats[0] in FORMATS
        assert {*platform.mobile, *platform.single} <= set(platform.formats)
        assert set(platform.formats) <= set(FORMATS)
        assert platform.sources


@pytest.mark.parametrize("text", ["", 'title = "X"\nformats = "scorm12"', "[", 'name = "X"'])
def test_a_family_that_cannot_be_understood_is_named(tmp_path, text):
    profile(tmp_path, text, "famille")
    with pytest.raises(ProfileError, match=r"famille\.toml: .* cannot be used"):
        read_platforms(tmp_path)
