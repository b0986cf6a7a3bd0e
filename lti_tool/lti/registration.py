"""LTI Dynamic Registration 1.0: what a platform and the tool tell each other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from lti_tool.lti.claims import UNSTORABLE, identifier, label
from lti_tool.lti.groups import GROUP_IDS, GROUP_IDS_VARIABLE, GROUP_SCOPE
from lti_tool.lti.guard import AddressRefused, Guard
from lti_tool.lti.history import CONTEXT_HISTORY, RESOURCE_LINK_HISTORY
from lti_tool.lti.http import Answer, Unreachable, origin_of
from lti_tool.lti.launch import DEEP_LINK, RESOURCE_LINK, SUBMISSION_REVIEW
from lti_tool.lti.line_items import LINE_ITEM_SCOPE, RESULT_SCOPE
from lti_tool.lti.notice_offers import NOTICE_SCOPE
from lti_tool.lti.rosters import ROSTER_SCOPE
from lti_tool.lti.scores import SCORE_SCOPE

PLATFORM_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"

SCOPES: Final = (
    SCORE_SCOPE,
    LINE_ITEM_SCOPE,
    RESULT_SCOPE,
    ROSTER_SCOPE,
    GROUP_SCOPE,
)
CLAIMS: Final = ("iss", "sub", "name", "given_name", "family_name")
"""What the tool reads of a person: no address, no picture."""
CUSTOM_PARAMETERS: Final[Mapping[str, str]] = {
    CONTEXT_HISTORY: "$Context.id.history",
    RESOURCE_LINK_HISTORY: "$ResourceLink.id.history",
    GROUP_IDS: GROUP_IDS_VARIABLE,
}
"""They tell which class and which link a copy was made of, and in which groups somebody is;
only the platform can fill them."""

NAME: Final = "Arrimage"
DESCRIPTIONS: Final[Mapping[str, str]] = {
    "fr": "Des modules de cours, avec leurs quiz et leurs notes.",
    "en": "Course modules, with their quizzes and grades.",
}
CHOICE_LABELS: Final[Mapping[str, str]] = {
    "fr": "Choisir un module ou une unité",
    "en": "Choose a module or a unit",
}
REVIEW_LABELS: Final[Mapping[str, str]] = {
    "fr": "Voir le travail",
    "en": "See the work",
}
USUAL_LANGUAGE: Final = "fr"
EXCERPT = 200


class RegistrationFault(StrEnum):
    """Why a registration goes no further. ``services.registration_refusals`` says it in words."""

    INCOMPLETE = "registration_incomplete"
    INVITATION_UNKNOWN = "invitation_unknown"
    INVITATION_EXPIRED = "invitation_expired"
    INVITATION_USED = "invitation_used"
    INVITATION_BUSY = "invitation_busy"
    ADDRESS_REFUSED = "registration_address_refused"
    UNREACHABLE = "registration_unreachable"
    CONFIGURATION_WRONG = "registration_configuration_wrong"
    ISSUER_FOREIGN = "registration_issuer_foreign"
    REJECTED = "registration_rejected"
    ANSWER_WRONG = "registration_answer_wrong"


class RegistrationRefused(Exception):
    """A registration that goes no further. ``detail`` is for the log and holds no token."""

    def __init__(self, fault: RegistrationFault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}" if detail else str(fault))
        self.fault = fault
        self.detail = detail
        self.issuer: str | None = None


@dataclass(frozen=True, slots=True)
class PlatformConfiguration:
    """What a platform says of itself (Dynamic Registration 1.0, 3.4).

    ``scopes``, ``claims`` and ``messages`` are ``None`` where it does not say what it has.
    """

    issuer: str
    authorization_url: str
    token_url: str
    token_audience: str | None
    jwks_url: str
    registration_url: str
    product: str
    scopes: frozenset[str] | None
    claims: frozenset[str] | None
    messages: frozenset[str] | None

    @property
    def host(self) -> str:
        return urlsplit(origin_of(self.issuer)).hostname or ""


@dataclass(frozen=True, slots=True)
class ToolAddresses:
    """Where the platform finds us. ``icon`` is for its lists of tools."""

    public_url: str
    login: str
    launch: str
    jwks: str
    icon: str


@dataclass(frozen=True, slots=True)
class GivenRegistration:
    """What the platform answered: our client id, and our deployment if it told."""

    client_id: str
    deployment_id: str | None


def read_configuration(url: str, guard: Guard) -> PlatformConfiguration:
    """Fetch what a platform says of itself. Raise ``RegistrationRefused``.

    The issuer must be on the host that says it: nobody registers as somebody else (3.5.1).
    """
    answer = _call(guard, "GET", url, headers={"Accept": "application/json"})
    if not answer.ok:
        raise RegistrationRefused(
            RegistrationFault.UNREACHABLE, f"the configuration answered {answer.status}"
        )
    said = _object(answer, RegistrationFault.CONFIGURATION_WRONG)
    lti = said.get(PLATFORM_CONFIGURATION)
    if not isinstance(lti, dict):
        raise _wrong(f"{PLATFORM_CONFIGURATION} is missing")
    configuration = PlatformConfiguration(
        issuer=_text(said, "issuer"),
        authorization_url=_text(said, "authorization_endpoint"),
        token_url=_text(said, "token_endpoint"),
        token_audience=_optional_text(said, "authorization_server"),
        jwks_url=_text(said, "jwks_uri"),
        registration_url=_text(said, "registration_endpoint"),
        product=label(lti, "product_family_code"),
        scopes=_names(said.get("scopes_supported")),
        claims=_names(said.get("claims_supported")),
        messages=_names(_types(lti.get("messages_supported"))),
    )
    if not configuration.host or configuration.host != urlsplit(url).hostname:
        raise RegistrationRefused(
            RegistrationFault.ISSUER_FOREIGN,
            f"the issuer {configuration.issuer!r} is not on the configuration's host",
        )
    _check_addresses(configuration, guard)
    return configuration


def register(
    configuration: PlatformConfiguration,
    registration_token: str | None,
    addresses: ToolAddresses,
    guard: Guard,
) -> GivenRegistration:
    """Register the tool with a platform (3.5 and 3.6). Raise ``RegistrationRefused``."""
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if registration_token:
        headers["Authorization"] = f"Bearer {registration_token}"
    request = json.dumps(tool_registration(configuration, addresses)).encode()
    answer = _call(guard, "POST", configuration.registration_url, headers=headers, body=request)
    if not answer.ok:
        raise RegistrationRefused(
            RegistrationFault.REJECTED,
            f"the platform answered {answer.status}: {_excerpt(answer, registration_token)}",
        )
    said = _object(answer, RegistrationFault.ANSWER_WRONG)
    client_id = identifier(said.get("client_id"))
    if client_id is None:
        raise RegistrationRefused(RegistrationFault.ANSWER_WRONG, "client_id is missing or wrong")
    lti = said.get(TOOL_CONFIGURATION)
    deployment = lti.get("deployment_id") if isinstance(lti, dict) else None
    if deployment is not None and identifier(deployment) is None:
        raise RegistrationRefused(RegistrationFault.ANSWER_WRONG, "deployment_id is wrong")
    return GivenRegistration(client_id, identifier(deployment))


def tool_registration(
    configuration: PlatformConfiguration, addresses: ToolAddresses
) -> dict[str, Any]:
    """Return what we tell a platform (3.5.2): of what we use, that which it says it has."""
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        **_in_each_language("client_name", dict.fromkeys(DESCRIPTIONS, NAME)),
        "client_uri": addresses.public_url,
        "logo_uri": addresses.icon,
        "initiate_login_uri": addresses.login,
        "redirect_uris": [addresses.launch],
        "jwks_uri": addresses.jwks,
        "scope": " ".join(_scopes(configuration)),
        TOOL_CONFIGURATION: {
            "domain": urlsplit(addresses.public_url).netloc,
            **_in_each_language("description", DESCRIPTIONS),
            "target_link_uri": addresses.launch,
            "custom_parameters": dict(CUSTOM_PARAMETERS),
            "claims": _offered(CLAIMS, configuration.claims),
            "messages": _messages(configuration, addresses),
        },
    }


def _messages(
    configuration: PlatformConfiguration, addresses: ToolAddresses
) -> list[dict[str, Any]]:
    shared = {"target_link_uri": addresses.launch, "icon_uri": addresses.icon}
    messages: dict[str, dict[str, Any]] = {
        RESOURCE_LINK: {
            "type": RESOURCE_LINK,
            **shared,
            **_in_each_language("label", dict.fromkeys(DESCRIPTIONS, NAME)),
        },
        DEEP_LINK: {
            "type": DEEP_LINK,
            **shared,
            **_in_each_language("label", CHOICE_LABELS),
        },
        SUBMISSION_REVIEW: {
            "type": SUBMISSION_REVIEW,
            **shared,
            **_in_each_language("label", REVIEW_LABELS),
        },
    }
    return [messages[kind] for kind in _offered(tuple(messages), configuration.messages)]


def _scopes(configuration: PlatformConfiguration) -> list[str]:
    """Return what to ask for. Notices are young: only where the platform says it has them."""
    notices = [NOTICE_SCOPE] if NOTICE_SCOPE in (configuration.scopes or ()) else []
    return _offered(SCOPES, configuration.scopes) + notices


def _in_each_language(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Return a text with its translations (OpenID Connect registration 1.0, 2.1)."""
    translated = {f"{name}#{language}": text for language, text in texts.items()}
    return {name: texts[USUAL_LANGUAGE], **translated}


def _offered(wanted: Sequence[str], offered: frozenset[str] | None) -> list[str]:
    return [each for each in wanted if offered is None or each in offered]


def _call(
    guard: Guard, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None
) -> Answer:
    try:
        return guard.call(method, url, headers=headers, body=body)
    except AddressRefused as error:
        raise RegistrationRefused(RegistrationFault.ADDRESS_REFUSED, str(error)) from error
    except Unreachable as error:
        raise RegistrationRefused(RegistrationFault.UNREACHABLE, str(error)) from error


def _check_addresses(configuration: PlatformConfiguration, guard: Guard) -> None:
    """Check what the tool's server will call later, and not only now."""
    for url in (
        configuration.registration_url,
        configuration.token_url,
        configuration.jwks_url,
        configuration.authorization_url,
    ):
        try:
            guard.check(url)
        except AddressRefused as error:
            raise RegistrationRefused(RegistrationFault.ADDRESS_REFUSED, str(error)) from error
        except Unreachable as error:
            raise RegistrationRefused(RegistrationFault.UNREACHABLE, str(error)) from error


def _object(answer: Answer, fault: RegistrationFault) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise RegistrationRefused(fault, "the platform's answer is not JSON") from error
    if not isinstance(said, dict):
        raise RegistrationRefused(fault, "the platform's answer is not a JSON object")
    return said


def _wrong(detail: str) -> RegistrationRefused:
    return RegistrationRefused(RegistrationFault.CONFIGURATION_WRONG, detail)


def _text(said: Mapping[str, Any], name: str) -> str:
    value = _optional_text(said, name)
    if value is None:
        raise _wrong(f"{name} is missing")
    return value


def _optional_text(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or UNSTORABLE.search(value):
        raise _wrong(f"{name} is not a text that can be used")
    return value


def _names(value: object) -> frozenset[str] | None:
    if not isinstance(value, list):
        return None
    return frozenset(each for each in value if isinstance(each, str))


def _types(messages: object) -> object:
    """Return the types of the messages that a platform lists; older ones list bare types."""
    if not isinstance(messages, list):
        return None
    return [each.get("type") if isinstance(each, dict) else each for each in messages]


def _excerpt(answer: Answer, token: str | None) -> str:
    """Return the beginning of what a platform said, without our token if it repeats it."""
    text = answer.body.decode("utf-8", "replace")
    if token:
        text = text.replace(token, "…")
    return " ".join(UNSTORABLE.sub(" ", text[: 2 * EXCERPT]).split())[:EXCERPT]
