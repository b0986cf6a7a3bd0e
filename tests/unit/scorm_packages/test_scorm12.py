import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_content import render
from course_content.loader import BUILTIN_COURSES, load_course
from course_content.model import MapWorkshop, Page, Part, Quiz, Unit
from scorm_packages.check import check_package
from scorm_packages.control_documents import documents
from scorm_packages.lom import shortened
from scorm_packages.manifest import ADLCP12, IMSCP12
from scorm_packages.options import OptionError, Options
from scorm_packages.package import PackageError
from scorm_packages.rendered import RenderedCourse
from scorm_packages.scorm12 import SUSPEND_DATA_LIMIT, Scorm12
from scorm_packages.scos import branches, refuse_oversized, scos
from tests.unit.scorm_packages.boxes import boot, box, content, leftovers, manifest, names
from tests.unit.scorm_packages.courses import every_kind, fr, miniature
from tests.unit.scorm_packages.schemas import independent

SCORM12 = tuple(documents("scorm12"))

REPOSITORY = Path(__file__).parents[3]
SUSPEND_DATA = REPOSITORY / "course_content/player/tracking/scorm/suspend-data.js"

EXPORT_IN_ANOTHER_PROCESS = """
import sys
from pathlib import Path
from tests.unit.scorm_packages.courses import every_kind
from tests.unit.scorm_packages.boxes import box
from scorm_packages.scorm12 import Scorm12
box(every_kind(Path(sys.argv[1])), Scorm12(), Path(sys.argv[2]))
"""

KEEP_ALL_SCORES = """
import { SuspendData } from %s;
const { steps, activities } = JSON.parse(process.argv[1]);
const structure = {
  steps,
  workshops: [],
  activities: activities.map((id) => ({
    id,
    attempts: 0,
    questions: [{ id: "q1", points: 1, key: { kind: "true_false", correct: true } }],
  })),
};
const answers = { q1: { response: true, verdict: { score: 1, correct: true } } };
const attempts = Object.fromEntries(
  activities.map((id, i) => [
    id,
    { number: 500, answers, completed: true, score: 0.3333, best: i / 10000, attemptsLeft: null },
  ]),
);
const state = { position: steps.at(-1), visited: steps, made: [], drafts: {} };
const codec = new SuspendData(structure, 4096);
const { text } = codec.encode({ state, attempts });
const read = codec.decode(text);
console.log(JSON.stringify({
  length: text.length,
  position: read.state.position,
  visited: read.state.visited.length,
  best: Object.values(read.attempts).map((attempt) => attempt.best),
}));
"""


def export(course, out, language="fr", **choices):
    return box(course, Scorm12(), out, language, **choices)


def findings(package):
    return check_package(package, independent).findings


def find(package, name, namespace=IMSCP12):
    return list(manifest(package).iter(f"{{{namespace}}}{name}"))


def refuse(course):
    """Ask whether the course has room as one SCO."""
    rendered = RenderedCourse(course, "fr")
    (sco,) = scos(branches(rendered, Options()))
    refuse_oversized(rendered, sco, SUSPEND_DATA_LIMIT, "SCORM 1.2")


# -- what is in it ------------------------------------------------------------------------------


def test_the_real_course_makes_a_sound_package(tmp_path):
    course = load_course(BUILTIN_COURSES / "engagement-parties-prenantes")
    package = export(course, tmp_path)
    assert findings(package) == ()
    assert package.name == f"engagement-parties-prenantes-{course.version}-fr-scorm12.zip"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("mastery", [None, 0, 62.5, 100])
def test_a_course_makes_a_sound_package_in_each_language(tmp_path, language, mastery):
    package = export(miniature(), tmp_path, language, mastery=mastery)
    assert findings(package) == ()
    assert boot(package)["language"] == language


def test_a_package_holds_the_page_the_player_the_media_and_the_control_documents(tmp_path):
    course = every_kind(tmp_path / "course")
    package = export(course, tmp_path)
    assert names(package) == {
        "imsmanifest.xml",
        "index.html",
        "player.js",
        "player.css",
        *(f"unit-{unit}.js" for unit in ("syllabus", *(unit.id for unit in course.units))),
        "media/plan.svg",
        *SCORM12,
    }


def test_media_that_no_page_shows_stay_at_home(tmp_path):
    course = every_kind(tmp_path / "course")
    (tmp_path / "course" / "media" / "draft.svg").write_text("<svg/>")
    assert "media/draft.svg" not in names(export(course, tmp_path))


def test_the_manifest_lists_exactly_the_files_of_the_course(tmp_path):
    package = export(every_kind(tmp_path / "course"), tmp_path)
    listed = {file.get("href") for file in find(package, "file")}
    assert listed == names(package) - set(SCORM12) - {"imsmanifest.xml"}


def test_the_control_documents_are_the_published_ones(tmp_path):
    package = export(miniature(), tmp_path)
    for name, document in independent("scorm12").items():
        assert content(package, name).split() == document.split()


def test_the_page_carries_every_key_and_each_unit_lies_beside_it(tmp_path):
    course = every_kind(tmp_path / "course")
    package = export(course, tmp_path, mastery=70)
    carried = boot(package)
    assert carried["delivery"] == "scorm12"
    assert carried["units"] == {}
    for unit in course.units:
        script = content(package, f"unit-{unit.id}.js").decode()
        brought = json.loads(script.removeprefix("arrimageUnit(").removesuffix(");\n"))
        assert brought["content"] == render.unit_content(course, unit.id, "fr")
        assert set(brought["feedback"]) == {activity.id for activity in unit.activities}
    assert set(carried["keys"]) == {activity.id for activity in course.activities}
    assert carried["options"]["mastery"] == 70


def test_the_manifest_is_written_in_utf8_without_character_references(tmp_path):
    written = content(export(miniature(), tmp_path), "imsmanifest.xml")
    assert "Cours d’été &amp; &lt;essai&gt;".encode() in written
    assert b"&#" not in written


def test_the_title_is_the_one_of_the_language(tmp_path):
    package = export(miniature(), tmp_path, "en")
    titles = {title.text for title in find(package, "title")}
    assert titles == {"Summer course"}


def test_identifiers_stay_when_the_course_changes(tmp_path):
    def identifiers(course, language):
        package = export(course, tmp_path, language)
        return [element.get("identifier") for element in manifest(package).iter()]

    old = identifiers(miniature(), "fr")
    new = identifiers(miniature(version="2", title=fr("Autre titre")), "fr")
    assert old == new
    assert any(old)


def test_the_mastery_score_is_said_to_the_platform_and_to_the_player(tmp_path):
    package = export(miniature(), tmp_path, mastery=62.5)
    assert [score.text for score in find(package, "masteryscore", ADLCP12)] == ["62.5"]
    assert boot(package)["options"]["mastery"] == 62.5


def test_without_a_mastery_score_nobody_is_told_of_one(tmp_path):
    package = export(miniature(), tmp_path, mastery=None)
    assert find(package, "masteryscore", ADLCP12) == []
    assert boot(package)["options"]["mastery"] is None


def test_a_course_that_grades_nothing_has_nothing_to_master(tmp_path):
    unit = Unit("unite", fr("Unité"), 5, (), (Page("page", fr("Page"), fr("Texte.")),))
    course = miniature(parts=(Part("partie", fr("Partie"), fr(""), (unit,)),))
    package = export(course, tmp_path, mastery=60)
    assert find(package, "masteryscore", ADLCP12) == []
    assert boot(package)["options"]["mastery"] is None


def test_long_texts_are_cut_where_the_format_ends(tmp_path):
    long = fr("mot " * 700)
    package = export(miniature(title=long, summary=long, version="2026.11-" + "x" * 30), tmp_path)
    assert findings(package) == ()
    assert shortened("un deux trois", 10) == "un deux…"
    assert shortened("un deux", 7) == "un deux"


# -- one SCO for each unit ----------------------------------------------------------------------


def test_each_unit_is_a_sco_with_its_own_page_and_record(tmp_path):
    package = export(every_kind(tmp_path / "course"), tmp_path, structure="units")
    assert findings(package) == ()
    started = [
        item.get("identifier") for item in find(package, "item") if item.get("identifierref")
    ]
    slug = "item-tous-les-genres"
    assert started == [f"{slug}-syllabus", f"{slug}-unite-un", f"{slug}-unite-deux"]
    page = boot(package, "unit-unite-un.html")
    assert page["options"]["scope"] == ["unite-un"]
    assert set(page["units"]) == {"unite-un"}
    assert set(page["keys"]) == {"quiz-un"}


def test_units_stand_under_the_title_of_their_part(tmp_path):
    package = export(every_kind(tmp_path / "course"), tmp_path, structure="units")
    branches = [item for item in find(package, "item") if not item.get("identifierref")]
    assert [each.findtext("{*}title") for each in branches] == ["Accueil", "Apprendre"]


def test_a_unit_that_grades_nothing_has_nothing_to_master(tmp_path):
    package = export(every_kind(tmp_path / "course"), tmp_path, structure="units", mastery=70)
    assert [score.text for score in find(package, "masteryscore", ADLCP12)] == ["70", "70"]
    assert boot(package, "unit-syllabus.html")["options"]["mastery"] is None


def test_the_files_that_all_pages_use_are_listed_once(tmp_path):
    package = export(every_kind(tmp_path / "course"), tmp_path, structure="units")
    files = [file.get("href") for file in find(package, "file")]
    assert len(files) == len(set(files))
    assert len(find(package, "dependency")) == 3


def test_a_course_too_large_for_one_sco_may_fit_into_several(tmp_path):
    half = [Quiz(f"a{number}", fr("Quiz"), fr(""), ()) for number in range(300)]
    rest = [Quiz(f"b{number}", fr("Quiz"), fr(""), ()) for number in range(300)]
    units = tuple(
        Unit(name, fr(name), 5, (), tuple(steps)) for name, steps in (("un", half), ("deux", rest))
    )
    course = miniature(parts=(Part("partie", fr("Partie"), fr(""), units),))
    with pytest.raises(PackageError, match="too large"):
        refuse(course)
    assert findings(export(course, tmp_path, structure="units")) == ()


# -- reproducible -------------------------------------------------------------------------------


def test_the_same_course_gives_the_same_bytes_twice(tmp_path):
    course = every_kind(tmp_path / "course")
    one = export(course, tmp_path / "one").read_bytes()
    assert export(course, tmp_path / "two").read_bytes() == one


@pytest.mark.parametrize(
    "surroundings",
    [
        {"TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Caracas", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4242"},
    ],
)
def test_the_same_course_gives_the_same_bytes_in_another_process(tmp_path, surroundings):
    here = export(every_kind(tmp_path / "course"), tmp_path / "here")
    subprocess.run(
        [
            sys.executable,
            "-c",
            EXPORT_IN_ANOTHER_PROCESS,
            str(tmp_path / "another-course"),
            str(tmp_path / "there"),
        ],
        env={**os.environ, **surroundings},
        cwd=REPOSITORY,
        check=True,
    )
    assert (tmp_path / "there" / here.name).read_bytes() == here.read_bytes()


# -- what is refused ----------------------------------------------------------------------------


def test_an_unknown_language_is_refused(tmp_path):
    with pytest.raises(PackageError, match=r"not written in the language “de”.*fr, en"):
        export(miniature(), tmp_path, "de")
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("mastery", [-1, 100.5, float("nan")])
def test_a_mastery_score_that_is_no_percentage_is_refused(mastery):
    with pytest.raises(OptionError, match="from 0 to 100"):
        Options(mastery=mastery)


def test_a_player_that_is_not_built_is_refused_with_the_way_to_build_it(tmp_path, monkeypatch):
    sources = tmp_path / "course_content"
    shutil.copytree(Path(render.__file__).parent / "templates", sources / "templates")
    monkeypatch.setattr(render, "_HERE", sources)
    with pytest.raises(PackageError, match=r"player is not built.*make \w+"):
        export(miniature(), tmp_path / "out")


def test_control_documents_that_are_missing_are_refused_with_the_way_to_get_them(tmp_path):
    with pytest.raises(PackageError, match=r"adlcp_rootv1p2\.xsd.*tools/control_documents\.py"):
        documents("scorm12", tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(PackageError, match="cannot be written"):
        export(miniature(), tmp_path / "out")


def test_a_missing_medium_is_refused(tmp_path):
    course = every_kind(tmp_path / "course")
    (tmp_path / "course" / "media" / "plan.svg").unlink()
    with pytest.raises(PackageError, match=r"media/plan\.svg: This file does not exist"):
        export(course, tmp_path / "out")


def test_a_drawing_that_loads_from_another_host_is_refused_and_nothing_is_left(tmp_path):
    course = every_kind(tmp_path / "course")
    (tmp_path / "course" / "media" / "plan.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://cdn.example/x.png"/></svg>'
    )
    with pytest.raises(PackageError, match=r"media/plan\.svg: It loads https://cdn\.example"):
        export(course, tmp_path / "out")
    assert leftovers(tmp_path / "out") == []


def test_a_course_that_no_platform_could_keep_the_scores_of_is_refused():
    refuse(with_quizzes(499))
    with pytest.raises(PackageError, match=r"too large for SCORM 1\.2.*--structure units"):
        refuse(with_quizzes(500))


def test_the_syllabus_takes_room_in_the_package_as_any_page_does():
    # 4096 characters less a prefix of 9, of 6 bits each, less 28 bits for the learner's place.
    room = (4096 - 9) * 6 - 28
    page = Page("page", fr("Page"), fr("Texte."))
    refuse(with_steps([page] * (room - 1)))
    with pytest.raises(PackageError, match=r"too large for SCORM 1\.2"):
        refuse(with_steps([page] * room))


def test_a_workshop_takes_the_room_to_say_that_it_is_finished_and_where_its_work_is():
    # A bit for the syllabus. For each workshop one that it was seen and one that it is finished,
    # and two characters of 6 bits to say that its work had no room.
    fitting = ((4096 - 9) * 6 - 28 - 1) // (1 + 1 + 2 * 6)
    workshops = [
        MapWorkshop(id=f"w{n}", title=fr("W"), instructions=fr("")) for n in range(fitting + 1)
    ]
    refuse(with_steps(workshops[:-1]))
    with pytest.raises(PackageError, match=r"too large for SCORM 1\.2"):
        refuse(with_steps(workshops))


def test_the_largest_course_that_is_let_through_keeps_every_place_and_score():
    course = with_quizzes(499)
    steps = ["syllabus/syllabus", *(f"unite/{activity.id}" for activity in course.activities)]
    structure = {"steps": steps, "activities": [activity.id for activity in course.activities]}
    script = KEEP_ALL_SCORES % json.dumps(SUSPEND_DATA.as_uri())
    printed = subprocess.run(
        ["node", "--input-type=module", "--eval", script, "--", json.dumps(structure)],
        check=True,
        capture_output=True,
        text=True,
    )
    kept = json.loads(printed.stdout)
    assert kept["length"] <= SUSPEND_DATA_LIMIT
    assert kept["position"] == steps[-1]
    assert kept["visited"] == 500
    assert kept["best"] == [place / 10000 for place in range(499)]


def with_quizzes(count):
    return with_steps(Quiz(f"quiz-{number}", fr("Quiz"), fr(""), ()) for number in range(count))


def with_steps(steps):
    unit = Unit("unite", fr("Unité"), 5, (), tuple(steps))
    return miniature(parts=(Part("partie", fr("Partie"), fr(""), (unit,)),))


def test_progress_reaches_the_end(tmp_path):
    seen = []
    export(miniature(), tmp_path, progress=lambda *counts: seen.append(counts))
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1] > 1000
