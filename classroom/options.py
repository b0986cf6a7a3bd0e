"""Where the classroom and the tool are, and what the tool must know of the classroom."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

DEFAULT_PORT = 8001
DEFAULT_TOOL_URL = "http://localhost:8000"
DEFAULT_DATA = Path("var") / "classroom"

HOST = "127.0.0.1"
"""The tool is on ``localhost``: for a browser, these two names are two different sites."""

CLIENT_ID = "arrimage-demonstration"
DEPLOYMENT_ID = "1"
"""Moodle's deployment id is the number of the tool type; its services show it as ``type_id``."""

NAME = "Classe de démonstration"

COURSE_HISTORY = "$Context.id.history"
LINK_HISTORY = "$ResourceLink.id.history"
GROUPS_VARIABLE = "$Moodle.Person.userGroupIds"
"""What Moodle replaces with the numbers of a person's groups."""
Groups = Literal["service", "parameter"]


@dataclass(frozen=True, slots=True)
class Options:
    """``url`` and ``tool_url`` are origins, without a final slash. ``data`` is a folder.

    ``storage`` says whether our pages keep things for the tool (LTI postMessage storage 0.1).
    ``groups`` says how the tool learns of the course's groups: from the Course Groups
    service, or as from Moodle, which has none, by a parameter of each launch. With
    ``one_group`` both students are in the same group, and may work together. The
    ``whole_class`` has thirty people to learn in it, where there are two otherwise.
    """

    url: str
    tool_url: str
    data: Path
    storage: bool = True
    groups: Groups = "service"
    one_group: bool = False
    whole_class: bool = False

    @property
    def hostname(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def login_url(self) -> str:
        """Where the tool begins an OpenID Connect login."""
        return f"{self.tool_url}/lti/login"

    @property
    def launch_url(self) -> str:
        """Where the tool takes its messages: the only redirect URI that is registered."""
        return f"{self.tool_url}/lti/launch"

    @property
    def tool_jwks_url(self) -> str:
        return f"{self.tool_url}/.well-known/jwks.json"

    @property
    def authorization_url(self) -> str:
        return f"{self.url}/lti/auth"

    @property
    def token_url(self) -> str:
        return f"{self.url}/lti/token"

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/lti/jwks"


@dataclass(frozen=True, slots=True)
class ToolRegistration:
    """What the tool must be told before it accepts a launch from here."""

    name: str
    issuer: str
    client_id: str
    deployment_id: str
    authorization_url: str
    token_url: str
    jwks_url: str

    @classmethod
    def of(cls, options: Options) -> ToolRegistration:
        return cls(
            name=NAME,
            issuer=options.url,
            client_id=CLIENT_ID,
            deployment_id=DEPLOYMENT_ID,
            authorization_url=options.authorization_url,
            token_url=options.token_url,
            jwks_url=options.jwks_url,
        )

    def arguments(self) -> list[str]:
        """The arguments that ``arrimage platform add`` takes."""
        return [
            "--name",
            self.name,
            "--issuer",
            self.issuer,
            "--client-id",
            self.client_id,
            "--deployment-id",
            self.deployment_id,
            "--authorization-url",
            self.authorization_url,
            "--token-url",
            self.token_url,
            "--jwks-url",
            self.jwks_url,
        ]

    def command_line(self) -> str:
        """The same, for a person to paste into a shell."""
        return shlex.join(["arrimage", "platform", "add", *self.arguments()])
