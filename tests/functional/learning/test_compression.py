from __future__ import annotations

import gzip

import pytest
from werkzeug.test import TestResponse

from lti_tool.views.compression import SharedPage, compress
from lti_tool.views.learn import player_page
from tests.functional.school import School

GZIP = {"Accept-Encoding": "br, gzip;q=0.8"}


def script(school: School, **headers: str) -> TestResponse:
    client = school.app.test_client()
    return client.get("/static/player/player.lti.fr.js", headers=headers, buffered=True)


def test_a_browser_that_takes_gzip_gets_what_it_plays_in_half_the_bytes(school: School) -> None:
    window = school.open()
    plain = window.client.get("/api/boot", headers=window.headers)

    packed = window.client.get("/api/boot", headers={**window.headers, **GZIP})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.content_length == len(packed.data) < len(plain.data) / 2
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.vary
    assert "Accept-Encoding" in packed.vary


@pytest.mark.parametrize("taken", ["br", "gzip;q=0", "identity", "", "*;q=0", "gzip;q=x"])
def test_a_browser_that_takes_no_gzip_gets_none(school: School, taken: str) -> None:
    assert "Content-Encoding" not in script(school, **{"Accept-Encoding": taken}).headers


def test_a_compressed_file_is_not_sent_again_to_who_has_it(school: School) -> None:
    first = script(school, **GZIP)
    assert gzip.decompress(first.data) == script(school).data

    again = script(school, **GZIP, **{"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""


def test_a_part_of_a_file_is_sent_as_it_is(school: School) -> None:
    part = script(school, **GZIP, Range="bytes=0-1999")

    assert part.status_code == 206
    assert "Content-Encoding" not in part.headers
    assert part.data == script(school).data[:2000]


def test_what_is_short_is_sent_as_it_is(school: School) -> None:
    answer = school.app.test_client().get("/healthz", headers=GZIP)

    assert "Content-Encoding" not in answer.headers


def test_a_page_in_parts_is_what_it_is_without_compression() -> None:
    """Its parts are compressed each by itself; the course's part once for everybody."""
    for name in ("Alex « & » Martin", "Camille Noël", "", "é" * 5_000):
        page = SharedPage(name.encode(), "<p>Le même cours pour tout le monde</p>".encode(), b"!")
        assert gzip.decompress(page.compressed()) == page.get_data()
        assert name.encode() in page.get_data()


def test_the_first_page_is_each_persons_own_when_it_is_compressed(school: School) -> None:
    with school.app.test_request_context(headers=GZIP):
        pages = [
            compress(player_page("Cours", "fr", (name, b'"course":"' + b"x" * 2_000 + b'"}')))
            for name in (b'{"learner":"Alex",', b'{"learner":"Camille",')
        ]
    alex, camille = (gzip.decompress(page.get_data()) for page in pages)
    assert b"Alex" in alex
    assert b"Alex" not in camille
    assert alex.replace(b"Alex", b"Camille") == camille
