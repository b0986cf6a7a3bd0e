"""A learning platform of our own for the tests: real keys, real tokens, a real key server.

It shares no code with the tool: tokens are written here with PyJWT alone, so that they
can be wrong in every way that a platform, or somebody who plays one, can be wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from jwt import api_jws
from jwt.algorithms import RSAAlgorithm
from werkzeug.test import TestResponse

from lti_tool.services.platforms import Registration

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTRUCTOR = f"{MEMBERSHIP}#Instructor"
LEARNER = f"{MEMBERSHIP}#Learner"

ISSUER = "https://lms.example"
CLIENT_ID = "client-1"
DEPLOYMENT = "deployment-1"
TOOL = "http://localhost:8000"
LAUNCH_URL = f"{TOOL}/lti/launch"
ABSENT = object()
"""A claim with this value is left out."""


@dataclass
class Key:
    """An RSA key of the platform's, under a name."""

    kid: str
    bits: int = 2048

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=self.bits)

    @property
    def public_pem(self) -> bytes:
        public = self.private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def jwk(self, **changes: object) -> dict[str, object]:
        public: dict[str, object] = dict(
            RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        )
        return {**public, "kid": self.kid, "alg": "RS256", "use": "sig", **changes}


@dataclass
class Answer:
    """What the server answers at one path."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """A request that the server received."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


class Server:
    """An HTTP server on a free port of this machine. It notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: dict[str, Answer | Callable[[Asked], Answer]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.serve(self)

            def do_POST(self) -> None:
                outer.serve(self)

            def do_PUT(self) -> None:
                outer.serve(self)

            def do_DELETE(self) -> None:
                outer.serve(self)

            def log_message(self, *_: object) -> None:
                """The tests read ``asked`` instead."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        asked = Asked(handler.command, handler.path, headers, handler.rfile.read(length))
        self.asked.append(asked)
        answer = self.answers.get(handler.path.partition("?")[0], Answer(404))
        if callable(answer):
            answer = answer(asked)
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body)

    @contextmanager
    def running(self) -> Iterator[Server]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def asked_at(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path.partition("?")[0] == path]


@dataclass
class Login:
    """What the tool sent the browser away with."""

    state: str
    nonce: str
    query: Mapping[str, str]

    def cookie(self, browser: FlaskClient) -> tuple[str, str]:
        """Return the name and the value of this login's cookie in a browser."""
        name = f"arrimage-login-{hashlib.sha256(self.state.encode()).hexdigest()[:16]}"
        cookie = browser.get_cookie(name)
        assert cookie is not None
        return name, cookie.value


class Lms:
    """The platform: it begins logins, writes tokens, and posts launches."""

    def __init__(self, server: Server, key: Key) -> None:
        self.server = server
        self.key = key
        self.publish(key.jwk())

    def publish(self, *jwks: Mapping[str, object]) -> None:
        self.server.answers["/jwks"] = Answer(body=json.dumps({"keys": jwks}).encode())

    @property
    def registration(self) -> Registration:
        """What the platform's administrator tells the tool's."""
        return Registration(
            name="École",
            issuer=ISSUER,
            client_id=CLIENT_ID,
            authorization_url=f"{self.server.url}/auth",
            token_url=f"{self.server.url}/token",
            jwks_url=f"{self.server.url}/jwks",
            deployment_ids=(DEPLOYMENT,),
        )

    def log_in(self, browser: FlaskClient, **changes: object) -> TestResponse:
        """Send the browser to the tool's login door."""
        form: dict[str, object] = {
            "iss": ISSUER,
            "login_hint": "hint-42",
            "target_link_uri": LAUNCH_URL,
            "client_id": CLIENT_ID,
            "lti_message_hint": '{"cmid": 7, "launchid": "ltilaunch_1"}',
            **changes,
        }
        kept = {name: value for name, value in form.items() if value is not ABSENT}
        return browser.post("/lti/login", data=kept)

    def begin(self, browser: FlaskClient, **changes: object) -> Login:
        """Begin a login that the tool accepts."""
        answer = self.log_in(browser, **changes)
        assert answer.status_code == 302, answer.text
        query = {name: v[0] for name, v in parse_qs(urlsplit(answer.location).query).items()}
        return Login(query["state"], query["nonce"], query)

    def claims(self, nonce: str, /, **changes: object) -> dict[str, object]:
        """Return the claims of a student's launch; ``lti_…`` names an LTI claim."""
        issued = int(time.time())
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "sub": "person-1",
            "iat": issued,
            "exp": issued + 60,
            "nonce": nonce,
            "name": "Camille Exemple",
            "email": "camille@lms.example",
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}version": "1.3.0",
            f"{LTI}deployment_id": DEPLOYMENT,
            f"{LTI}target_link_uri": LAUNCH_URL,
            f"{LTI}roles": [LEARNER],
            f"{LTI}context": {"id": "class-1", "title": "Gestion de projet"},
            f"{LTI}resource_link": {"id": "link-1", "title": "Module 3"},
        }
        claims.update({re.sub("^lti_", LTI, name): value for name, value in changes.items()})
        return {name: value for name, value in claims.items() if value is not ABSENT}

    def sign(self, claims: Mapping[str, Any], **header: object) -> str:
        headers = {"kid": self.key.kid, **header}
        kept = {name: value for name, value in headers.items() if value is not ABSENT}
        # The payload goes in as it is: a JWT library would refuse to write some of our faults.
        payload = json.dumps(claims).encode()
        return api_jws.encode(payload, self.key.private, algorithm="RS256", headers=kept)

    def launch(
        self, browser: FlaskClient, token: object, state: object, **headers: str
    ) -> TestResponse:
        form = {"id_token": token, "state": state}
        kept = {name: value for name, value in form.items() if value is not ABSENT}
        return browser.post("/lti/launch", data=kept, headers=headers)

    def enter(self, browser: FlaskClient, **changes: object) -> TestResponse:
        """Make a whole launch: login, token, launch."""
        login = self.begin(browser)
        return self.launch(browser, self.sign(self.claims(login.nonce, **changes)), login.state)
