"""A package that was asked for is made, whatever becomes of those who make it."""

from __future__ import annotations

import errno
import html
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import pytest
from sqlalchemy import update

from lti_tool.models import ExportJob, JobState, now
from lti_tool.services import export_jobs
from lti_tool.services.export_jobs import (
    JOBS_KEPT,
    LEASE,
    MOST_OPEN,
    MOST_TRIES,
    SOON,
    export_next,
    run_exports,
)
from lti_tool.services.export_store import PackageStore
from lti_tool.services.housekeeping import forget_what_is_over
from scorm_packages.check import check_package
from scorm_packages.checks.findings import Finding, Report
from scorm_packages.exporter import Exporter, Order
from scorm_packages.format import refuse_faults
from scorm_packages.kept import Made
from scorm_packages.package import Progress, nobody_watches
from tests.functional.exports.conftest import COURSE, PARTNER, PROFILE, Office
from tests.functional.launch.lms import TOOL
from tests.servers import PATIENCE_SECONDS

ARRIMAGE = str(Path(sys.executable).with_name("arrimage"))


def age(office: Office, **values: object) -> None:
    """Make every job as old as these values say."""
    with office.tool.database.transaction() as db:
        db.execute(update(ExportJob).values(**values))


def test_a_package_is_made_checked_kept_and_handed_over(office: Office, tmp_path: Path) -> None:
    page = office.make(partner=PARTNER, **{"option-mastery": "80"})
    (kept,) = office.kept()
    assert (kept.course, kept.version, kept.partner) == (COURSE, "1", PARTNER)
    assert kept.options["mastery"] == 80
    assert kept.made_by == "Zoé Martin"
    with office.get(f"{page}/file") as answer:
        assert answer.status_code == 200
        content = answer.data
    assert len(content) == kept.size
    file = tmp_path / kept.name
    file.write_bytes(content)
    assert check_package(file) == Report.of_json(kept.report)
    assert not check_package(file).errors
    assert "Deux unités" in html.unescape(office.get(page).text)


def test_the_page_of_a_job_tells_where_it_stands(office: Office) -> None:
    first, second = office.order(), office.order(format="epub")
    state = office.get(f"{second}/state").json
    assert state is not None
    assert (state["over"], state["percent"]) == (False, None)
    assert "1 paquet est fait avant celui-ci" in html.unescape(office.get(second).text)
    assert office.work()
    assert office.get(f"{first}/state").json["over"] is True  # type: ignore[index]  # ours
    assert office.get(first).location.startswith("/exports/packages/")


def test_the_same_order_twice_is_one_job_and_later_the_same_package(office: Office) -> None:
    assert office.order() == office.order()
    assert office.order(**{"option-mastery": "40"}) != office.order()
    while office.work():
        pass
    page = office.make()
    assert len(office.kept()) == 2
    assert office.jobs()[-1].was_there
    assert "c’est le même fichier" in html.unescape(office.get(f"{page}?done=same").text)


def test_a_package_of_a_course_that_changed_is_another_one(office: Office) -> None:
    page = office.make()
    course = office.folder / "courses" / COURSE / "course.yaml"
    course.write_text(course.read_text().replace('version: "1"', 'version: "2"'), encoding="utf-8")
    assert office.make() != page
    assert [each.version for each in office.kept()] == ["1", "2"]
    with office.get(f"{page}/file") as answer:
        assert answer.status_code == 200


def test_an_order_is_cancelled_while_it_waits_and_while_it_is_made(office: Office) -> None:
    waiting = office.order()
    assert office.post(f"{waiting}/cancel").location.startswith("/exports?done=cancelled")
    assert not office.work()
    made = office.order()
    with half_way(office):
        assert office.post(f"{made}/cancel").status_code == 303
    assert [each.state for each in office.jobs()] == [JobState.CANCELLED] * 2
    assert office.kept() == []
    assert office.files() == []
    assert "over" in office.post(f"{made}/cancel").location
    assert office.get(made).status_code == 200


@contextmanager
def half_way(office: Office) -> Iterator[None]:
    """A worker that makes a package waits half way, until the block ends."""
    slow = SlowProfile(office)
    worker = threading.Thread(target=office.work)
    worker.start()
    try:
        with slow.being_read() as writer:
            assert office.jobs()[-1].state == JobState.RUNNING
            yield
            writer.write(PROFILE)
    finally:
        worker.join(PATIENCE_SECONDS)
        assert not worker.is_alive()


class SlowProfile:
    """A partner's profile that comes to an end only when the test says so.

    It is a pipe: whoever reads it waits for what is written to it. Every job becomes one for
    this partner.
    """

    def __init__(self, office: Office) -> None:
        self.path = office.folder / "partners" / "slow.toml"
        os.mkfifo(self.path)
        age(office, partner="slow")

    @contextmanager
    def being_read(self) -> Iterator[TextIO]:
        """Wait until somebody reads it, and yield what they read from."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (pipe := self._pipe()) is None:
            assert time.monotonic() < deadline, "nobody reads the profile"
        with os.fdopen(pipe, "w", encoding="utf-8") as writer:
            yield writer

    def _pipe(self) -> int | None:
        try:
            return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            return None


def test_a_worker_that_is_killed_leaves_the_job_to_the_next(
    office: Office, database_url: str
) -> None:
    office.order()
    slow = SlowProfile(office)
    environment = {
        **os.environ,
        "ARRIMAGE_DATABASE_URL": database_url,
        "ARRIMAGE_PUBLIC_URL": TOOL,
        "ARRIMAGE_COURSES": str(office.folder / "courses"),
        "ARRIMAGE_PARTNERS": str(office.folder / "partners"),
        "ARRIMAGE_CACHE": str(office.folder / "cache"),
        "ARRIMAGE_PACKAGES": str(office.packages),
    }
    with (office.folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen([ARRIMAGE, "worker"], env=environment, stdout=log, stderr=log)
        with slow.being_read():
            (job,) = office.jobs()
            assert (job.state, job.tries) == (JobState.RUNNING, 1)
            worker.kill()
            worker.wait(PATIENCE_SECONDS)
    (job,) = office.jobs()
    assert job.state == JobState.RUNNING
    assert not office.work()
    slow.path.unlink()
    slow.path.write_text(PROFILE, encoding="utf-8")
    age(office, claimed_until=now() - timedelta(seconds=1))
    assert "Personne ne prend cette demande" in office.get("/exports/jobs/1").text
    assert office.work()
    (job,) = office.jobs()
    assert (job.state, job.tries) == (JobState.DONE, 2)
    assert len(office.files()) == 1


class _Dies(BaseException):
    """What no worker catches, as the end of its process."""


class _DyingStore(PackageStore):
    """A store in which the process ends, before or after the file has its place."""

    def __init__(self, folder: Path, *, after: bool) -> None:
        super().__init__(folder)
        self._after = after

    def put(self, file: Path, checksum: str) -> None:
        if self._after:
            super().put(file, checksum)
        raise _Dies


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_around_the_keeping_of_the_file_loses_and_doubles_nothing(
    office: Office, *, after: bool
) -> None:
    office.order()
    desk = office.tool.exports
    sound, desk.packages = desk.packages, _DyingStore(office.packages, after=after)
    with pytest.raises(_Dies):
        office.work()
    desk.packages = sound
    assert office.kept() == []
    age(office, claimed_until=now() - timedelta(seconds=1))
    assert office.work()
    (kept,) = office.kept()
    assert [each.name for each in office.files()] == [kept.checksum]


def test_a_job_in_which_workers_die_again_and_again_is_given_up(office: Office) -> None:
    job = office.order()
    moment = now() - timedelta(seconds=1)
    age(office, state=JobState.RUNNING, tries=MOST_TRIES, claimed_until=moment)
    assert not office.work()
    shown = html.unescape(office.get(job).text)
    assert "s’est arrêté trois fois" in shown
    assert "Regardez son journal" in shown


def test_a_worker_that_lost_its_job_keeps_nothing(office: Office) -> None:
    office.order()
    with half_way(office):
        age(office, claim="somebody else's", claimed_until=now() + LEASE)
    assert [each.state for each in office.jobs()] == [JobState.RUNNING]
    assert office.kept() == []


def test_a_worker_that_is_stopped_gives_its_job_back(office: Office) -> None:
    office.order()
    stop = threading.Event()
    stop.set()
    assert export_next(office.tool.database, office.tool.exports, office.tool.licences, stop)
    (job,) = office.jobs()
    assert (job.state, job.tries, job.claim) == (JobState.WAITING, 0, None)
    assert office.work()


def test_a_job_that_nobody_takes_says_who_can_mend_it(office: Office) -> None:
    job = office.order()
    assert office.get(f"{job}/state").json["left_alone"] is False  # type: ignore[index]  # ours
    age(office, asked_at=now() - SOON - timedelta(seconds=1))
    assert office.get(f"{job}/state").json["left_alone"] is True  # type: ignore[index]  # ours
    assert "arrimage worker" in html.unescape(office.get(job).text)


def test_what_went_wrong_is_said_with_what_to_do(office: Office) -> None:
    job = office.order(partner=PARTNER)
    (office.folder / "partners" / f"{PARTNER}.toml").write_text("colour = 1", encoding="utf-8")
    assert office.work()
    shown = html.unescape(office.get(job).text)
    assert "Le profil du partenaire ne peut pas être lu" in shown
    assert (
        "<code>ecole.toml</code>, ligne 1\u00a0: «\u00a0colour\u00a0» n’est pas un champ" in shown
    )
    assert "Vouliez-vous écrire" in shown
    assert str(office.folder) not in shown
    assert job in office.get("/exports").text


class _Unsound(Exporter):
    """An exporter whose package the check refuses, as it would refuse a damaged one of ours."""

    def export(self, order: Order, out: Path, progress: Progress = nobody_watches) -> Made:
        made = super().export(order, out, progress)
        fault = Finding("index.html", "It needs a.png, which is not in the zip.", "Add the file.")
        refuse_faults(replace(made.report, findings=(fault,)), str(made.report.kind))
        return made


def test_a_package_that_is_not_sound_is_not_kept_and_its_findings_are_shown(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = office.order()
    monkeypatch.setattr(office.tool.exports, "exporter", _Unsound)
    assert office.work()
    shown = html.unescape(office.get(job).text)
    assert office.kept() == []
    assert "Le contrôle a trouvé des erreurs" in shown
    assert "Il a besoin de a.png, qui n’est pas dans le paquet." in shown


def test_a_store_that_cannot_be_written_to_is_said(office: Office) -> None:
    office.packages.write_text("not a folder", encoding="utf-8")
    job = office.order()
    assert office.work()
    assert "ARRIMAGE_PACKAGES" in html.unescape(office.get(job).text)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_more_is_taken_than_can_be_made_soon(office: Office) -> None:
    for number in range(MOST_OPEN):
        office.order(**{"option-mastery": str(number)})
    answer = office.post("/exports", course=COURSE, format="epub")
    assert answer.status_code == 429
    assert "Trop de paquets" in answer.text


def test_jobs_that_have_long_been_over_are_forgotten_and_packages_are_not(office: Office) -> None:
    office.make()
    office.order(format="epub")
    age(office, asked_at=now() - JOBS_KEPT * 2)
    with office.tool.database.transaction() as db:
        done = ExportJob.state == JobState.DONE
        db.execute(update(ExportJob).where(done).values(finished_at=now() - JOBS_KEPT * 2))
    forget_what_is_over(office.tool.database)
    assert [each.format for each in office.jobs()] == ["epub"]
    assert len(office.kept()) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_worker_s_loop_makes_what_waits_and_ends_when_told(office: Office) -> None:
    office.order()
    stop = threading.Event()
    loop = threading.Thread(
        target=run_exports,
        args=(office.tool.database, office.tool.exports, office.tool.licences, stop),
    )
    loop.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while office.jobs()[0].state != JobState.DONE and time.monotonic() < deadline:
        stop.wait(0.05)
    stop.set()
    loop.join(PATIENCE_SECONDS)
    assert not loop.is_alive()
    assert office.jobs()[0].state == JobState.DONE


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_hold_is_renewed_while_a_package_is_made(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_jobs, "BEAT_SECONDS", 0.01)
    office.order()
    with half_way(office):
        almost_over = now() + timedelta(seconds=1)
        age(office, claimed_until=almost_over)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            (job,) = office.jobs()
            if job.claimed_until and job.claimed_until > almost_over:
                break
        assert job.claimed_until
        assert job.claimed_until > almost_over
    assert len(office.kept()) == 1
