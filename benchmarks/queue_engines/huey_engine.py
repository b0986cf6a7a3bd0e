"""Huey, on SQLite, Redis or PostgreSQL."""

from __future__ import annotations

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey

from benchmarks.queue_engines import job


def _open(url: str) -> Huey:
    if url.startswith("redis:"):
        return RedisHuey("crash", url=url, results=False)
    if url.startswith("postgresql:"):
        return PostgresHuey("crash", dsn=url, results=False)
    return SqliteHuey("crash", filename=url.removeprefix("sqlite:///"), results=False)


huey = _open(job.queue_url())


@huey.task()
def crash(number: int) -> None:
    job.work(number)


def enqueue(number: int) -> None:
    crash(number)


def main() -> None:
    huey.create_consumer(workers=job.THREADS, periodic=False, max_delay=0.5).run()
