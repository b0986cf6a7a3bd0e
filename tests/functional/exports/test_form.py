"""What the export page offers, shows and refuses."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from config.settings import Settings
from course_content.loader import load_course
from lti_tool.app import create_app
from lti_tool.models import now
from lti_tool.services.administration import Way
from lti_tool.services.dispatch_licences import Offer, Terms
from scorm_packages.check import check_package
from scorm_packages.exporter import Order
from scorm_packages.options import Options
from scorm_packages.registry import FORMATS
from tests.functional.administration.conftest import Visitor
from tests.functional.exports.conftest import COURSE, PARTNER, PROFILE, TWO_LANGUAGES, Office
from tests.functional.launch.lms import TOOL

PREVIEW = re.compile(r'<iframe id="preview" src="([^"]+)"')


def preview(office: Office, query: str) -> str:
    """Return the page in the preview's frame, as the form that the query fills in shows it."""
    found = PREVIEW.search(office.get(f"/exports?{query}").text)
    assert found
    answer = office.get(html.unescape(found[1]))
    assert answer.status_code == 200, answer.text
    return answer.text


def boot(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', page, re.S)
    assert found
    read: dict[str, object] = json.loads(found[1])
    return read


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORMATS)
def test_the_form_asks_for_every_option_that_a_format_declares(office: Office, name: str) -> None:
    shown = office.get(f"/exports?course={COURSE}&format={name}").text
    asked = set(re.findall(r'name="option-([^"]+)"', shown))
    # A licence is only chosen where there is one: see below.
    assert asked == (Options.declared().keys() & FORMATS[name].options) - {"licence"}


def test_what_the_profile_says_is_shown_and_not_stored(office: Office) -> None:
    shown = office.get(f"/exports?course={COURSE}&partner={PARTNER}&format=scorm12").text
    assert "Comme le profil\u00a0: 70" in html.unescape(shown)
    office.order(partner=PARTNER, **{"option-completion": "both"})
    (job,) = office.jobs()
    assert job.choices == {"completion": "both"}


def test_the_preview_shows_the_course_as_the_partner_s_package_would(office: Office) -> None:
    own = boot(preview(office, f"course={COURSE}&partner={PARTNER}&option-completion=pages"))
    assert own["look"] == {"mark": "École", "accent": "#0b5563"}
    assert "deux/" not in json.dumps(own["course"])
    assert own["options"]["completion"] == "pages"  # type: ignore[index]  # JSON of a known shape
    assert own["options"]["mastery"] == 70  # type: ignore[index]  # JSON of a known shape
    assert own["options"]["preview"] is True  # type: ignore[index]  # JSON of a known shape
    usual = boot(preview(office, f"course={COURSE}"))
    assert "look" not in usual or usual["look"] is None
    assert '"deux"' in json.dumps(usual["course"])


def test_the_preview_is_in_the_language_that_was_chosen(office: Office) -> None:
    query = f"course={TWO_LANGUAGES}&option-language="
    assert '<html lang="en">' in preview(office, f"{query}en")
    assert '<html lang="fr">' in preview(office, query)


def test_the_preview_shows_the_course_s_files_as_they_are_now(office: Office) -> None:
    assert "Une page nouvelle" not in preview(office, f"course={COURSE}")
    syllabus = office.folder / "courses" / COURSE / "syllabus.md"
    syllabus.write_text(f"{syllabus.read_text()}\n\nUne page nouvelle.\n", encoding="utf-8")
    assert "Une page nouvelle" in preview(office, f"course={COURSE}")


def test_a_preview_has_no_origin_and_no_way_into_our_pages(office: Office) -> None:
    page = office.get(f"/exports/preview/{COURSE}/fr/page")
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    sandbox = re.search(r"sandbox ([^;]*)", policy)
    assert sandbox
    assert "allow-same-origin" not in sandbox[1].split()
    around = office.get("/exports").headers
    assert "frame-src 'self'" in around["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in around["Content-Security-Policy"]


def test_what_lies_beside_a_preview_needs_no_cookie_and_nothing_else_does(office: Office) -> None:
    stranger = Visitor(office.app.test_client())
    beside = f"/exports/preview/{COURSE}/fr"
    medium = next((office.folder / "courses" / COURSE / "media").iterdir()).name
    for path in ("player.js", "player.css", f"media/{medium}"):
        assert status(stranger, f"{beside}/{path}") == 200, path
    for path in ("course.yaml", "media/../course.yaml", "media/%2e%2e/course.yaml",
                 "media/nothing.svg", "player.css.map", "..%2f..%2fpage"):  # fmt: skip
        assert status(stranger, f"{beside}/{path}") == 404, path
    assert status(stranger, f"{beside}/page") == 303
    assert status(stranger, "/exports/preview/nothing/fr/media/x.svg") == 404


def status(visitor: Visitor, path: str) -> int:
    with visitor.get(path) as answer:
        return answer.status_code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"course": "nothing"}, "Ce cours n’existe pas"),
        ({"course": "../../etc"}, "Ce cours n’existe pas"),
        ({"partner": "nobody"}, "Ce partenaire n’a pas de profil"),
        ({"partner": "{folder}/partners/ecole.toml"}, "Ce partenaire n’a pas de profil"),
        ({"format": "floppy"}, "Ce format n’existe pas"),
        ({"option-mastery": "101"}, "Écrivez un nombre de 0 à 100"),
        ({"option-mastery": "\x00"}, "Écrivez un nombre de 0 à 100"),
        ({"option-language": "en"}, "Ce choix n’existe pas"),
        ({"option-statuses": "happy"}, "Ce choix n’existe pas"),
        ({"course": TWO_LANGUAGES, "partner": PARTNER}, "Le profil laisse de côté"),
        ({"partner": "broken"}, "«\u00a0colour\u00a0» n’est pas un champ d’un profil."),
    ],
)
def test_what_cannot_be_made_is_refused_at_its_field(
    office: Office, changes: dict[str, str], said: str
) -> None:
    (office.folder / "partners" / "broken.toml").write_text("colour = 1", encoding="utf-8")
    form = {name: value.format(folder=office.folder) for name, value in changes.items()}
    answer = office.post("/exports", **{"course": COURSE, "format": "scorm12", **form})
    assert answer.status_code == 400
    assert said in html.unescape(answer.text)
    assert office.jobs() == []
    # The same as an address shows the form, with the same words.
    assert office.visitor.client.get("/exports", query_string=form).status_code == 200


def test_options_of_another_format_are_left_alone(office: Office) -> None:
    office.order(format="epub", **{"option-mastery": "40", "option-nothing": "1"})
    (job,) = office.jobs()
    assert job.choices == {}


def test_a_package_that_needs_a_licence_says_what_is_missing_and_takes_the_one_there_is(
    office: Office, tmp_path: Path
) -> None:
    form = {"course": COURSE, "format": "dispatch"}
    shown = html.unescape(office.post("/exports", **form).text)
    assert "Ce format est fait pour un partenaire" in shown
    form["partner"] = PARTNER
    shown = html.unescape(office.post("/exports", **form).text)
    assert "Aucune licence n’ouvre ce cours à ce partenaire" in shown
    # A designer makes no licences, and is shown no way to.
    assert "/admin/licences" not in shown
    assert "/admin/licences" in office.enter(Way.COMMAND).post("/exports", **form).text
    today = now().date()
    offer = Offer([PARTNER], {COURSE: ["fr"]})
    first, second = (
        office.tool.licences.make(Terms(PARTNER, COURSE, "fr", 30, today, today), offer)
        for _ in range(2)
    )
    refused = office.post("/exports", **form)
    assert refused.status_code == 400
    assert f'<option value="{first}"' in refused.text
    page = office.make(**form, **{"option-licence": str(second)})
    (kept,) = office.kept()
    assert kept.options["licence"] == str(second)
    with office.get(f"{page}/file") as answer:
        (tmp_path / kept.name).write_bytes(answer.data)
    assert check_package(tmp_path / kept.name).kind == "dispatch"


def test_a_course_with_mistakes_is_named_and_cannot_be_chosen(office: Office) -> None:
    (office.folder / "courses" / COURSE / "course.yaml").write_text("title: 1", encoding="utf-8")
    answer = office.post("/exports", course=COURSE, format="scorm12")
    assert answer.status_code == 400
    assert "course.yaml" in answer.text


def test_a_partner_s_profile_counts_from_the_next_look_on(office: Office) -> None:
    profile: Path = office.folder / "partners" / f"{PARTNER}.toml"
    profile.write_text(PROFILE.replace("70", "55"), encoding="utf-8")
    shown = office.get(f"/exports?course={COURSE}&partner={PARTNER}&format=scorm12").text
    assert "Comme le profil\u00a0: 55" in html.unescape(shown)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_enters_without_a_session_and_nothing_changes_from_elsewhere(
    office: Office,
) -> None:
    stranger = Visitor(office.app.test_client())
    for path in ("/exports", "/exports/history", "/exports/jobs/1", "/exports/packages/1/file"):
        assert stranger.get(path).location.startswith("/admin/sign-in")
    answer = office.visitor.post("/exports", "https://evil.example", course=COURSE)
    assert answer.status_code == 403
    assert office.jobs() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_designer_sees_exports_and_no_page_of_the_administration(office: Office) -> None:
    paths = [rule.rule for rule in office.app.url_map.iter_rules() if _is_administration(rule.rule)]
    assert len(paths) > 10
    for path in paths:
        asked = re.sub(r"<[^>]*>", "1", path)
        assert office.get(asked).status_code in (303, 405), asked
        assert office.post(asked).status_code in (303, 405), asked
    administrator = office.enter(Way.COMMAND)
    assert administrator.get("/exports").status_code == 200
    assert "/admin/platforms" in administrator.get("/exports").text
    assert "/admin/platforms" not in office.get("/exports").text


def _is_administration(path: str) -> bool:
    free = ("/admin/sign-in", "/admin/enter", "/admin/leave")
    return path.startswith("/admin") and path not in free


def test_a_designer_leaves(office: Office) -> None:
    assert office.post("/admin/leave").status_code == 303
    assert office.get("/exports").status_code == 303


def test_the_page_is_closed_where_no_setting_opens_it(tmp_path: Path) -> None:
    app = create_app(Settings(public_url=TOOL, database_url=f"sqlite:///{tmp_path / 'closed.db'}"))
    assert Visitor(app.test_client()).get("/exports").status_code == 403
    app.extensions["arrimage"].close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_preview_that_cannot_be_made_says_why_in_french(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of the course goes between the form, which has read it, and the page."""

    def read_again(slug: str, _order: Order) -> bytes:
        (office.folder / "courses" / slug / "course.yaml").unlink()
        load_course(office.folder / "courses" / slug)
        raise AssertionError

    monkeypatch.setattr(office.tool.previews, "page", read_again)
    answer = office.get(f"/exports/preview/{COURSE}/fr/page")
    assert answer.status_code == 409
    shown = html.unescape(answer.text)
    assert "<code>course.yaml</code>\u00a0: Ce fichier n’existe pas." in shown
    assert "Créez-le, ou corrigez son nom." in shown
