"""The command line: what it prints, and the exit codes that scripts rely on."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from sqlalchemy import select

from config.settings import Settings
from lti_tool.cli import main
from lti_tool.database import Database
from lti_tool.lti import Fault, LaunchRefused
from lti_tool.models import AdministratorPassword, ToolKey
from lti_tool.services.administration import Door, DoorClosed
from lti_tool.services.keys import KeyRing
from lti_tool.services.refusal_book import RefusalBook
from tests.functional.launch.lms import Answer, Key, Lms, Server
from tests.servers import PATIENCE_SECONDS, free_ports, wait_for

COURSES = Path(__file__).parents[2] / "courses"
SMALL = "deux-unites"


@pytest.fixture
def environment(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in list(os.environ):
        if name.startswith("ARRIMAGE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ARRIMAGE_DATABASE_URL", database_url)
    monkeypatch.setenv("ARRIMAGE_COURSES", str(COURSES))
    monkeypatch.setenv("ARRIMAGE_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("ARRIMAGE_DEFAULT_COURSE", SMALL)


@pytest.fixture
def lms() -> Iterator[Lms]:
    with Server().running() as server:
        yield Lms(server, Key("lms-key"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def add(lms: Lms, *more: str) -> Result:
    known = lms.registration
    return run(
        "platform",
        "add",
        f"--name={known.name}",
        f"--issuer={known.issuer}",
        f"--client-id={known.client_id}",
        f"--authorization-url={known.authorization_url}",
        f"--token-url={known.token_url}",
        f"--jwks-url={known.jwks_url}",
        *(f"--deployment-id={each}" for each in known.deployment_ids),
        *more,
    )


def test_every_command_explains_itself() -> None:
    commands = (
        (),
        ("serve",),
        ("worker",),
        ("db",),
        ("db", "upgrade"),
        ("platform",),
        ("platform", "add"),
        ("platform", "list"),
        ("platform", "test"),
        ("platform", "suspend"),
        ("platform", "resume"),
        ("platform", "administrators"),
        ("admin",),
        ("admin", "password"),
        ("admin", "enter"),
        ("errors",),
        ("course",),
        ("course", "list"),
        ("course", "check"),
        ("export",),
        ("package",),
        ("package", "check"),
    )
    for command in commands:
        result = run(*command, "--help")
        assert result.exit_code == 0
        assert len(result.output.splitlines()) > 4, command


@pytest.mark.usefixtures("environment")
def test_an_upgrade_makes_tables_and_a_key(database_url: str) -> None:
    assert run("db", "upgrade").exit_code == 0
    assert run("db", "upgrade").exit_code == 0
    database = Database(database_url)
    with database.reading() as db:
        assert len(db.scalars(select(ToolKey)).all()) == 1
    database.close()


@pytest.mark.usefixtures("environment")
def test_a_platform_is_registered_listed_and_updated(lms: Lms) -> None:
    first = add(lms)
    assert first.exit_code == 0, first.output
    for address in ("/lti/login", "/lti/launch", "/.well-known/jwks.json"):
        assert f"http://localhost:8000{address}" in first.output
    second = json.loads(add(lms, "--deployment-id=second", "--json").output)
    assert second["deployment_ids"] == ["deployment-1", "second"]
    listed = json.loads(run("platform", "list", "--json").output)
    assert [each["id"] for each in listed] == [second["id"]]
    assert "École" in run("platform", "list").output


@pytest.mark.usefixtures("environment")
def test_a_wrong_registration_is_explained_and_is_a_misuse(lms: Lms) -> None:
    result = add(lms, "--token-url=http://lms.example/token")
    assert result.exit_code == 2
    assert "without https" in result.output


def platform_number() -> str:
    (known,) = json.loads(run("platform", "list", "--json").output)
    return str(known["id"])


@pytest.fixture
def published_keys(lms: Lms, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool's keys at its public address, which another server answers for here."""
    monkeypatch.setenv("ARRIMAGE_PUBLIC_URL", lms.server.url)
    key_set = json.dumps(KeyRing(database).key_set()).encode()
    lms.server.answers["/.well-known/jwks.json"] = Answer(body=key_set)


@pytest.mark.usefixtures("environment", "published_keys")
def test_a_connection_that_works_is_said_to_work(lms: Lms) -> None:
    add(lms)
    lms.server.answers["/token"] = Answer(body=b'{"access_token": "t", "expires_in": 3600}')
    result = run("platform", "test", platform_number())
    assert result.exit_code == 0, result.output
    assert "FAIL" not in result.output
    assert "wait Reading a class’s list" in result.output


@pytest.mark.usefixtures("environment", "published_keys")
def test_a_connection_that_fails_names_what_and_who_mends_it(lms: Lms) -> None:
    add(lms)
    lms.server.answers["/jwks"] = Answer(404)
    lms.server.answers["/token"] = Answer(400, b'{"error": "invalid_client"}')
    lms.server.answers["/.well-known/jwks.json"] = Answer(body=b'{"keys": []}')
    result = run("platform", "test", platform_number(), "--json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    failed = {each["step"]: each for each in found if each["outcome"] == "failed"}
    tokens = {"score-token", "line-item-token", "result-token", "roster-token"}
    assert set(failed) == {"platform-keys", "own-keys", *tokens}
    assert "invalid_client" in failed["score-token"]["detail"]
    assert all(each["remedy"] and each["mender"] for each in failed.values())
    assert {each["outcome"] for each in found if each["step"] not in failed} == {"ok", "waiting"}
    spoken = run("platform", "test", platform_number())
    assert spoken.exit_code == 1
    assert "FAIL The platform’s public keys" in spoken.output


@pytest.mark.usefixtures("environment")
def test_a_suspended_platform_is_marked_and_can_be_resumed(lms: Lms) -> None:
    add(lms)
    assert run("platform", "suspend", platform_number()).exit_code == 0
    assert "(suspended)" in run("platform", "list").output
    assert run("platform", "resume", platform_number()).exit_code == 0
    assert "(suspended)" not in run("platform", "list").output
    assert run("platform", "suspend", "404").exit_code == 2


@pytest.mark.usefixtures("environment")
def test_a_platform_s_administrators_are_allowed_by_a_decision(lms: Lms) -> None:
    add(lms)
    (known,) = json.loads(run("platform", "list", "--json").output)
    assert known["admits_administrators"] is False
    assert run("platform", "administrators", platform_number(), "--allow").exit_code == 0
    (known,) = json.loads(run("platform", "list", "--json").output)
    assert known["admits_administrators"] is True


@pytest.mark.usefixtures("environment")
def test_a_reference_is_found_however_it_is_typed(database: Database) -> None:
    assert "Nothing was refused" in run("errors").output
    refused = LaunchRefused(Fault.PLATFORM_UNKNOWN, "issuer 'https://lms.example'")
    refused.issuer = "https://lms.example"
    reference = RefusalBook(database).record(refused)
    typed = reference.lower().replace("-", " ")
    told = run("errors", typed)
    assert told.exit_code == 0, told.output
    assert reference in told.output
    assert "is not registered" in told.output
    (listed,) = json.loads(run("errors", "--json").output)
    assert listed["code"] == "platform_unknown"
    unknown = run("errors", "2222-2222")
    assert unknown.exit_code == 1
    assert "log" in unknown.output


@pytest.mark.usefixtures("environment")
def test_the_administration_s_password_is_set_by_a_command(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = CliRunner().invoke(main, ["admin", "password", "--stdin"], input="court\n")
    assert short.exit_code == 2
    assert "12" in short.output
    closed = CliRunner().invoke(
        main, ["admin", "password"], input="une longue phrase\nune longue phrase\n"
    )
    assert closed.exit_code == 0, closed.output
    assert "ARRIMAGE_ADMINISTRATION" in closed.output
    monkeypatch.setenv("ARRIMAGE_ADMINISTRATION", "password")
    opened = CliRunner().invoke(main, ["admin", "password", "--stdin"], input="autre phrase longue")
    assert "ARRIMAGE_ADMINISTRATION" not in opened.output
    with database.reading() as db:
        (kept,) = db.scalars(select(AdministratorPassword)).all()
    assert "phrase" not in kept.password_hash


@pytest.mark.usefixtures("environment")
def test_a_command_prints_an_address_that_lets_in_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARRIMAGE_ADMINISTRATION", "password")
    done = run("admin", "enter")
    assert done.exit_code == 0, done.output
    address = done.stdout.strip()
    start = "http://localhost:8000/admin/enter?ticket="
    assert address.startswith(start)
    door = Door(database, frozenset({"password"}))
    assert door.is_in(door.enter_by_ticket(address.removeprefix(start)).session)
    with pytest.raises(DoorClosed):
        door.enter_by_ticket(address.removeprefix(start))


@pytest.mark.usefixtures("environment")
def test_a_platform_that_is_not_there_is_a_misuse() -> None:
    result = run("platform", "test", "404")
    assert result.exit_code == 2
    assert "arrimage platform list" in result.output


@pytest.mark.usefixtures("environment")
def test_courses_are_listed_with_those_that_have_mistakes() -> None:
    listed = {each["slug"]: each for each in json.loads(run("course", "list", "--json").output)}
    assert listed[SMALL]["title"] == "Deux unités"
    assert listed["many-mistakes"]["mistakes"] > 1
    assert "engagement-parties-prenantes" in listed
    assert "see: arrimage course check" in run("course", "list").output


@pytest.mark.usefixtures("environment")
def test_a_course_without_mistakes_passes() -> None:
    assert run("course", "check", SMALL).exit_code == 0
    assert run("course", "check", str(COURSES / SMALL)).exit_code == 0


@pytest.mark.usefixtures("environment")
def test_mistakes_are_shown_with_file_line_and_remedy() -> None:
    result = run("course", "check", "many-mistakes")
    assert result.exit_code == 1
    assert re.search(r"^  \S+\.(yaml|md):\d+: \S", result.output, re.MULTILINE)
    (found,) = json.loads(run("course", "check", "many-mistakes", "--json").output).values()
    assert {"path", "line", "message", "remedy"} == set(found["problems"][0])


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("command", [("course", "check"), ("export", "--format", "scorm12")])
def test_a_course_that_is_not_there_is_a_misuse_with_a_suggestion(
    command: tuple[str, ...],
) -> None:
    result = run(*command, "deux-unite")
    assert result.exit_code == 2
    assert SMALL in result.output


@pytest.mark.usefixtures("environment")
def test_a_course_is_exported_to_one_zip_whose_name_is_printed(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    result = run("export", SMALL, "--format", "scorm12", "--out", str(out), "--json")
    assert result.exit_code == 0, result.output
    (written,) = out.iterdir()
    assert json.loads(result.stdout)["file"] == str(written)
    with zipfile.ZipFile(written) as archive:
        assert "imsmanifest.xml" in archive.namelist()


@pytest.mark.usefixtures("environment")
def test_an_export_says_what_the_institution_decided(tmp_path: Path) -> None:
    institution = tmp_path / "institution.toml"
    institution.write_text('[syllabus]\nects = "7 crédits"\n', encoding="utf-8")
    options = ("--mastery", "75", "--institution", str(institution))
    result = run(
        "export",
        "engagement-parties-prenantes",
        "--format",
        "scorm12",
        "--out",
        str(tmp_path),
        *options,
    )
    assert result.exit_code == 0, result.output
    (written,) = tmp_path.glob("*.zip")
    with zipfile.ZipFile(written) as archive:
        assert "7 crédits" in archive.read("unit-syllabus.js").decode()
        manifest = archive.read("imsmanifest.xml").decode()
    assert "<adlcp:masteryscore>75</adlcp:masteryscore>" in manifest


@pytest.mark.usefixtures("environment")
def test_every_format_is_listed_with_what_it_is_for_and_who_takes_it() -> None:
    text = run("export", "--list").output
    listed = json.loads(run("export", "--list", "--json").output)
    (scorm12,) = (each for each in listed if each["name"] == "scorm12")
    assert "Moodle" in scorm12["platforms"]
    assert scorm12["purpose"] in text
    assert "mastery" in scorm12["options"]


@pytest.mark.usefixtures("environment")
def test_all_partners_get_a_package_and_whose_profile_is_wrong_is_told_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    (profiles / "exemple.toml").write_text('lms = "moodle"\n[export]\nmastery = 70\n')
    (profiles / "faux.toml").write_text("[export]\nmastery = 700\n")
    (profiles / "perdu.toml").write_text('[course]\nwithout = ["nulle-part"]\n')
    monkeypatch.setenv("ARRIMAGE_PARTNERS", str(profiles))
    command = ("export", SMALL, "--all-partners", "--out", str(tmp_path / "out"))
    result = run(*command, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert set(told["failures"]) == {"faux", "perdu"}
    assert "faux.toml:2: “[export] mastery” cannot be “700”" in told["failures"]["faux"]
    assert "“nulle-part”, which is no unit" in told["failures"]["perdu"]
    assert len(told["packages"]) == len(list((tmp_path / "out").iterdir())) == 8
    said = run(*command)
    assert "exemple-scorm12.zip  (unchanged)" in said.stdout
    assert "faux: no package" in said.stderr


@pytest.mark.usefixtures("environment")
def test_pieces_that_a_partner_s_platform_does_not_take_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    profile = 'lms = "360learning"\nformat = "{}"\n[export]\nstructure = "units"\n'
    (profiles / "un.toml").write_text(profile.format("scorm12"))
    (profiles / "deux.toml").write_text(profile.format("scorm2004-3e"))
    monkeypatch.setenv("ARRIMAGE_PARTNERS", str(profiles))
    refused = run("export", SMALL, "--partner", "un", "--out", str(tmp_path))
    assert "360Learning takes SCORM 1.2 in one piece only." in refused.output
    assert "--structure module" in refused.output
    command = ("export", SMALL, "--all-partners", "--format", "scorm12", "--out", str(tmp_path))
    assert "un: no package. 360Learning takes SCORM 1.2" in run(*command).stderr
    made = run("export", SMALL, "--partner", "deux", "--out", str(tmp_path), "--json")
    assert Path(json.loads(made.stdout)["file"]).exists()


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ((), "--format"),
        (("--format", "scorm13"), "Did you mean “scorm12”"),
        (("--partner", "nobody"), "There is no partner"),
        (("--partner", "esthua", "--all-partners"), "Name one partner"),
        (("--format", "scorm12", "--mastery", "much"), "from 0 to 100"),
    ],
)
def test_an_export_that_cannot_be_asked_for_says_what_can(
    options: tuple[str, ...], remedy: str, tmp_path: Path
) -> None:
    result = run("export", SMALL, "--out", str(tmp_path), *options)
    assert result.exit_code != 0
    assert remedy in result.output
    assert list(tmp_path.glob("*.zip")) == []


@pytest.mark.usefixtures("environment")
def test_a_package_is_checked_by_whoever_receives_it(tmp_path: Path) -> None:
    export = run("export", SMALL, "--format", "scorm12", "--out", str(tmp_path), "--json")
    package = json.loads(export.stdout)["file"]
    told = run("package", "check", package)
    assert told.exit_code == 0
    assert "SCORM 1.2" in told.output
    stranger = tmp_path / "stranger.zip"
    with zipfile.ZipFile(stranger, "w") as archive:
        archive.writestr("course/imsmanifest.xml", "<manifest/>")
    refused = run("package", "check", str(stranger), "--json")
    assert refused.exit_code == 1
    report = json.loads(refused.output)
    assert not report["sound"]
    assert "not the folder itself" in report["findings"][0]["remedy"]
    assert "Zip the content" in run("package", "check", str(stranger)).output


def test_the_help_names_every_setting() -> None:
    text = run("--help").output
    assert "ARRIMAGE_PUBLIC_URL" in text
    assert all(f"ARRIMAGE_{each.name}" in text for each in Settings.variables().values())


@pytest.mark.usefixtures("environment")
def test_a_language_that_the_course_lacks_is_a_misuse(tmp_path: Path) -> None:
    command = ("export", SMALL, "--format", "scorm12", "--language", "en")
    result = run(*command, "--out", str(tmp_path))
    assert result.exit_code == 1
    assert "Choose one of its languages: fr" in result.output


@pytest.mark.usefixtures("environment")
def test_a_course_with_mistakes_is_not_exported(tmp_path: Path) -> None:
    result = run("export", "many-mistakes", "--format", "scorm12", "--out", str(tmp_path))
    assert result.exit_code == 1
    assert list(tmp_path.glob("*.zip")) == []


@pytest.mark.parametrize(
    "command", [("platform", "list"), ("serve",), ("worker",), ("platform", "test", "1")]
)
def test_a_database_without_tables_is_reported_with_the_remedy(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARRIMAGE_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    result = run(*command)
    assert result.exit_code == 1
    assert "arrimage db upgrade" in result.output


def test_a_database_that_cannot_be_reached_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARRIMAGE_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    result = run("platform", "list")
    assert result.exit_code == 1
    assert "ARRIMAGE_DATABASE_URL" in result.output


def test_wrong_settings_are_a_misuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARRIMAGE_THREADS", "1")
    result = run("platform", "list")
    assert result.exit_code == 2
    assert "ARRIMAGE_THREADS" in result.output


@pytest.mark.usefixtures("environment")
def test_a_default_course_that_is_not_there_is_a_misuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARRIMAGE_DEFAULT_COURSE", "no-such-course")
    result = run("worker")
    assert result.exit_code == 2
    assert "no-such-course" in result.output


ARRIMAGE = shutil.which("arrimage", path=str(Path(sys.executable).parent)) or "arrimage"


@pytest.mark.usefixtures("environment")
def test_the_server_serves_in_several_threads_and_ends_when_told(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    log = (tmp_path / "log").open("wb")
    with log, subprocess.Popen([ARRIMAGE, "serve", "--port", str(port)], stderr=log) as server:
        try:
            address = f"http://127.0.0.1:{port}/healthz"
            wait_for(address)
            assert requests.get(address, timeout=PATIENCE_SECONDS).json() == {"status": "ok"}
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE_SECONDS) == 0


@pytest.mark.usefixtures("environment")
def test_the_worker_ends_when_told() -> None:
    with subprocess.Popen([ARRIMAGE, "worker"], stderr=subprocess.PIPE) as worker:
        assert worker.stderr is not None
        assert json.loads(worker.stderr.readline())["message"]
        worker.send_signal(signal.SIGTERM)
        worker.stderr.read()
        assert worker.wait(PATIENCE_SECONDS) == 0


@pytest.mark.usefixtures("environment")
def test_a_new_key_is_announced_once_and_listed_with_the_one_that_signs() -> None:
    assert run("keys", "rotate").exit_code == 0
    listed = json.loads(run("keys", "list", "--json").stdout)
    assert [each["use"] for each in listed] == ["announced", "signing"]
    again = run("keys", "rotate")
    assert again.exit_code == 1
    assert "arrimage keys list" in again.output


@pytest.mark.usefixtures("environment")
def test_a_compromised_key_is_replaced_at_once() -> None:
    run("keys", "rotate")
    assert run("keys", "rotate", "--compromised").exit_code == 0
    (only,) = json.loads(run("keys", "list", "--json").stdout)
    assert only["use"] == "signing"
