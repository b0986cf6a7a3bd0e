"""SCORM 2004, both editions: sound packages, and damaged copies that are caught."""

import re
import zipfile

import pytest

from scorm_packages.check import check_package
from scorm_packages.checks.schemas import compile_schema
from scorm_packages.control_documents import SETS, documents
from scorm_packages.manifest import IMSCP2004, IMSSS, LOM
from scorm_packages.partners import Partner
from scorm_packages.scorm12 import Scorm12
from scorm_packages.scorm2004 import Scorm2004Fourth, Scorm2004Third
from scorm_packages.zips import write_zip
from tests.unit.scorm_packages.boxes import boot, box, content, manifest, names
from tests.unit.scorm_packages.courses import every_kind, fr, miniature
from tests.unit.scorm_packages.schemas import independent

EDITIONS = [Scorm2004Third(), Scorm2004Fourth()]
edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda each: each.name)


def findings(package):
    return check_package(package, independent).findings


def find(package, name, namespace=IMSCP2004):
    return list(manifest(package).iter(f"{{{namespace}}}{name}"))


def unpacked(package):
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@edition
@pytest.mark.parametrize("structure", ["module", "units"])
def test_a_course_makes_a_sound_package(tmp_path, edition, structure):
    package = box(every_kind(tmp_path / "course"), edition, tmp_path, structure=structure)
    report = check_package(package, independent)
    assert (report.kind, report.findings) == (edition.name, ())
    assert boot(package, report.launches[0])["delivery"] == "scorm2004"
    assert set(SETS[edition.name]) < names(package)


@edition
def test_the_fetched_schemas_say_what_the_independent_ones_say(edition):
    copy = independent(edition.name)
    for name, document in documents(edition.name).items():
        if name.endswith(".xsd"):
            # One copy leads to W3C's site where the other leads to the file beside it.
            ours, theirs = (
                text.replace(b"http://www.w3.org/2001/xml.xsd", b"xml.xsd").split()
                for text in (document, copy[name])
            )
            assert ours == theirs, name


@edition
def test_the_edition_is_named_word_for_word(tmp_path, edition):
    package = box(miniature(), edition, tmp_path)
    assert [each.text for each in find(package, "schemaversion")] == [edition.edition]


@edition
def test_metadata_follow_the_schema_of_learning_object_metadata(tmp_path, edition):
    course = miniature(
        keywords=(fr("partie prenante"),),
        summary=fr("Un résumé, avec « des guillemets »."),
    )
    partner = Partner("exemple", title="Université de l’Exemple ; composante, A")
    package = box(course, edition, tmp_path, partner=partner)
    schemas = independent(edition.name)
    if "lomLoose.xsd" in schemas:
        schema = compile_schema(schemas, ((LOM, "lomLoose.xsd"),))
        schema.assertValid(manifest(package, "metadata.xml"))
    said = content(package, "metadata.xml").decode()
    assert '<string language="fr">partie prenante</string>' in said
    assert "FN:Université de l’Exemple \\; composante\\, A" in said


def test_the_platform_judges_by_the_score_only_where_that_is_the_whole_rule(tmp_path):
    def passing(**choices):
        package = box(miniature(), Scorm2004Fourth(), tmp_path, mastery=70, **choices)
        return [each.text for each in find(package, "minNormalizedMeasure", IMSSS)]

    assert passing() == ["0.7"]
    assert passing(completion="both") == []
    assert passing(statuses="passed-incomplete") == []


def test_nothing_depends_on_sequencing(tmp_path):
    package = box(every_kind(tmp_path / "c"), Scorm2004Fourth(), tmp_path, structure="units")
    controls = find(package, "controlMode", IMSSS)
    assert {(each.get("choice"), each.get("flow")) for each in controls} == {("true", "true")}
    assert find(package, "mapInfo", IMSSS) == []
    assert find(package, "sequencingRules", IMSSS) == []


def test_what_is_the_same_in_scorm_1_2_has_the_same_name(tmp_path):
    """Whoever moves from one to the other finds the units under the same identifiers."""
    course = every_kind(tmp_path / "course")
    identifiers = [
        [
            each.get("identifier")
            for each in manifest(box(course, version, tmp_path, structure="units")).iter("{*}item")
        ]
        for version in (Scorm12(), Scorm2004Third())
    ]
    assert identifiers[0] == identifiers[1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2004 4th Edition", "2004 4th  Edition", "<schemaversion> says"),
        ("2004 4th Edition", "2004 2nd Edition", "<schemaversion> says"),
        ("<schema>ADL SCORM<", "<schema>SCORM<", "<schema> says 'SCORM'"),
        (">metadata.xml<", ">lost.xml<", "said to be in lost.xml"),
        (">metadata.xml<", ">index.html<", "metadata.xml: The manifest does not list this file"),
        (' default="organization-mini"', "", "names None, which is not there"),
        ("(?s)<organization .*</organization>", "", "There is no organization"),
        ('identifierref="resource-mini"', 'identifierref="x"', "refers to the resource 'x'"),
        ('resource-mini-shared"/>', 'lost"/>', "depends on 'lost'"),
        ("adlcp:scormType", "adlcp:scormtype", "spelling of SCORM 1.2"),
        (' adlcp:scormType="sco"', "", "a sco or an asset"),
        ('adlcp:scormType="sco"', 'adlcp:scormType="SCO"', "a sco or an asset"),
        ('type="webcontent"', 'type="page"', "type 'page'"),
        (' href="index.html">', ">", "has no launch page"),
        ('<file href="player.js"/>', "", "player.js: The manifest does not list this file"),
        ('<file href="player.js"/>', '<file href="x.js"/>', "lists x.js, which is not in the zip"),
        ("adlseq_v1p3.xsd", "adlseq_v1p4.xsd", "names the schema adlseq_v1p4.xsd"),
        (r' xsi:schemaLocation="[^"]*"', "", "does not say where its schemas are"),
        (">0.6</imsss", ">60</imsss", "minNormalizedMeasure"),
        ('choice="true"', 'choice="yes"', "attribute 'choice'"),
        ("(?s)<title>.*?</title>", "", "has no title"),
        ("</imsss:primaryObjective>", '<imsss:mapInfo targetObjectiveID="x"/>\\g<0>', "Moodle 4.5"),
        ("<(/?)manifest", r"<\1imanifest", "not an unprefixed <manifest>"),
    ],
)
def test_a_damaged_manifest_is_caught(tmp_path, old, new, message):
    files = unpacked(box(miniature(), Scorm2004Fourth(), tmp_path))
    sound = files["imsmanifest.xml"].decode()
    assert re.search(old, sound), f"nothing to damage: {old}"
    damaged = {**files, "imsmanifest.xml": re.sub(old, new, sound).encode()}
    package = write_zip(damaged, tmp_path / "damaged.zip")
    assert message in "\n".join(map(str, findings(package)))


def test_a_package_that_names_another_version_is_still_taken_for_2004(tmp_path):
    files = unpacked(box(miniature(), Scorm2004Third(), tmp_path))
    files["imsmanifest.xml"] = files["imsmanifest.xml"].replace(b"2004 3rd Edition", b"CAM 1.3")
    report = check_package(write_zip(files, tmp_path / "older.zip"), independent)
    assert report.kind == "scorm2004-4e"
    assert any("'CAM 1.3'" in finding.message for finding in report.errors)
