"""Procrastinate, on PostgreSQL. It brings no queue that needs no server.

Jobs of dead workers are put back by a periodic task, as its documentation shows.
"""

from __future__ import annotations

import psycopg
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector

from benchmarks.queue_engines import job

app = App(connector=PsycopgConnector(conninfo=job.queue_url()))


@app.task(name="crash", retry=RetryStrategy(max_attempts=10, wait=1))
def crash(number: int) -> None:
    job.work(number)


@app.periodic(cron="* * * * * */5")
@app.task(name="put_back", queueing_lock="put_back", pass_context=True)
async def put_back(_context: JobContext, _timestamp: int) -> None:
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=job.FORGIVING_SECONDS)
    for each in stalled:
        await app.job_manager.retry_job(each)


def prepare() -> None:
    with psycopg.connect(job.queue_url()) as connection:
        found = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
    if found == (None,):
        with _door().open() as opened:
            opened.schema_manager.apply_schema()


def enqueue(number: int) -> None:
    with _door().open() as opened:
        opened.configure_task("crash").defer(number=number)


def _door() -> App:
    """Return the application as a web process has it, which waits for nothing."""
    return App(connector=SyncPsycopgConnector(conninfo=job.queue_url()))


def main() -> None:
    app.run_worker(
        concurrency=job.THREADS,
        update_heartbeat_interval=2,
        stalled_worker_timeout=job.FORGIVING_SECONDS,
    )
