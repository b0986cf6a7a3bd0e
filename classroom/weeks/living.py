"""The weeks are lived: each event at its time, through the doors of classroom and tool."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Final

import time_machine

from classroom.accounts import INSTRUCTOR, Account
from classroom.options import Options
from classroom.store import Store
from classroom.weeks.answers import LEARNT, WITHOUT_A_CLUE, chance, likelihood, mistake
from classroom.weeks.browsing import Application, Browser, Window
from classroom.weeks.events import Event, HandIn, Review, Study, weeks
from classroom.weeks.preview import Question, Quiz, look_through
from classroom.weeks.pupils import COURSES, Course, Handing, pupil
from classroom.weeks.works import made

PASS_MARK: Final = 0.6
MOST_TRIES: Final = 3
AMBITION: Final = 0.8
"""Who knows that much tries again where they did worse than that."""
READING_SECONDS: Final = (50, 240)
ANSWERING_SECONDS: Final = (20, 75)
WRITING_SECONDS: Final = 900
SUBMISSION: Final = re.compile(r'data-submission="(\d+)"')
ALL_WORKS: Final = "/api/class?works=100"

Pass = Callable[[float], None]
"""Let so many seconds pass."""


@contextmanager
def clock(moment: datetime) -> Iterator[Pass]:
    """Move this process's clock to a moment, until the end."""
    with time_machine.travel(moment) as traveller:
        yield traveller.shift


@dataclass
class Weeks:
    """The two applications of this process, and who has which browser."""

    classroom: Application
    tool: Application
    options: Options
    link_id: str
    _browsers: dict[str, Browser] = field(default_factory=dict)

    @classmethod
    def of(cls, classroom: Application, tool: Application, options: Options, store: Store) -> Weeks:
        """The weeks of the whole module, the last of the course's links at its beginning."""
        whole = next(link for link in store.links() if "unit" not in link.custom)
        return cls(classroom, tool, options, whole.id)

    def live(
        self, end: datetime, wanted: Callable[[Event], bool] = lambda _: True
    ) -> Iterator[Event]:
        """Yield each wanted event when it has happened. What had happened before is left."""
        units = look_through(self.opened_by(INSTRUCTOR))
        for event in filter(wanted, weeks(units, end)):
            with clock(event.at) as passes:
                if isinstance(event, Study):
                    self._study(event, passes)
                elif isinstance(event, HandIn):
                    self._hand_in(event, passes)
                else:
                    self._review(event)
            yield event
        self.opened_by(INSTRUCTOR).ask("POST", "/api/class/roster")

    def opened_by(self, account: Account) -> Window:
        """A window of that person's, opened now."""
        browser = Browser(self.classroom, self.tool, self.options)
        browser.enter(account)
        return browser.open(self.link_id)

    def is_sending(self) -> bool:
        """Whether the class's page says that a grade is still on its way."""
        return "state-pending" in self.opened_by(INSTRUCTOR).ask("GET", "/api/class")

    def _study(self, study: Study, passes: Pass) -> None:
        course = COURSES[study.username]
        window = self.opened_by(pupil(study.username))
        boot = window.ask("GET", "/api/boot")["snapshot"]
        desk = Desk(window, study.username, course, passes, boot)
        for unit in study.units:
            for page in unit.pages:
                desk.read(page)
            if unit.quiz is not None and unit.quiz_page is not None:
                desk.read(unit.quiz_page)
                desk.take(unit.quiz)

    def _hand_in(self, event: HandIn, passes: Pass) -> None:
        handing, number = event.handing, event.number
        window = self.opened_by(pupil(handing.username))
        place = f"/api/works/{handing.workshop}/submissions"
        if len(window.ask("GET", place)["submissions"]) >= number:
            return
        works = made(handing.workshop, handing.project, number, event.at)
        for workshop, records in works.items():
            passes(WRITING_SECONDS)
            body = {"revision": 0, "changes": records}
            window.ask("PATCH", f"/api/works/{workshop}", body)
        passes(WRITING_SECONDS)
        window.ask("POST", place, {"number": number})

    def _review(self, event: Review) -> None:
        window = self.opened_by(INSTRUCTOR)
        handing, name = event.handing, pupil(event.handing.username).name
        for submission in SUBMISSION.findall(window.ask("GET", ALL_WORKS)):
            work = window.ask("GET", f"/api/submissions/{submission}")
            about = (work["learner"], work["workshop"]["id"], work["number"], work["state"])
            if about == (name, handing.workshop, event.number, "handed_in"):
                said = _said(work["workshop"]["review"]["criteria"], handing)
                body = {**said, "revision": work["review"]["revision"]}
                window.ask("POST", f"/api/submissions/{submission}/decision", body)


def _said(criteria: Sequence[Mapping[str, Any]], handing: Handing) -> dict[str, Any]:
    marks = {each["id"]: points for each, points in zip(criteria, handing.points, strict=False)}
    state = "accepted" if len(marks) == len(criteria) else "returned"
    return {"state": state, "marks": marks, "comment": handing.comment}


class Desk:
    """Somebody at work in a window, who goes on where the tool says that they stopped."""

    def __init__(
        self, window: Window, username: str, course: Course, passes: Pass, snapshot: Any
    ) -> None:
        self._window = window
        self._username = username
        self._course = course
        self._passes = passes
        self._attempts: Mapping[str, Any] = snapshot["attempts"]
        self._visited: list[str] = (snapshot["state"] or {}).get("visited", [])
        self._revision: int = snapshot["revision"]

    def read(self, page: str) -> None:
        """Open a page and stay for a while."""
        if page in self._visited:
            return
        self._visited.append(page)
        state = {"position": page, "visited": self._visited, "made": [], "drafts": {}}
        saved = self._window.ask("PUT", "/api/state", {"revision": self._revision, "state": state})
        self._revision = saved["revision"]
        self._passes(self._dice("reading", page).uniform(*READING_SECONDS))

    def take(self, quiz: Quiz) -> None:
        """Do a quiz, and do it again as long as it seems worth it."""
        begun = self._attempts.get(quiz.id, {"number": 1, "completed": False})
        for number in range(begun["number"], MOST_TRIES + 1):
            if number > begun["number"]:
                self._window.ask("POST", f"/api/activities/{quiz.id}/attempts", {})
            over = number == begun["number"] and begun["completed"]
            score = begun["score"] if over else self._answer_all(quiz, number)
            if not self._goes_on(quiz, score, number):
                return

    def _answer_all(self, quiz: Quiz, number: int) -> float:
        score = 0.0
        for question in quiz.questions:
            self._passes(self._dice("answering", quiz.id, question.id).uniform(*ANSWERING_SECONDS))
            response = self._response(quiz, question, number)
            body = {"attempt": number, "question": question.id, "response": response}
            told = self._window.ask("POST", f"/api/activities/{quiz.id}/answers", body)
            score = told["attempt"]["score"] or 0.0
        return score

    def _response(self, quiz: Quiz, question: Question, number: int) -> Any:
        is_lost = quiz.id in {self._course.stuck, self._course.failed}
        likely = WITHOUT_A_CLUE if is_lost else likelihood(self._course.skill, quiz.id, question)
        knows = self._dice("knows", quiz.id, question.id).random() < likely
        learnt = not is_lost and any(
            self._dice("learns", quiz.id, question.id, each).random() < LEARNT
            for each in range(2, number + 1)
        )
        if knows or learnt:
            return question.right
        return mistake(question, self._dice("errs", quiz.id, question.id))

    def _goes_on(self, quiz: Quiz, score: float, number: int) -> bool:
        if quiz.id == self._course.failed:
            return False
        ambitious = self._course.skill >= AMBITION and score < AMBITION
        return score < PASS_MARK or (
            ambitious and self._dice("again", quiz.id, number).random() < LEARNT
        )

    def _dice(self, *names: object) -> Random:
        return chance(self._username, *names)
