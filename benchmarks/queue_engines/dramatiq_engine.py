"""Dramatiq, on Redis. It brings no queue that needs no server."""

from __future__ import annotations

import threading

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from benchmarks.queue_engines import job

broker = RedisBroker(
    url=job.queue_url(),
    heartbeat_timeout=job.FORGIVING_SECONDS * 1000,
    # Otherwise jobs of the dead are looked for at one command in a thousand.
    maintenance_chance=100_000,
)
dramatiq.set_broker(broker)


@dramatiq.actor(max_retries=10, min_backoff=500, max_backoff=2000)
def crash(number: int) -> None:
    job.work(number)


def enqueue(number: int) -> None:
    crash.send(number)


def main() -> None:
    dramatiq.Worker(broker, worker_threads=job.THREADS).start()
    threading.Event().wait()
