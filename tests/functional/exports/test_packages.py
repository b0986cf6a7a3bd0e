"""What was made stays: who got it is noted, and the file is the one that was made."""

from __future__ import annotations

import html
import os
import re
from datetime import timedelta

import pytest

from lti_tool.models import now
from lti_tool.services.export_store import ABANDONED_SECONDS, INCOMING
from tests.functional.administration.conftest import Visitor
from tests.functional.exports.conftest import COURSE, DESIGNER, PARTNER, TWO_LANGUAGES, Office

TODAY = now().date().isoformat()


def status(office: Office, path: str) -> int:
    with office.get(path) as answer:
        return answer.status_code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("chosen", "suffix", "kind"),
    [
        ("scorm12", ".zip", "application/zip"),
        ("common-cartridge", ".imscc", "application/vnd.ims.imsccv1p3"),
        ("epub", ".epub", "application/epub+zip"),
        ("pdf", ".pdf", "application/pdf"),
    ],
)
def test_a_file_comes_with_its_name_and_its_type(
    office: Office, chosen: str, suffix: str, kind: str
) -> None:
    page = office.make(format=chosen)
    with office.get(f"{page}/file") as answer:
        assert answer.mimetype == kind
        name = f"{COURSE}-1-fr-{chosen}{suffix}"
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert answer.headers["Cache-Control"] == "no-store"
        assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_a_past_package_comes_again_byte_for_byte(office: Office) -> None:
    page = office.make()
    with office.get(f"{page}/file") as first:
        content = first.data
    # Neither the course nor the cache is needed for it.
    (office.folder / "courses" / COURSE / "course.yaml").unlink()
    with Visitor(office.app.test_client()).get(f"{page}/file") as stranger:
        assert stranger.status_code == 303
    with office.get(f"{page}/file") as again:
        assert again.data == content


def test_a_damaged_file_is_said_and_not_handed_over_and_healed_by_making_it_again(
    office: Office,
) -> None:
    page = office.make()
    (file,) = office.files()
    sound = file.read_bytes()
    file.write_bytes(b"X" + sound[1:])
    answer = office.get(f"{page}/file")
    assert answer.status_code == 409
    assert "Ce fichier est abîmé" in html.unescape(answer.text)
    assert office.make() == page
    with office.get(f"{page}/file") as healed:
        assert healed.data == sound


def test_a_file_that_is_not_there_is_said(office: Office) -> None:
    page = office.make()
    office.files()[0].unlink()
    answer = office.get(f"{page}/file")
    assert answer.status_code == 410
    assert "ARRIMAGE_PACKAGES" in answer.text


def test_whom_a_package_went_to_is_noted_and_taken_back(office: Office) -> None:
    page = office.make()
    sent = office.post(f"{page}/sends", recipient="  Mme <Élise> Roy ", sent_on="2026-09-01")
    assert sent.status_code == 303
    assert office.post(f"{page}/sends", recipient="DSI", sent_on=TODAY).status_code == 303
    shown = office.get("/exports/history").text
    assert "Mme &lt;Élise&gt; Roy" in shown
    assert f"noté par {DESIGNER}" in office.get(page).text
    (first, _second) = re.findall(rf"{page}/sends/(\d+)/remove", office.get(page).text)
    assert office.post(f"{page}/sends/{first}/remove").status_code == 303
    assert "Élise" not in office.get("/exports/history").text
    assert "DSI" in office.get("/exports/history").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("recipient", "sent_on", "field"),
    [
        ("", TODAY, "recipient"),
        ("x" * 256, TODAY, "recipient"),
        ("a\x00b", TODAY, "recipient"),
        ("DSI", "", "sent_on"),
        ("DSI", "hier", "sent_on"),
        ("DSI", "1912-01-01", "sent_on"),
        ("DSI", (now().date() + timedelta(days=9)).isoformat(), "sent_on"),
    ],
)
def test_a_sending_that_cannot_be_is_refused_at_its_field(
    office: Office, recipient: str, sent_on: str, field: str
) -> None:
    page = office.make()
    answer = office.post(f"{page}/sends", recipient=recipient, sent_on=sent_on)
    assert answer.status_code == 400
    assert f'id="{field}-problem"' in answer.text
    assert "pas encore" in office.get("/exports/history").text


def test_a_removed_file_leaves_its_line(office: Office) -> None:
    page = office.make()
    office.post(f"{page}/sends", recipient="DSI", sent_on=TODAY)
    assert "Plus personne ne pourra" in office.get(f"{page}/remove").text
    assert office.post(f"{page}/remove").status_code == 303
    assert office.files() == []
    assert status(office, f"{page}/file") == 410
    shown = office.get("/exports/history").text
    assert "DSI" in shown
    assert "supprimé" in shown
    # Made again, it is another package of the same content.
    assert office.make() != page
    assert len(office.files()) == 1


def test_a_file_that_two_packages_share_goes_with_the_last_of_them(office: Office) -> None:
    (office.folder / "partners" / "autre.toml").write_text("", encoding="utf-8")
    # A profile that says nothing changes nothing but the name.
    pages = [office.make(partner=each) for each in ("", "autre")]
    assert len(office.files()) == 1
    office.post(f"{pages[0]}/remove")
    assert status(office, f"{pages[1]}/file") == 200
    office.post(f"{pages[1]}/remove")
    assert office.files() == []


def test_the_history_is_narrowed_to_a_course_a_partner_and_a_format(office: Office) -> None:
    office.make()
    office.make(partner=PARTNER)
    office.make(course=TWO_LANGUAGES, format="epub", **{"option-language": "en"})

    def found(query: str) -> int:
        return office.get(f"/exports/history?{query}").text.count("/file")

    assert found("") == 3
    assert found(f"course={COURSE}") == 2
    assert found(f"course={COURSE}&partner={PARTNER}") == 1
    assert found("partner=-") == 2
    assert found("format=epub") == 1
    assert found("format=epub&partner=ecole") == 0
    # What nothing was made of is as if it were not said.
    assert found("format=%00&course=%ff&partner=nobody&before=x") == 3
    assert found(f"before={office.kept()[-1].id}") == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_is_found_under_a_number_that_was_never_given(office: Office) -> None:
    for path in ("packages/1", "packages/1/file", "packages/1/remove", "packages/2147483648",
                 "packages/..%2f", "jobs/1", "jobs/1/state", "jobs/x"):  # fmt: skip
        assert status(office, f"/exports/{path}") == 404, path
    for path in ("packages/1/sends", "packages/1/remove", "packages/1/sends/1/remove",
                 "jobs/1/cancel"):  # fmt: skip
        form = {"recipient": "DSI", "sent_on": TODAY}
        assert office.post(f"/exports/{path}", **form).status_code == 404, path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_dead_worker_left_half_made_is_swept_up(office: Office) -> None:
    left = office.packages / INCOMING / "left"
    fresh = office.packages / INCOMING / "fresh"
    for folder in (left, fresh):
        folder.mkdir(parents=True)
        (folder / "half.zip").write_bytes(b"PK")
    old = left.stat().st_mtime - ABANDONED_SECONDS - 1
    os.utime(left, (old, old))
    office.tool.exports.packages.sweep()
    assert not left.exists()
    assert fresh.exists()
