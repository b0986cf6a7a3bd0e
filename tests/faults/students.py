"""Students who open activities through the tool's web door and answer, come what may.

They are as patient as the player is: what did not get through is sent again.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import requests

from classroom.options import CLIENT_ID, DEPLOYMENT_ID
from tests.faults.campus import KEY_ID, Configuration

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
QUIZZES = {"un": "quiz-un", "deux": "quiz-deux"}
"""The quiz of each unit of the small course; each unit has a link and a column."""
PATIENCE_TRIES = 400
PAUSE_SECONDS = 0.25
SESSION = re.compile(r'"session":\s*"([^"]+)"')


class GaveUp(Exception):
    """The tool did not answer for so long that a student goes home."""


@dataclass(frozen=True)
class Question:
    """A question of a quiz, with a right answer and a wrong one."""

    id: str
    right: Any
    wrong: Any


@dataclass
class Student:
    """One person, with a browser of their own."""

    number: int
    campus: Configuration
    key: str
    questions: dict[str, list[Question]]

    @property
    def user_id(self) -> str:
        return f"student-{self.number}"

    def work(self, chance: Random, again: float) -> Iterator[tuple[str, float]]:
        """Do each unit's quiz, some twice; yield each column and the best score that it is due."""
        for unit, quiz in QUIZZES.items():
            with requests.Session() as browser:
                token = self._open(browser, unit)
                best = self._do(browser, token, quiz, 1, chance)
                if chance.random() < again:
                    self._ask(browser, "POST", f"/api/activities/{quiz}/attempts", token, {})
                    best = max(best, self._do(browser, token, quiz, 2, chance))
            yield unit, best

    def _do(
        self, browser: requests.Session, token: str, quiz: str, attempt: int, chance: Random
    ) -> float:
        """Answer a whole quiz; return the score."""
        said: dict[str, Any] = {}
        for question in self.questions[quiz]:
            response = question.right if chance.random() < 0.6 else question.wrong
            body = {"attempt": attempt, "question": question.id, "response": response}
            said = self._ask(browser, "POST", f"/api/activities/{quiz}/answers", token, body)
        return float(said["attempt"]["score"])

    def _open(self, browser: requests.Session, unit: str) -> str:
        """Launch a unit's link, anew as long as the tool is killed meanwhile."""
        for _ in _tries():
            try:
                page = self._launch(browser, unit)
            except requests.RequestException:
                continue
            if page is not None:
                return page
        raise GaveUp(f"{self.user_id} cannot open {unit}")

    def _launch(self, browser: requests.Session, unit: str) -> str | None:
        url = self.campus.tool_url
        begun = browser.get(
            f"{url}/lti/login",
            params={
                "iss": self.campus.url,
                "client_id": CLIENT_ID,
                "login_hint": self.user_id,
                "target_link_uri": f"{url}/lti/launch",
            },
            allow_redirects=False,
            timeout=20,
        )
        if begun.status_code != 302:
            return None
        sent = dict(parse_qsl(urlsplit(begun.headers["Location"]).query))
        form = {"state": sent["state"], "id_token": self._token(unit, sent["nonce"])}
        # Browsers take this machine for safe. This library does not, and keeps the cookie back.
        cookies = "; ".join(f"{each.name}={each.value}" for each in begun.cookies)
        page = browser.post(f"{url}/lti/launch", data=form, headers={"Cookie": cookies}, timeout=20)
        found = SESSION.search(page.text)
        return found[1] if page.ok and found else None

    def _token(self, unit: str, nonce: str) -> str:
        moment = int(time.time())
        claims = {
            "iss": self.campus.url,
            "aud": CLIENT_ID,
            "sub": self.user_id,
            "iat": moment,
            "exp": moment + 60,
            "nonce": nonce,
            "name": f"Personne {self.number}",
            f"{LTI}version": "1.3.0",
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}deployment_id": DEPLOYMENT_ID,
            f"{LTI}target_link_uri": f"{self.campus.tool_url}/lti/launch",
            f"{LTI}roles": [LEARNER],
            f"{LTI}context": {"id": "classe", "title": "Classe"},
            f"{LTI}resource_link": {"id": f"lien-{unit}", "title": unit},
            f"{LTI}custom": {"unit": unit},
            AGS: {
                "scope": [SCORE_SCOPE],
                "lineitem": f"{self.campus.url}/columns/{unit}/lineitem?type_id=1",
            },
        }
        return jwt.encode(claims, self.key, "RS256", headers={"kid": KEY_ID})

    def _ask(
        self, browser: requests.Session, method: str, path: str, token: str, body: Any
    ) -> dict[str, Any]:
        """Ask until there is an answer: the tool keeps each answer once."""
        for _ in _tries():
            try:
                answer = browser.request(
                    method,
                    f"{self.campus.tool_url}{path}",
                    data=json.dumps(body),
                    headers={
                        "Authorization": f"Bearer {token}",
                        "Content-Type": "application/json",
                    },
                    timeout=20,
                )
            except requests.RequestException:
                continue
            if answer.status_code < 500:
                answer.raise_for_status()
                said: dict[str, Any] = answer.json()
                return said
        raise GaveUp(f"{self.user_id} gets no answer at {path}")


def _tries() -> Iterator[int]:
    pause = threading.Event()
    for number in range(PATIENCE_TRIES):
        if number:
            pause.wait(PAUSE_SECONDS)
        yield number
