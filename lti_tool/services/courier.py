"""The worker's work: jobs from the queue, and a sweep for what the queue does not know.

A job names a platform with scores due. The threads that take it send them side by side, as many
at once as the platform is to be sent, each for a short while: then other platforms have their
turn. Every second the sweep looks into the rows for platforms with scores due and no job in the
queue: scores put off that are due again, platforms whose pause is over, and all that a queue
lost that was killed or emptied. Where the queue is away, the sweep sends them itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from functools import partial
from typing import Protocol

from lti_tool.services.delivery import Carrier, deliver_slice, drain
from lti_tool.services.errands import RENEWAL_SECONDS, platforms_due

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0


class Jobs(Protocol):
    """The queue, as the worker sees it: ``services.queue.JobQueue``."""

    def announce(self, platform_ids: Collection[int]) -> bool:
        """Queue a job for each platform; return whether the queue took them."""

    def waiting(self) -> frozenset[int] | None:
        """Return the platforms that have a job in the queue; ``None`` when it cannot tell."""

    def consume(self, work: Callable[[int], object], threads: int, stop: threading.Event) -> None:
        """Do the jobs, each by ``work``, until ``stop`` is set."""


def run_courier(
    carrier: Carrier,
    jobs: Jobs,
    stop: threading.Event,
    *,
    threads: int,
    poll_seconds: float = POLL_SECONDS,
) -> None:
    """Deliver scores until ``stop`` is set. Those being sent are finished first.

    Whatever goes wrong, a database that is away included, is logged and tried again.
    """
    done = threading.Event()
    look = partial(sweep, carrier, jobs, stop)
    sweeper = threading.Thread(target=_repeat, args=(look, stop, poll_seconds))
    # Leases are renewed until the last score is through.
    renewer = threading.Thread(
        target=_repeat, args=(partial(_renew, carrier), done, RENEWAL_SECONDS)
    )
    sweeper.start()
    renewer.start()
    try:
        jobs.consume(partial(_serve, carrier, jobs, stop), threads, stop)
    finally:
        stop.set()
        sweeper.join()
        done.set()
        renewer.join()


def sweep(carrier: Carrier, jobs: Jobs, stop: threading.Event) -> None:
    """Queue the platforms that have scores due and no job; send the scores if there is no queue."""
    with carrier.database.reading() as db:
        due = frozenset(platforms_due(db, carrier.clock()))
    if not due:
        return
    waiting = jobs.waiting()
    if waiting is None or not jobs.announce(due - waiting):
        drain(carrier, stop.is_set)


def _serve(carrier: Carrier, jobs: Jobs, stop: threading.Event, platform_id: int) -> None:
    try:
        deliver_slice(
            carrier, platform_id, lambda: jobs.announce([platform_id]), stopping=stop.is_set
        )
    except Exception:
        log.exception("The scores of platform %s were interrupted.", platform_id)


def _renew(carrier: Carrier) -> None:
    carrier.leases.renew(carrier.clock())


def _repeat(work: Callable[[], object], stop: threading.Event, seconds: float) -> None:
    while not stop.is_set():
        try:
            work()
        except Exception:
            log.exception("Delivery was interrupted; it goes on in %s s.", seconds)
        stop.wait(seconds)
