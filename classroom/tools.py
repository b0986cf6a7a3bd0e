"""What the classroom knows of a tool: told beforehand, or by the tool when it registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from classroom.options import (
    CLIENT_ID,
    COURSE_HISTORY,
    DEPLOYMENT_ID,
    GROUPS_VARIABLE,
    LINK_HISTORY,
    Options,
)

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
USUAL_CUSTOM: Mapping[str, str] = {
    "group_ids": GROUPS_VARIABLE,
    "context_id_history": COURSE_HISTORY,
    "resource_link_id_history": LINK_HISTORY,
}
SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
MESSAGES = ("LtiResourceLinkRequest", "LtiDeepLinkingRequest", SUBMISSION_REVIEW)


class ToolMetadataError(Exception):
    """A tool's own description that no launch could follow. The text is for its developer."""


@dataclass(frozen=True, slots=True)
class KnownTool:
    """One registration: who the tool is here, and where its doors are.

    ``custom`` are the parameters that every launch carries; those of the tool that has not
    registered itself are what an administrator would have copied from its page.
    """

    client_id: str
    deployment_id: str
    login_url: str
    launch_url: str
    jwks_url: str
    custom: Mapping[str, str] = field(default_factory=lambda: dict(USUAL_CUSTOM))

    @classmethod
    def of(cls, options: Options) -> KnownTool:
        """The one that is known without having registered."""
        return cls(
            client_id=CLIENT_ID,
            deployment_id=DEPLOYMENT_ID,
            login_url=options.login_url,
            launch_url=options.launch_url,
            jwks_url=options.tool_jwks_url,
        )

    def is_at(self, options: Options) -> bool:
        """Whether its doors are where the tool is now: it may have moved to another port."""
        return self.launch_url.startswith(f"{options.tool_url}/")


def read_tool(said: object, options: Options, client_id: str, deployment_id: str) -> KnownTool:
    """Read a registration request (Dynamic Registration 1.0, 3.5.2).

    Raise ``ToolMetadataError``.
    """
    if not isinstance(said, dict):
        raise ToolMetadataError("The request is not a JSON object.")
    lti = said.get(TOOL_CONFIGURATION)
    if not isinstance(lti, dict):
        raise ToolMetadataError(f"{TOOL_CONFIGURATION} is missing.")
    _require_flow(said)
    _require_messages(lti.get("messages"))
    redirects = said.get("redirect_uris")
    if not isinstance(redirects, list) or lti.get("target_link_uri") not in redirects:
        raise ToolMetadataError("target_link_uri is none of the redirect_uris.")
    tool = KnownTool(
        client_id=client_id,
        deployment_id=deployment_id,
        login_url=str(said.get("initiate_login_uri")),
        launch_url=str(lti["target_link_uri"]),
        jwks_url=str(said.get("jwks_uri")),
        custom=_custom(lti.get("custom_parameters")),
    )
    for url in (tool.login_url, tool.launch_url, tool.jwks_url):
        if not url.startswith(f"{options.tool_url}/"):
            raise ToolMetadataError(f"{url} is not an address of the tool at {options.tool_url}.")
    return tool


def _custom(said: object) -> Mapping[str, str]:
    if said is None:
        return {}
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise ToolMetadataError("custom_parameters is not a set of texts.")
    return said


def _require_flow(said: Mapping[str, Any]) -> None:
    expected: Mapping[str, Sequence[str]] = {
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
    }
    for name, wanted in expected.items():
        given = said.get(name)
        if not isinstance(given, list) or not set(wanted) <= set(map(str, given)):
            raise ToolMetadataError(f"{name} must hold {', '.join(wanted)}.")
    if said.get("application_type") != "web":
        raise ToolMetadataError("application_type must be web.")
    if said.get("token_endpoint_auth_method") != "private_key_jwt":
        raise ToolMetadataError("token_endpoint_auth_method must be private_key_jwt.")
    if not isinstance(said.get("client_name"), str):
        raise ToolMetadataError("client_name is missing.")


def _require_messages(messages: object) -> None:
    if not isinstance(messages, list):
        raise ToolMetadataError("messages is not a list.")
    for message in messages:
        if not isinstance(message, dict) or message.get("type") not in MESSAGES:
            raise ToolMetadataError(f"A message is none of {', '.join(MESSAGES)}.")
