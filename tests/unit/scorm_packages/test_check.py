"""A sound package is let through; every damaged copy of it is caught for what it is."""

import re
import stat
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from scorm_packages.check import check_package
from scorm_packages.checks.findings import Finding
from scorm_packages.checks.scorm12 import compile_scorm12
from scorm_packages.control_documents import documents
from scorm_packages.lom import Metadata
from scorm_packages.manifest import serialize
from scorm_packages.options import Options
from scorm_packages.rendered import RenderedCourse
from scorm_packages.scorm12_manifest import scorm12_manifest
from scorm_packages.scos import branches
from scorm_packages.zips import write_zip
from tests.unit.scorm_packages.courses import miniature
from tests.unit.scorm_packages.schemas import independent

PAGE = b"""<!doctype html><html lang="fr"><head><title>Cours</title>
<link rel="stylesheet" href="player.css"></head>
<body><img src="media/plan.svg" alt="">
<p><a href="https://example.org/">Une source</a></p>
<script type="application/json" id="boot">
{"html": "<p><img src=\\"media/plan.svg\\"> 1 < 2 <a href='https://example.org/'>ici</a></p>"}
</script>
<script src="player.js"></script></body></html>"""

CONTENT = {
    "index.html": PAGE,
    "player.css": b"body { background: url(media/plan.svg) }",
    "player.js": b'const svg = "http://www.w3.org/2000/svg"; fetch("/somewhere");',
    "media/plan.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>',
}


def sound_files(mastery=60):
    course = RenderedCourse(miniature(), "fr")
    tree = branches(course, Options(mastery=mastery))
    shared = set(CONTENT) - {"index.html"}
    manifest = scorm12_manifest("mini", Metadata.of(course), tree, shared)
    return {**CONTENT, **documents("scorm12"), "imsmanifest.xml": serialize(manifest)}


def check(tmp_path, files):
    return findings(write_zip(files, tmp_path / "package.zip"))


def findings(package):
    return check_package(package, independent).findings


def with_manifest(old, new, files=None):
    """The sound package with something else in its manifest."""
    files = files or sound_files()
    manifest = files["imsmanifest.xml"].decode()
    assert re.search(old, manifest), f"nothing to damage: {old} in {manifest}"
    return {**files, "imsmanifest.xml": re.sub(old, new, manifest).encode()}


def with_file(name, content):
    """The sound package with something else in one of its files, or one more file."""
    return {**sound_files(), name: content}


def messages(found):
    return "\n".join(map(str, found))


@pytest.mark.parametrize("mastery", [None, 0, 60, 62.5, 100])
def test_a_sound_package_is_let_through(tmp_path, mastery):
    assert check(tmp_path, sound_files(mastery)) == ()


def test_the_fetched_schemas_and_the_independent_ones_both_compile():
    assert compile_scorm12(documents("scorm12"))
    assert compile_scorm12(independent("scorm12"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<schemaversion>1.2<", "<schemaversion>1.3<", "<schemaversion> says '1.3'"),
        ("<schemaversion>1.2<", "<schemaversion> 1.2<", "<schemaversion> says ' 1.2'"),
        ("<schema>ADL SCORM<", "<schema>IMS Content<", "<schema> says 'IMS Content'"),
        ("(?s)<metadata>.*</metadata>", "", "<schemaversion> says None"),
        ('default="organization-mini"', "", "names None, which is not there"),
        ('default="organization-mini"', 'default="item-mini"', "names 'item-mini'"),
        ("(?s)<organization .*</organization>", "", "There is no organization"),
        (r"(?s)<organization .*</organization>", "<!-- nothing -->", "There is no organization"),
        ('identifierref="resource-mini"', 'identifierref="x"', "refers to the resource 'x'"),
        (' identifierref="resource-mini"', "", "starts nothing"),
        (' href="index.html" adlcp', " adlcp", "has no launch page"),
        ('identifier="item-mini"', 'identifier="course-mini"', "is used twice"),
        (">60</adlcp", ">101</adlcp", "mastery score '101'"),
        (">60</adlcp", ">60,5</adlcp", "mastery score '60,5'"),
        ("adlcp:scormtype", "adlcp:scormType", "spelling of SCORM 2004"),
        (' adlcp:scormtype="sco"', "", "a sco or an asset"),
        ('type="webcontent"', 'type="text/html"', "type 'text/html'"),
        ('href="index.html" adlcp', 'href="start.html" adlcp', "not one of its files"),
        ('<file href="player.js"/>', "", "player.js: The manifest does not list this file"),
        ('<file href="player.js"/>', '<file href="x.js"/>', "lists x.js, which is not in the zip"),
        ('<file href="player.js"/>', '<file href="//[x.js"/>', "lists //[x.js, which is not in"),
        (r' xsi:schemaLocation="[^"]*"', "", "does not say where its schemas are"),
        ("adlcp_rootv1p2.xsd", "adlcp_v1p3.xsd", "names the schema adlcp_v1p3.xsd"),
        ("(?s)<item .*</item>", '<item identifier="item-mini"/>', "has no title"),
        ("<resources>", "<resource>", "not well-formed"),
        ("<resources>", "<resources><unknown/>", "Element 'unknown'"),
        ("<langstring", "<string", "not well-formed"),
        ("(?s)<general>", "<specific/><general>", "line 7: Element 'specific'"),
        ('xmlns="http://www.imsproject[^"]*"', 'xmlns="urn:x"', "not an unprefixed <manifest>"),
        ("<(/?)manifest", r"<\1course", "not an unprefixed <manifest>"),
        (r"<\?xml.*\?>", "<!DOCTYPE manifest>", "declares a document type"),
    ],
)
def test_a_damaged_manifest_is_caught(tmp_path, old, new, message):
    assert message in messages(check(tmp_path, with_manifest(old, new)))


def test_a_prefixed_manifest_is_caught(tmp_path):
    files = with_manifest(
        "^(?s:.*)$", '<cp:manifest xmlns:cp="http://www.imsproject.org/xsd/imscp_rootv1p1p2"/>'
    )
    assert "not an unprefixed <manifest>" in messages(check(tmp_path, files))


def test_an_entity_is_never_expanded(tmp_path):
    files = with_manifest(
        r"<\?xml.*\?>", '<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    )
    assert messages(check(tmp_path, files)).startswith("imsmanifest.xml: Refused")


def test_a_manifest_in_another_encoding_is_refused(tmp_path):
    files = sound_files()
    latin = (
        files["imsmanifest.xml"].decode().encode("latin-1", "xmlcharrefreplace") + b"\n<!--\xe9-->"
    )
    assert "not UTF-8" in messages(check(tmp_path, {**files, "imsmanifest.xml": latin}))


def test_a_package_in_a_folder_of_its_own_is_caught(tmp_path):
    nested = {f"course/{name}": content for name, content in sound_files().items()}
    assert "no manifest at the root" in messages(check(tmp_path, nested))


def test_a_missing_file_is_caught(tmp_path):
    files = sound_files()
    del files["media/plan.svg"]
    found = messages(check(tmp_path, files))
    assert "imsmanifest.xml: It lists media/plan.svg, which is not in the zip" in found
    assert "index.html: It needs media/plan.svg, which is not in the zip" in found
    assert "player.css: It needs media/plan.svg, which is not in the zip" in found


def test_a_missing_control_document_is_caught(tmp_path):
    files = sound_files()
    del files["adlcp_rootv1p2.xsd"]
    assert "names the schema adlcp_rootv1p2.xsd" in messages(check(tmp_path, files))


def test_schemas_reach_for_nothing_outside():
    documents_in_disguise = {
        **documents("scorm12"),
        "imscp_rootv1p1p2.xsd": documents("scorm12")["imscp_rootv1p1p2.xsd"].replace(
            b"ims_xml.xsd", b"file:///etc/hostname"
        ),
    }
    with pytest.raises(etree.XMLSchemaParseError):
        compile_scorm12(documents_in_disguise)


def test_what_a_package_says_that_its_schemas_are_counts_for_nothing(tmp_path):
    files = with_manifest("<resources>", "<resources><unknown/>")
    files["imscp_rootv1p1p2.xsd"] = b"<anything-goes/>"
    assert "Element 'unknown'" in messages(check(tmp_path, files))


def test_xml_base_is_taken_into_account(tmp_path):
    files = with_manifest('<file href="media/plan.svg"/>', "")
    files = with_manifest(
        "</resources>",
        '<resource identifier="r2" type="webcontent" href="plan.svg" adlcp:scormtype="asset" '
        'xml:base="media/">'
        '<file href="plan.svg"/></resource></resources>',
        files,
    )
    assert check(tmp_path, files) == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("index.html", b"<script src='https://cdn.example/x.js'></script>"),
        ("index.html", b"<script src='//cdn.example/x.js'></script>"),
        ("index.html", b"<link rel='preload stylesheet' href='http://cdn.example/x.css'>"),
        ("index.html", b"<img srcset='media/plan.svg 1x, https://cdn.example/x.png 2x'>"),
        ("index.html", b"<p style='background: url(https://cdn.example/x.png)'>"),
        ("index.html", b"<style>@import 'https://cdn.example/x.css';</style>"),
        ("index.html", b"<svg><use xlink:href='https://cdn.example/x.svg#a'/></svg>"),
        ("index.html", b"<object data='https://cdn.example/x.pdf'></object>"),
        ("index.html", b"<form action='https://cdn.example/'></form>"),
        ("index.html", b"<meta http-equiv='refresh' content='0; url=https://cdn.example/'>"),
        ("index.html", b"<base href='https://cdn.example/'>"),
        ("index.html", b"<script>fetch('https://cdn.example/x')</script>"),
        (
            "index.html",
            b'<script type="application/json">'
            b'{"a": [{"html": "\\u003cimg src=\'https://cdn.example/x.png\'\\u003e"}]}</script>',
        ),
        ("player.css", b"@font-face { src: url('https://cdn.example/x.woff2') }"),
        ("player.js", b'import("https://cdn.example/x.js")'),
        ("player.js", b"navigator.sendBeacon('//cdn.example/x')"),
        (
            "media/plan.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg"><image href="https://cdn.example/x.png"/></svg>',
        ),
        ("index.html", b"<img src='http://[cdn.example/x.png'>"),
    ],
)
def test_what_is_loaded_from_another_host_is_caught(tmp_path, name, content):
    found = messages(check(tmp_path, with_file(name, content)))
    assert f"{name}: It loads" in found
    assert "cdn.example" in found


@pytest.mark.parametrize(
    "harmless",
    [
        b"<a href='https://example.org/'>x</a>",
        b"<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
        b"<a href='#/unit/step'>x</a>",
        b"<link rel='license' href='https://example.org/'>",
        b"<script type='application/json'>not JSON https://example.org/</script>",
        b"",
        b"<!-- nothing -->",
        b"<a:b c:d='e'><x$y></x$y></a:b>",
        b"<script type='application/json'>" + b"[" * 5000 + b"]" * 5000 + b"</script>",
        b"<script type='application/json'>" + b"[" * 900 + b"]" * 900 + b"</script>",
        b"<script type='application/json'>[\"\\ud800<p>\"]</script>",
        b"<style>url(" + b" " * 100_000 + b"</style><script>fetch(" + b" " * 100_000 + b"</script>",
    ],
)
def test_what_loads_nothing_is_let_through(tmp_path, harmless):
    found = check(tmp_path, with_file("index.html", harmless))
    assert [finding for finding in found if finding.level == "error"] == []


def test_a_drawing_with_a_document_type_is_looked_into_all_the_same(tmp_path):
    harmless = b"<!DOCTYPE svg><svg xmlns='http://www.w3.org/2000/svg'/>"
    assert check(tmp_path, with_file("media/plan.svg", harmless)) == ()
    loading = b"<!DOCTYPE svg><svg><image xlink:href='https://cdn.example/x.png'/></svg>"
    assert "cdn.example" in messages(check(tmp_path, with_file("media/plan.svg", loading)))


SPOTS = st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=12))


def spoiled(content, damages):
    spoilt = bytearray(content)
    for share, scrap in damages:
        at = int(share * len(spoilt))
        spoilt[at : at + len(scrap)] = scrap
    return bytes(spoilt)


@given(name=st.sampled_from(["imsmanifest.xml", *CONTENT]), damages=st.lists(SPOTS, max_size=4))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_a_file_holds_the_check_comes_to_an_end(tmp_path_factory, name, damages):
    files = sound_files()
    files[name] = spoiled(files[name], damages)
    found = check(tmp_path_factory.mktemp("spoiled"), files)
    assert all(isinstance(finding, Finding) for finding in found)


@given(damages=st.lists(SPOTS, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_a_zip_holds_the_check_comes_to_an_end(tmp_path_factory, damages):
    package = write_zip(sound_files(), tmp_path_factory.mktemp("spoiled") / "package.zip")
    package.write_bytes(spoiled(package.read_bytes(), damages))
    assert all(isinstance(finding, Finding) for finding in findings(package))


def archive_with(tmp_path, *entries):
    package = tmp_path / "hostile.zip"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in entries:
            archive.writestr(info, content)
    return package


def refusal(package):
    (finding,) = findings(package)
    assert isinstance(finding, Finding)
    return finding.message


@pytest.mark.parametrize(
    "name", ["../evil.html", "media/../../evil.html", "/etc/evil", "C:evil.html", "a\\evil.html"]
)
def test_a_name_that_leaves_the_package_is_refused(tmp_path, name):
    assert "points outside the package" in refusal(archive_with(tmp_path, (name, b"x")))


@pytest.mark.parametrize("name", ["../evil/", "media/../../evil/", "/etc/evil/", "C:evil/"])
def test_a_folder_that_leaves_the_package_is_refused(tmp_path, name):
    assert "points outside the package" in refusal(archive_with(tmp_path, (name, b"")))


@pytest.mark.parametrize("name", ["", "\0index.html"])
def test_a_file_without_a_name_is_refused(tmp_path, name):
    nameless = zipfile.ZipInfo("index.html")
    nameless.filename = name
    assert "without a name" in refusal(archive_with(tmp_path, (nameless, b"x")))


def test_a_folder_may_be_said_twice(tmp_path):
    said = [zipfile.ZipInfo("media/") for _ in range(2)]
    with pytest.warns(UserWarning, match="Duplicate name"):
        package = archive_with(tmp_path, *((each, b"") for each in said))
    assert "no manifest" in refusal(package)


@pytest.mark.parametrize("name", ["zeros.html", "zeros/"])
def test_a_zip_bomb_is_refused(tmp_path, name):
    bomb = archive_with(tmp_path, (name, bytes(20 * 1024**2)))
    assert "zip bomb" in refusal(bomb)


def test_too_many_files_are_refused(tmp_path):
    many = archive_with(tmp_path, *((f"{number}.css", b"") for number in range(20_001)))
    assert "20001 files" in refusal(many)


def test_a_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("index.html")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "is a link" in refusal(archive_with(tmp_path, (link, b"/etc/passwd")))


def test_two_files_of_one_name_are_refused(tmp_path):
    assert "is there twice" in refusal(archive_with(tmp_path, ("a.css", b""), ("A.css", b"")))


def test_a_damaged_zip_is_refused(tmp_path):
    package = write_zip(sound_files(), tmp_path / "package.zip")
    content = bytearray(package.read_bytes())
    content[200:220] = bytes(20)
    package.write_bytes(content)
    assert "damaged" in refusal(package)


def test_half_a_zip_is_refused(tmp_path):
    package = write_zip(sound_files(), tmp_path / "package.zip")
    package.write_bytes(package.read_bytes()[:-100])
    assert "damaged" in refusal(package)


def test_an_encrypted_zip_is_refused(tmp_path):
    package = archive_with(tmp_path, ("index.html", b"x"))
    content = bytearray(package.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = content.index(signature) + offset
        (flags,) = struct.unpack_from("<H", content, at)
        struct.pack_into("<H", content, at, flags | 1)
    package.write_bytes(content)
    assert "is encrypted" in refusal(package)


def test_an_unusual_compression_is_refused(tmp_path):
    package = tmp_path / "package.zip"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("index.html", b"x" * 100)
    assert "compressed in a way" in refusal(package)


def test_a_zip_whose_end_points_nowhere_is_refused(tmp_path):
    package = write_zip(sound_files(), tmp_path / "package.zip")
    content = bytearray(package.read_bytes())
    content[-8] ^= 1
    package.write_bytes(content)
    assert "damaged" in refusal(package)


def test_a_package_that_is_not_there_is_not_called_damaged(tmp_path):
    with pytest.raises(FileNotFoundError):
        check_package(tmp_path / "nowhere.zip")


def test_a_page_too_large_to_look_into_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("scorm_packages.checks.archive.MAX_TEXT_BYTES", 1000)
    found = refusal(write_zip(with_file("index.html", b"<p>" * 1000), tmp_path / "p.zip"))
    assert "too large" in found


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("scorm_packages.checks.archive.MAX_BYTES", 1000)
    assert "unpacks to more than" in refusal(archive_with(tmp_path, ("a.css", b"x" * 2000)))
