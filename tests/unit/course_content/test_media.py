from pathlib import Path

import pytest

from course_content.media import LARGEST_MEDIUM, medium_problem

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    return folder


def said_of(media: Path, name: str, content: str | bytes) -> str | None:
    (media / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    problem = medium_problem(media.parent, name)
    return problem.message if problem else None


@pytest.mark.parametrize(
    "drawing",
    [
        '<circle r="2"/>',
        '<style>.a{fill:url(#b)}</style><linearGradient id="b"/>',
        '<use xlink:href="#b"/>',
        '<image href="data:image/png;base64,iVBORw0KGgo="/>',
        '<title>Un dessin</title><animate attributeName="r" to="3"/>',
    ],
)
def test_a_plain_drawing_is_accepted(media: Path, drawing: str) -> None:
    assert said_of(media, "dessin.svg", SVG.format(drawing)) is None


@pytest.mark.parametrize(
    "drawing",
    [
        "<script>alert(1)</script>",
        '<script href="https://exemple.org/x.js"/>',
        '<circle onclick="alert(1)"/>',
        '<a xlink:href="javascript:alert(1)"><circle/></a>',
        '<image href="https://exemple.org/x.png"/>',
        '<image href="data:image/svg+xml;base64,PHN2Zz4="/>',
        '<use href="//exemple.org/x.svg#a"/>',
        "<style>@import 'https://exemple.org/x.css';</style>",
        "<style>.a{fill:url( https://exemple.org/x)}</style>",
        '<circle style="fill:url(https://exemple.org/x)"/>',
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
        '<set attributeName="href" to="javascript:alert(1)"/>',
        '<animate attributeName="xlink:href" values="javascript:alert(1)"/>',
    ],
)
def test_a_drawing_that_does_something_is_refused(media: Path, drawing: str) -> None:
    said = said_of(media, "dessin.svg", SVG.format(drawing))
    assert said == "This drawing holds a script, an event handler or an outside address."


@pytest.mark.parametrize(
    "content",
    [
        "<svg",
        "",
        '<!DOCTYPE svg [<!ENTITY a "x">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        '<!DOCTYPE svg SYSTEM "file:///etc/passwd"><svg xmlns="http://www.w3.org/2000/svg"/>',
        '<?xml version="1.0" encoding="nothing"?><svg/>',
    ],
)
def test_what_is_not_plain_svg_is_refused(media: Path, content: str) -> None:
    assert said_of(media, "dessin.svg", content) == "This drawing is not plain SVG."


def test_another_document_in_a_drawings_clothes_is_refused(media: Path) -> None:
    assert said_of(media, "dessin.svg", "<html><body/></html>") is not None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.png", PNG),
        ("photo.jpg", b"\xff\xd8\xff\xe0"),
        ("photo.JPEG", b"\xff\xd8\xff\xe0"),
        ("photo.gif", b"GIF89a"),
        ("photo.webp", b"RIFF....WEBP"),
        ("fiche.pdf", b"%PDF-1.7"),
        ("fiche.csv", "rôle;poids\n".encode()),
    ],
)
def test_files_that_are_what_their_name_says_are_accepted(
    media: Path, name: str, content: bytes
) -> None:
    assert said_of(media, name, content) is None


@pytest.mark.parametrize("name", ["photo.png", "photo.jpg", "photo.gif", "photo.webp", "x.pdf"])
def test_a_page_in_a_pictures_clothes_is_refused(media: Path, name: str) -> None:
    assert said_of(media, name, "<html>") == "This file is not of the kind that its name says."


def test_a_table_in_another_encoding_is_refused(media: Path) -> None:
    assert said_of(media, "fiche.csv", "rôle".encode("latin-1")) == "This file is not in UTF-8."


@pytest.mark.parametrize("name", ["page.html", "script.js", "sans-suffixe", "photo.png.exe"])
def test_other_kinds_of_files_are_refused(media: Path, name: str) -> None:
    assert said_of(media, name, PNG) == "Files of this kind are not shown in a course."


def test_a_file_too_large_for_a_package_is_refused(media: Path) -> None:
    with (media / "photo.png").open("wb") as file:
        file.write(PNG)
        file.truncate(LARGEST_MEDIUM + 1)
    problem = medium_problem(media.parent, "photo.png")
    assert problem is not None
    assert problem.message == "This file has 10240 KiB, and 10240 is the most."


def test_a_link_to_a_file_elsewhere_is_refused(media: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    (media / "photo.png").symlink_to(tmp_path / "secret.png")
    problem = medium_problem(media.parent, "photo.png")
    assert problem is not None
    assert problem.message == "This path leads out of the course's folder."
