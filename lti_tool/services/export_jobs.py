"""Makes the packages that were asked for on the export page, one after another.

The rows of ``ExportJob`` are the queue. A worker claims one with a lease, which a thread of
its own renews while the package is made, so that a worker that dies leaves its row to the
others within a minute. What it had made by then is in the exporter's cache, or made again:
the same order gives the same bytes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast

from sqlalchemy import CursorResult, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from course_content.loader import CourseError, CourseNotFound
from course_content.model import localized
from lti_tool.database import Database
from lti_tool.models import ExportJob, ExportPackage, JobState, now
from lti_tool.services.dispatch_licences import LicenceDesk
from lti_tool.services.export_objections import OBJECTIONS, objections
from lti_tool.services.export_packages import lock_packages, twin_of
from lti_tool.services.exports import ExportDesk
from lti_tool.services.tokens import new_token
from scorm_packages.checks.findings import Finding
from scorm_packages.exporter import Exporter, Order
from scorm_packages.format import UnsoundPackage
from scorm_packages.kept import Made
from scorm_packages.options import OptionError
from scorm_packages.package import PackageError
from scorm_packages.partners import ProfileError

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=1)
BEAT_SECONDS: Final = 0.5
"""How often a running job's row is brought up to date."""
POLL_SECONDS: Final = 1.0
MOST_TRIES: Final = 3
"""A job in whose course three workers died is at fault itself, as a rule."""
MOST_OPEN: Final = 50
DETAIL_LENGTH: Final = 4000
MOST_FINDINGS: Final = 200
FINDING_LENGTH: Final = 1000
"""The longest text of a finding that is kept, in characters: a course's file may hold anything."""
JOBS_KEPT: Final = timedelta(days=90)
SOON: Final = timedelta(seconds=20)
"""A job that nobody took for that long, while no other is being made, is waiting in vain."""
OPEN: Final = (JobState.WAITING, JobState.RUNNING)


class JobFault(StrEnum):
    """Why there is no package. ``export_words`` says it in words."""

    COURSE_GONE = "course_gone"
    COURSE = "course"
    UNSOUND = "unsound"
    PACKAGE = "package"
    PROFILE = "profile"
    OPTION = "option"
    STORAGE = "storage"
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"


FAULTS: Final = (
    (CourseNotFound, JobFault.COURSE_GONE),
    (CourseError, JobFault.COURSE),
    (UnsoundPackage, JobFault.UNSOUND),
    (PackageError, JobFault.PACKAGE),
    (ProfileError, JobFault.PROFILE),
    (OptionError, JobFault.OPTION),
    (OSError, JobFault.STORAGE),
)
"""What an error means; the first that fits, as the later are wider."""


class QueueFull(Exception):
    """Too many packages were asked for that are not made yet."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for, by names; ``choices`` are the options that they chose."""

    course: str
    format: str
    partner: str
    choices: Mapping[str, Any]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a job stands. ``ahead`` is how many are made before it.

    ``is_left_alone`` tells that no worker seems to be there.
    """

    ahead: int
    is_left_alone: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """What came in between, what was said about it, and the same as findings, where there are any.

    ``detail`` is for the log, and for what has no findings.
    """

    fault: JobFault
    detail: str = ""
    report: Mapping[str, Any] | None = None


# -- asking ---------------------------------------------------------------------------------


def ask(db: Session, wish: Wish) -> ExportJob:
    """Put an order into the queue, or return the same one that is there already.

    Raise ``QueueFull``.
    """
    waiting = db.scalars(select(ExportJob).where(ExportJob.state.in_(OPEN))).all()
    asked = (wish.course, wish.format, wish.partner, dict(wish.choices))
    for job in waiting:
        if (job.course, job.format, job.partner, job.choices) == asked:
            return job
    if len(waiting) >= MOST_OPEN:
        raise QueueFull
    job = ExportJob(
        course=wish.course,
        format=wish.format,
        partner=wish.partner,
        choices=dict(wish.choices),
        asked_by=wish.by,
    )
    db.add(job)
    db.flush()
    return job


def cancel(db: Session, job_id: int) -> bool:
    """Take an order back that is not carried out yet; return whether it was so.

    Whoever carries it out finds out at its next beat, and keeps nothing.
    """
    result = db.execute(
        update(ExportJob)
        .where(ExportJob.id == job_id, ExportJob.state.in_(OPEN))
        .values(state=JobState.CANCELLED, claim=None, claimed_until=None, finished_at=now())
    )
    return cast("CursorResult[Any]", result).rowcount > 0


def standing(db: Session, job: ExportJob, moment: datetime) -> Standing:
    """Tell where a job stands in the queue, and whether anybody works through it."""
    if job.state not in OPEN:
        return Standing(0, is_left_alone=False)
    is_made = and_(ExportJob.state == JobState.RUNNING, ExportJob.claimed_until > moment)
    if job.state == JobState.RUNNING:
        held = job.claimed_until is not None and job.claimed_until > moment - SOON
        return Standing(0, is_left_alone=not held)
    earlier = or_(is_made, and_(ExportJob.state == JobState.WAITING, ExportJob.id < job.id))
    ahead = db.scalar(select(func.count(ExportJob.id)).where(earlier)) or 0
    others = db.scalar(select(func.count(ExportJob.id)).where(is_made)) or 0
    return Standing(ahead, is_left_alone=not others and moment - job.asked_at > SOON)


def last_jobs(db: Session, most: int) -> list[ExportJob]:
    """Return the jobs that have no package: those under way, and those that failed."""
    rows = select(ExportJob).where(ExportJob.state != JobState.DONE)
    return list(db.scalars(rows.order_by(ExportJob.id.desc()).limit(most)))


def forget_old_jobs(db: Session, moment: datetime) -> None:
    """Delete jobs that have long been over. The packages that came of them stay."""
    over = ExportJob.finished_at < moment - JOBS_KEPT
    db.execute(delete(ExportJob).where(over, ExportJob.state.not_in(OPEN)))


# -- carrying out ---------------------------------------------------------------------------


class _Lost(Exception):
    """The job was cancelled, or is in somebody else's hands."""


class _Stopped(Exception):
    """The worker is asked to end."""


class _Hold:
    """A worker's hold on a job, renewed by a thread of its own; it is the exporter's watcher."""

    def __init__(self, database: Database, job_id: int, stop: threading.Event) -> None:
        self.job_id = job_id
        self.token = new_token()
        self._database = database
        self._stop = stop
        self._lost = threading.Event()
        self._over = threading.Event()
        self._progress = (0, 0)

    def watch(self, done: int, total: int) -> None:
        """Note how far the package is. Raise ``_Lost`` or ``_Stopped`` to end it here."""
        self._progress = (done, total)
        if self._lost.is_set():
            raise _Lost
        if self._stop.is_set():
            raise _Stopped

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the hold until the block ends."""
        beating = threading.Thread(target=self._beat)
        beating.start()
        try:
            yield
        finally:
            self._over.set()
            beating.join()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            try:
                done, total = self._progress
                if not _change(self._database, self, done=done, total=total, **_lease(now())):
                    self._lost.set()
                    return
            except Exception:
                log.exception("An export's progress could not be noted.")


def run_exports(
    database: Database,
    desk: ExportDesk,
    licences: LicenceDesk,
    stop: threading.Event,
    *,
    poll_seconds: float = POLL_SECONDS,
) -> None:
    """Make packages until ``stop`` is set; one that is being made then is left to others.

    Whatever goes wrong, a database that is away included, is logged and tried again.
    """
    while not stop.is_set():
        try:
            desk.packages.sweep()
            while not stop.is_set() and export_next(database, desk, licences, stop):
                pass
        except Exception:
            log.exception("Exports were interrupted; they go on in %s s.", poll_seconds)
        stop.wait(poll_seconds)


def export_next(
    database: Database, desk: ExportDesk, licences: LicenceDesk, stop: threading.Event
) -> bool:
    """Make the package that was asked for first; return whether there was one to make."""
    hold = _claim(database, stop, now())
    if hold is None:
        return False
    with database.reading() as db:
        job = db.get_one(ExportJob, hold.job_id)
    try:
        with hold.kept(), desk.packages.workspace() as workspace:
            order, exporter = _order(desk, job)
            made = exporter.export(_licensed(order, exporter, licences), workspace, hold.watch)
            _finish(database, desk, hold, _package(order, exporter, made, job.asked_by), made)
    except _Lost:
        log.info("Export %s was cancelled.", hold.job_id)
    except _Stopped:
        released = {"claim": None, "claimed_until": None, "tries": ExportJob.tries - 1}
        _change(database, hold, state=JobState.WAITING, **released)
    except Exception as error:
        _fail(database, hold, _failure(error))
    return True


def _claim(database: Database, stop: threading.Event, moment: datetime) -> _Hold | None:
    """Take the oldest job that nobody has in hands, for as long as ``LEASE``."""
    left = and_(ExportJob.state == JobState.RUNNING, ExportJob.claimed_until <= moment)
    due = (
        select(ExportJob.id)
        .where(or_(ExportJob.state == JobState.WAITING, left))
        .order_by(ExportJob.id)
        .limit(1)
    )
    with database.reading() as db:
        # Nobody waits for the one writer of SQLite just because there is nothing to do.
        if db.scalar(due) is None:
            return None
    with database.transaction() as db:
        job = db.scalars(
            select(ExportJob)
            .where(ExportJob.id == due.with_for_update(skip_locked=True).scalar_subquery())
            .with_for_update()
        ).one_or_none()
        if job is None:
            return None
        hold = _Hold(database, job.id, stop)
        if job.tries >= MOST_TRIES:
            _end(job, JobState.FAILED)
            job.fault = JobFault.INTERRUPTED
            return None
        job.state, job.claim, job.claimed_until = JobState.RUNNING, hold.token, moment + LEASE
        job.tries += 1
        job.done = job.total = 0
        return hold


def _order(desk: ExportDesk, job: ExportJob) -> tuple[Order, Exporter]:
    order = desk.order(job.format, desk.known_partner(job.partner), job.choices)
    return order, desk.exporter(desk.course_folder(job.course))


def _licensed(order: Order, exporter: Exporter, licences: LicenceDesk) -> Order:
    """Put the licence's address into an order that needs one. It is noted nowhere else."""
    if "licence" not in order.format.options:
        return order
    return licences.licensed(order, exporter.course.slug, exporter.course.languages)


def _package(order: Order, exporter: Exporter, made: Made, by: str) -> ExportPackage:
    partner = order.partner
    return ExportPackage(
        name=made.path.name,
        checksum=made.checksum,
        size=made.path.stat().st_size,
        course=exporter.course.slug,
        course_title=localized(exporter.course.title, made.language),
        version=made.version[:100],
        language=made.language,
        format=order.format.name,
        partner=partner.name if partner else "",
        partner_title=(partner.title or partner.name) if partner else "",
        options=order.options.of(order.format.options),
        report=dict(made.report.as_json()),
        made_by=by,
        made_at=now(),
    )


def _finish(
    database: Database, desk: ExportDesk, hold: _Hold, package: ExportPackage, made: Made
) -> None:
    """Keep a package and note that it is there: both, or neither as far as anybody sees.

    A worker that dies in between leaves a file that nobody knows, and that the next one
    puts there again. Raise ``_Lost`` when the job is no longer ours.
    """
    with database.transaction() as db:
        lock_packages(db)
        ours = (ExportJob.id == hold.job_id, ExportJob.claim == hold.token)
        job = db.scalars(select(ExportJob).where(*ours).with_for_update()).one_or_none()
        if job is None or job.state != JobState.RUNNING:
            raise _Lost
        twin = twin_of(db, package)
        desk.packages.put(made.path, package.checksum)
        if twin is None:
            db.add(package)
        job.package, job.was_there = twin or package, twin is not None
        job.done = job.total = package.size
        _end(job, JobState.DONE)


def fault_of(error: Exception) -> JobFault:
    """Return what kind of fault an error is."""
    return next((fault for kind, fault in FAULTS if isinstance(error, kind)), JobFault.INTERNAL)


def _failure(error: Exception) -> Failure:
    """Tell what an error means, and what of it is worth showing."""
    fault = fault_of(error)
    if fault is JobFault.INTERNAL:
        log.error("A package could not be made.", exc_info=error)
        return Failure(fault, type(error).__name__)
    if isinstance(error, UnsoundPackage):
        return Failure(fault, report=error.report.as_json())
    if isinstance(error, OBJECTIONS):
        return Failure(fault, str(error), _report(objections(error)))
    # The rest comes of the system. Without the path: it says how the server is made.
    return Failure(fault, getattr(error, "strerror", None) or type(error).__name__)


def _report(found: Sequence[Finding]) -> Mapping[str, Any]:
    """Return what was found as JSON takes it, the first of it where there is much."""
    shown = [
        {name: storable(value)[:FINDING_LENGTH] for name, value in asdict(each).items()}
        for each in found[:MOST_FINDINGS]
    ]
    return {"findings": shown, "left_out": len(found) - len(shown)}


def _fail(database: Database, hold: _Hold, failure: Failure) -> None:
    log.warning("Export %s failed (%s): %s", hold.job_id, failure.fault, failure.detail)
    _change(
        database,
        hold,
        state=JobState.FAILED,
        claim=None,
        claimed_until=None,
        finished_at=now(),
        fault=failure.fault,
        detail=storable(failure.detail)[:DETAIL_LENGTH],
        report=failure.report,
    )


def storable(text: str) -> str:
    """Return a text without what no database takes: files may hold anything."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _change(database: Database, hold: _Hold, **values: Any) -> bool:
    """Change a job that is still in our hands; return whether it is."""
    ours = (
        ExportJob.id == hold.job_id,
        ExportJob.claim == hold.token,
        ExportJob.state == JobState.RUNNING,
    )
    with database.transaction() as db:
        result = db.execute(update(ExportJob).where(*ours).values(**values))
        return cast("CursorResult[Any]", result).rowcount > 0


def _lease(moment: datetime) -> dict[str, datetime]:
    return {"claimed_until": moment + LEASE}


def _end(job: ExportJob, state: JobState) -> None:
    job.state, job.claim, job.claimed_until, job.finished_at = state, None, None, now()
