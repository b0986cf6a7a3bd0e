"""Packages are made once, handed over as often as one likes, and never half."""

import os
import re
import shutil
from pathlib import Path

import pytest

from course_content.loader import CourseError
from scorm_packages.cache import Cache
from scorm_packages.exporter import Exporter, Order
from scorm_packages.options import Options
from scorm_packages.partners import Look, Partner
from scorm_packages.registry import FORMATS
from scorm_packages.scorm12 import Scorm12
from tests.unit.scorm_packages.boxes import boot, leftovers, manifest

COURSES = Path(__file__).parents[2] / "courses"
ORDER = Order(Scorm12())


@pytest.fixture
def course(tmp_path):
    return shutil.copytree(COURSES / "deux-unites", tmp_path / "deux-unites")


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def test_the_same_again_is_handed_over_without_reading_the_course(course, cache, tmp_path):
    first = Exporter(course, cache).export(ORDER, tmp_path / "one")
    again = Exporter(course, cache)
    second = again.export(ORDER, tmp_path / "two")
    assert (first.is_new, second.is_new) == (True, False)
    assert second.path.read_bytes() == first.path.read_bytes()
    assert (second.path.name, second.checksum) == (first.path.name, first.checksum)
    assert second.report == first.report
    assert second.version == again.course.version


@pytest.mark.parametrize(
    "other",
    [
        Order(Scorm12(), Options(mastery=80)),
        Order(Scorm12(), Options(structure="units")),
        Order(Scorm12(), partner=Partner("exemple")),
    ],
)
def test_something_else_is_made_anew(course, cache, tmp_path, other):
    exporter = Exporter(course, cache)
    exporter.export(ORDER, tmp_path)
    assert exporter.export(other, tmp_path).is_new


def test_what_was_made_while_the_course_changed_is_not_handed_over_again(course, cache, tmp_path):
    alone = Exporter(course).export(ORDER, tmp_path / "alone")
    file = course / "media/carre.svg"
    before = file.read_text(encoding="utf-8")

    def edit(_done, _total):
        file.write_text(f"{before}<!-- saved in the middle of an export -->", encoding="utf-8")

    Exporter(course, cache).export(ORDER, tmp_path, edit)
    file.write_text(before, encoding="utf-8")
    assert Exporter(course, cache).export(ORDER, tmp_path).checksum == alone.checksum


def test_a_course_is_kept_under_what_it_was_when_it_was_read(course, cache, tmp_path):
    file = course / "course.yaml"
    early = Exporter(course, cache)
    assert early.course.version == "1"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub("(?m)^version: .*$", 'version: "2"', text), encoding="utf-8")
    early.export(ORDER, tmp_path)
    late = Exporter(course, cache).export(ORDER, tmp_path)
    assert late.version == "2"


def test_a_file_whose_name_is_not_utf_8_hinders_nobody(course, cache, tmp_path):
    stray = os.fsencode(course) + b"/caf\xe9.txt"
    Path(os.fsdecode(stray)).write_text("notes", encoding="utf-8")
    first = Exporter(course, cache).export(ORDER, tmp_path)
    again = Exporter(course, cache).export(ORDER, tmp_path)
    assert (first.is_new, again.is_new) == (True, False)


@pytest.mark.parametrize("name", ["course.yaml", "media/carre.svg"])
def test_a_course_that_changed_is_boxed_anew(course, cache, tmp_path, name):
    Exporter(course, cache).export(ORDER, tmp_path)
    file = course / name
    file.write_text(f"{file.read_text(encoding='utf-8')}\n", encoding="utf-8")
    assert Exporter(course, cache).export(ORDER, tmp_path).is_new


def test_an_editor_s_hidden_files_change_nothing(course, cache, tmp_path):
    Exporter(course, cache).export(ORDER, tmp_path)
    (course / ".course.yaml.swp").write_text("draft")
    assert not Exporter(course, cache).export(ORDER, tmp_path).is_new


def test_a_package_that_was_damaged_in_the_cache_is_never_handed_over(course, cache, tmp_path):
    Exporter(course, cache).export(ORDER, tmp_path / "one")
    (kept,) = (tmp_path / "cache").rglob("*.package")
    kept.write_bytes(b"damaged")
    made = Exporter(course, cache).export(ORDER, tmp_path / "two")
    assert made.is_new
    assert made.path.read_bytes() == (tmp_path / "one" / made.path.name).read_bytes()


def test_a_note_that_cannot_be_read_is_as_none(course, cache, tmp_path):
    Exporter(course, cache).export(ORDER, tmp_path)
    (note,) = (tmp_path / "cache").rglob("*.json")
    note.write_text("{")
    assert Exporter(course, cache).export(ORDER, tmp_path).is_new


def test_a_failure_stops_none_of_the_others(course, tmp_path):
    orders = [
        Order(Scorm12(), partner=Partner("un")),
        Order(Scorm12(), partner=Partner("deux", without=("nulle-part",))),
        Order(Scorm12(), partner=Partner("trois")),
    ]
    outcomes = list(Exporter(course).export_all(orders, tmp_path / "out"))
    assert [each.made is not None for each in outcomes] == [True, False, True]
    assert "“nulle-part”, which is no unit" in outcomes[1].failure
    assert len(leftovers(tmp_path / "out")) == 2


@pytest.mark.parametrize("package_format", FORMATS.values(), ids=FORMATS)
def test_packages_made_together_are_those_made_alone(course, tmp_path, package_format):
    options = Options(licence="https://arrimage.example/dispatch/launch#licence")
    partners = (Partner(name, title=name) for name in ("un", "deux"))
    orders = [Order(package_format, options, partner) for partner in partners]
    together = list(Exporter(course).export_all(orders, tmp_path / "together"))
    alone = [Exporter(course).export(order, tmp_path / "alone") for order in orders]
    assert [each.made.checksum for each in together] == [each.checksum for each in alone]


def test_each_partner_has_its_own_file_and_look(course, tmp_path):
    partner = Partner("exemple", title="L’Exemple", look=Look("Ici", "#0b5563"))
    made = Exporter(course).export(Order(Scorm12(), partner=partner), tmp_path)
    assert made.path.name == "deux-unites-1-fr-exemple-scorm12.zip"
    assert boot(made.path)["look"] == {"mark": "Ici", "accent": "#0b5563"}
    assert "FN:L’Exemple" in "".join(manifest(made.path).itertext())


def test_partners_share_the_units_that_are_rendered(course):
    exporter = Exporter(course)
    one, two = (exporter.rendered(partner=Partner(name)) for name in ("un", "deux"))
    unit = one.course.units[0].id
    assert one.unit(unit) is two.unit(unit)
    assert one.unit("syllabus") is not two.unit("syllabus")


def test_a_course_with_mistakes_is_not_boxed(tmp_path):
    with pytest.raises(CourseError):
        Exporter(COURSES / "many-mistakes").export(ORDER, tmp_path)
    assert leftovers(tmp_path) == []
