"""A tool that the classroom has never met: it signs with PyJWT and publishes its keys."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from classroom.options import CLIENT_ID, DEPLOYMENT_ID

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"


@dataclass
class Stranger:
    """``key_fields`` are those that its published keys have besides the number itself."""

    private_key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    key_fields: dict[str, str] = field(
        default_factory=lambda: {"kid": "key-1", "alg": "RS256", "use": "sig"}
    )
    url: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    """What was posted to ``/notices``."""

    def key_set(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.private_key.public_key()))
        return {"keys": [{**public, **self.key_fields}]}

    def sign(self, claims: dict[str, Any], **headers: str | None) -> str:
        """A signed token; a header of ``None`` is left out."""
        named = {"kid": "key-1", **headers}
        kept = {name: value for name, value in named.items() if value is not None}
        return jwt.encode(claims, self.private_key, "RS256", kept)

    def assertion(self, audience: str, **changes: Any) -> str:
        """A client assertion; a change to ``None`` leaves the claim out."""
        now = int(time.time())
        claims = {
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": audience,
            "iat": now,
            "exp": now + 60,
            "jti": uuid.uuid4().hex,
            **changes,
        }
        return self.sign({name: value for name, value in claims.items() if value is not None})

    def deep_linking_response(
        self, audience: str, items: list[dict[str, Any]], **changes: Any
    ) -> str:
        now = int(time.time())
        claims = {
            "iss": CLIENT_ID,
            "aud": audience,
            "iat": now,
            "exp": now + 60,
            "nonce": uuid.uuid4().hex,
            f"{LTI}deployment_id": DEPLOYMENT_ID,
            f"{LTI}message_type": "LtiDeepLinkingResponse",
            f"{LTI}version": "1.3.0",
            f"{DEEP_LINKING}content_items": items,
            **changes,
        }
        return self.sign({name: value for name, value in claims.items() if value is not None})

    @Request.application
    def _answer(self, request: Request) -> Response:
        if request.path == "/notices":
            self.heard.append(request.get_json())
            return Response("{}", mimetype="application/json")
        if request.path != "/.well-known/jwks.json":
            return Response("Not found", status=404)
        return Response(json.dumps(self.key_set()), mimetype="application/json")

    @contextmanager
    def serving(self) -> Iterator[Stranger]:
        """Publish the keys on a free port of this machine."""
        server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.url = f"http://localhost:{server.server_port}"
        yield self
        server.shutdown()
        thread.join()
        server.server_close()
