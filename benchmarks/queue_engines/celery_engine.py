"""Celery, on Redis, and on SQLite by the transport that Kombu calls experimental."""

from __future__ import annotations

from celery import Celery

from benchmarks.queue_engines import job

_url = job.queue_url()
app = Celery("crash", broker=_url if _url.startswith("redis:") else f"sqla+{_url}")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options=(
        {"visibility_timeout": job.FORGIVING_SECONDS} if _url.startswith("redis:") else {}
    ),
    task_ignore_result=True,
)


@app.task(name="crash")
def crash(number: int) -> None:
    job.work(number)


def enqueue(number: int) -> None:
    crash.apply_async([number], retry=False)


def main() -> None:
    options = ["--pool=threads", f"--concurrency={job.THREADS}", "--loglevel=CRITICAL"]
    app.worker_main(["worker", *options, "--without-gossip", "--without-mingle"])
