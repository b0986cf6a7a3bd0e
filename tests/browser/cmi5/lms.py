"""A small LMS for cmi5, and Ralph behind it: what is told to the one is kept by the other.

The LMS launches units, gives each session its token once, keeps documents (the State and Agent
Profile resources, which Ralph does not have) and holds sessions to their end. Every statement goes
on to Ralph, a record store that we did not write, over HTTP; what tests look at is what Ralph says.
The content lies on another host than the LMS, so that a browser asks before every request.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import requests
from flask import Flask, Response, abort, request, send_from_directory
from lxml import etree
from werkzeug.serving import make_server

from tests.browser.cmi5.rules import SESSION, Statement, Terms, verb_of
from tests.servers import PATIENCE_SECONDS, free_ports, wait_for

PYTHON = Path(__file__).parents[3] / ".cache" / "ralph" / "bin" / "python"
STRUCTURE = "{https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd}"
# bcrypt of "secret", made for nothing but this.
ACCOUNT = {
    "username": "lms",
    "hash": "$2b$04$L.8ii2bWXspix3DhZMhZSucx/Tx3j/Fd.y/xWvzLwgjt1uB6jLeqe",
    "scopes": ["all"],
    "agent": {"account": {"name": "lms", "homePage": "https://lms.test"}},
}
AUTHORITY = ("lms", "secret")
HEADERS = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Experience-API-Version, "
    "If-Match, If-None-Match",
    "Access-Control-Allow-Methods": "GET, PUT, POST, OPTIONS",
    "Access-Control-Expose-Headers": "ETag",
}


@contextmanager
def record_store(folder: Path) -> Iterator[str]:
    """Run Ralph with its statements in a folder; yield where it takes them."""
    (port,) = free_ports(1)
    accounts = folder / "auth.json"
    accounts.write_text(json.dumps([ACCOUNT]), encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "RALPH_AUTH_FILE": str(accounts),
        "RALPH_RUNSERVER_BACKEND": "fs",
        "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": str(folder),
    }
    command = [str(PYTHON), str(Path(__file__).with_name("store.py")), str(port)]
    with (folder / "ralph.log").open("wb") as log:
        ralph = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/__lbheartbeat__")
            yield f"http://127.0.0.1:{port}/xAPI/statements"
        finally:
            ralph.terminate()
            ralph.wait(timeout=PATIENCE_SECONDS)


@dataclass
class Launched:
    """A session: its terms, and what became of it."""

    terms: Terms
    token: str
    launch_data: dict[str, Any]
    address: str = ""
    is_fetched: bool = False
    ended_at: str = ""
    over: threading.Event = field(default_factory=threading.Event)


class Lms:
    """One learner's courses: packages by name, and the sessions in which they were played."""

    def __init__(self, store: str, port: int) -> None:
        self.store = store
        self.port = port
        self.content = f"http://127.0.0.1:{port}"
        self.address = f"http://localhost:{port}"
        self.folders: dict[str, Path] = {}
        self.sessions: dict[str, Launched] = {}
        self.documents: dict[tuple[str, ...], bytes] = {}
        self.preferences: dict[str, str] = {}
        self.kept = threading.Condition()
        self.refused: list[str] = []
        self.is_down = False

    def add(self, package: Path, folder: Path) -> str:
        """Import a package; return the name of the course."""
        with zipfile.ZipFile(package) as archive:
            archive.extractall(folder)
        name = folder.name
        self.folders[name] = folder
        return name

    def units(self, course: str) -> list[etree._Element]:
        root = etree.parse(self.folders[course] / "cmi5.xml").getroot()
        return list(root.iter(f"{STRUCTURE}au"))

    def wait_for_work(
        self, launched: Launched, part: bytes, document: str = "arrimage.work"
    ) -> None:
        """Wait until a document of a session's work has this in it."""
        terms = launched.terms
        place = (terms.activity, terms.registration, document)
        with self.kept:
            arrived = self.kept.wait_for(
                lambda: part in self.documents.get(place, b""), PATIENCE_SECONDS
            )
        assert arrived, f"{part!r} never arrived"

    def enrol(self) -> str:
        return str(uuid4())

    def launch(
        self, course: str, registration: str, unit: int = 0, mode: str = "Normal", **data: Any
    ) -> Launched:
        """Open a session of a unit, with the course structure's own facts in its launch data."""
        found = self.units(course)[unit]
        mastery = found.get("masteryScore")
        terms = Terms(
            session=str(uuid4()),
            registration=registration,
            activity=f"{self.address}/activities/{course}/{unit}",
            publisher=found.get("id") or "",
            actor={
                "objectType": "Agent",
                "account": {"homePage": self.address, "name": "zoe.martin"},
            },
            mode=mode,
            mastery=None if mastery is None else float(mastery),
        )
        launch_data = {
            "contextTemplate": {
                "contextActivities": {"grouping": [{"id": terms.publisher}]},
                "extensions": {SESSION: terms.session},
            },
            "launchMode": mode,
            "moveOn": found.get("moveOn"),
            **({} if terms.mastery is None else {"masteryScore": terms.mastery}),
            **data,
        }
        launched = Launched(terms, uuid4().hex, launch_data)
        query = urlencode(
            {
                "endpoint": f"{self.address}/xapi/",
                "fetch": f"{self.address}/fetch/{terms.session}",
                "actor": json.dumps(terms.actor),
                "registration": registration,
                "activityId": terms.activity,
            }
        )
        page = found.findtext(f"{STRUCTURE}url")
        launched.address = f"{self.content}/course/{course}/{page}?{query}"
        self.sessions[launched.token] = launched
        return launched

    def statements(self, launched: Launched) -> list[Statement]:
        """Return what Ralph has of a session, in the order in which it was given it."""
        reply = requests.get(
            self.store,
            params={"registration": launched.terms.registration, "limit": 500},
            auth=AUTHORITY,
            headers={"X-Experience-API-Version": "1.0.3"},
            timeout=PATIENCE_SECONDS,
        )
        reply.raise_for_status()
        kept: list[Statement] = reply.json()["statements"]
        session = launched.terms.session
        return [each for each in kept if each["context"]["extensions"][SESSION] == session]


def application(lms: Lms) -> Flask:
    """The LMS's doors, and the content's on a host of its own."""
    app = Flask(__name__)
    _content_doors(app, lms)
    _record_doors(app, lms)

    @app.before_request
    def asked_first() -> Response | None:
        return Response(status=204) if request.method == "OPTIONS" else None

    @app.after_request
    def for_other_hosts(response: Response) -> Response:
        response.headers["Access-Control-Allow-Origin"] = lms.content
        response.headers.update(HEADERS)
        return response

    return app


def _content_doors(app: Flask, lms: Lms) -> None:
    @app.get("/course/<course>/<path:name>")
    def content(course: str, name: str) -> Response:
        return send_from_directory(lms.folders[course], name)

    @app.get("/back")
    def back() -> str:
        return "<!doctype html><title>LMS</title><h1>Votre cours</h1>"

    @app.post("/fetch/<identifier>")
    def token(identifier: str) -> dict[str, str]:
        (found,) = (each for each in lms.sessions.values() if each.terms.session == identifier)
        if found.is_fetched:
            return {"error-code": "1", "error-text": "Le jeton a déjà été remis."}
        found.is_fetched = True
        return {"auth-token": found.token}


def _record_doors(app: Flask, lms: Lms) -> None:
    def session() -> Launched:
        token = request.headers.get("Authorization", "").removeprefix("Basic ")
        if lms.is_down:
            abort(503)
        return lms.sessions.get(token) or abort(401)

    @app.get("/xapi/agents/profile")
    def profile() -> Response | dict[str, str]:
        session()
        assert request.args["profileId"] == "cmi5LearnerPreferences"
        return lms.preferences or Response(status=404)

    @app.route("/xapi/activities/state", methods=["GET", "PUT"])
    def state() -> Response:
        opened = session()
        terms = opened.terms
        asked = (request.args["activityId"], request.args["registration"])
        assert asked == (terms.activity, terms.registration)
        assert json.loads(request.args["agent"]) == terms.actor
        name = request.args["stateId"]
        if name == "LMS.LaunchData":
            assert request.method == "GET"
            return Response(json.dumps(opened.launch_data), mimetype="application/json")
        return _document(lms, (*asked, name))

    @app.route("/xapi/statements", methods=["POST", "PUT"])
    def told() -> Response:
        opened = session()
        content = request.get_json()
        statements: list[Statement] = content if isinstance(content, list) else [content]
        # What was under way when the window closed may arrive behind the end; nothing is of later.
        if opened.over.is_set() and any(each["timestamp"] > opened.ended_at for each in statements):
            lms.refused.append(f"after the end: {statements}")
            abort(403)
        return _handed_on(lms, opened, statements)


def _handed_on(lms: Lms, opened: Launched, statements: list[Statement]) -> Response:
    """Give statements to Ralph, and say what it says."""
    reply = requests.request(
        request.method,
        lms.store,
        params=request.args,
        json=request.get_json(),
        auth=AUTHORITY,
        headers={"X-Experience-API-Version": request.headers["X-Experience-API-Version"]},
        timeout=PATIENCE_SECONDS,
    )
    if not reply.ok:
        lms.refused.append(f"{reply.status_code}: {reply.text}")
    for each in statements:
        if reply.ok and verb_of(each) == "terminated":
            opened.ended_at = each["timestamp"]
            opened.over.set()
    return Response(reply.content, reply.status_code, mimetype="application/json")


def _document(lms: Lms, place: tuple[str, ...]) -> Response:
    """The State resource, with the tags that xAPI asks for (part 3, 3.1)."""
    kept = lms.documents.get(place)
    tag = f'"{hashlib.sha1(kept or b"").hexdigest()}"'  # noqa: S324 - as xAPI says
    if request.method == "GET":
        if kept is None:
            return Response(status=404)
        return Response(kept, mimetype="application/json", headers={"ETag": tag})
    wanted = request.headers.get("If-Match")
    is_new = request.headers.get("If-None-Match") == "*"
    if (kept is not None and is_new) or (wanted is not None and (kept is None or wanted != tag)):
        return Response(status=412)
    with lms.kept:
        lms.documents[place] = request.get_data()
        lms.kept.notify_all()
    return Response(status=204)


@contextmanager
def running(folder: Path) -> Iterator[Lms]:
    """Run the LMS with Ralph behind it."""
    with record_store(folder) as store:
        (port,) = free_ports(1)
        lms = Lms(store, port)
        server = make_server("127.0.0.1", port, application(lms), threaded=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield lms
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
