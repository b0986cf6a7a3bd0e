"""Checks what a platform says of a launch, and tells it in our own words.

PyLTI1p3 leads the validation and checks each message's claims; this module replaces the
steps in which it trusts too much (docs/adr/0006-pylti1p3.md has the list).
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qsl, urlsplit

import jwt
import requests
from jwt.utils import base64url_decode
from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment as LibraryDeployment
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.message_validators.deep_link import DeepLinkMessageValidator
from pylti1p3.message_validators.resource_message import ResourceMessageValidator
from pylti1p3.message_validators.submission_review import SubmissionReviewLaunchValidator
from pylti1p3.registration import Registration
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.abstract import ToolConfAbstract
from typing_extensions import override

from lti_tool.lti.claims import (
    AGS,
    LONGEST_ID,
    LTI,
    NRPS,
    Claims,
    group,
    identifier,
    label,
    optional,
    required,
    web_address,
    wrong,
)
from lti_tool.lti.deep_linking import (
    DeepLinkingSettings,
    as_if_links_were_accepted,
    read_settings,
)
from lti_tool.lti.faults import Fault, LaunchRefused
from lti_tool.lti.groups import GroupsService, groups_service, told_groups
from lti_tool.lti.history import CONTEXT_HISTORY, RESOURCE_LINK_HISTORY, read_history
from lti_tool.lti.http import origin_of
from lti_tool.lti.key_sets import KeySets
from lti_tool.lti.line_items import LINE_ITEM_READ_SCOPE, LINE_ITEM_SCOPE, RESULT_SCOPE
from lti_tool.lti.migration import OlderIds, read_older_ids
from lti_tool.lti.notice_offers import NoticeOffer, read_offer
from lti_tool.lti.roles import Role, administrates, designs, is_test_user, role_in_class
from lti_tool.lti.scores import SCORE_SCOPE
from lti_tool.lti.signing import ALGORITHM
from lti_tool.models import KnownPlatform, Platform

VERSION = "1.3.0"
RESOURCE_LINK = "LtiResourceLinkRequest"
ROSTER_VERSION = "2.0"
DEEP_LINK = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
LEEWAY_SECONDS = 60
LONGEST_AGE_SECONDS = 24 * 3600
"""However far ``exp`` is, a token serves for a launch of today."""
LONGEST_TOKEN = 200_000
"""Characters: no platform sends a tenth of that."""
GRADE_SCOPES = (SCORE_SCOPE, LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE, RESULT_SCOPE)
MOST_ROLES = 200
MOST_CUSTOM = 200
MOST_MENTORED = 200

Said = TypeVar("Said")
Registered: TypeAlias = Platform | KnownPlatform


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """Whose work is to be shown, and in which column (Submission Review 1.0)."""

    for_user: str
    line_item_url: str


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch that a platform vouches for. Every text in it is safe to store.

    ``sub`` is ``None`` for an anonymous launch, ``context_id`` for one outside any class,
    ``line_item_url`` when no score is wanted, or none that we may post, ``line_items_url``
    when the platform does not tell where its columns are,
    ``memberships_url`` when the platform does not tell who is in the class, and ``groups``
    when it does not tell which groups there are. ``group_ids`` are those of whoever
    launches, ``None`` when they are not told. ``mentored`` are the people that a mentor
    accompanies, by their ``sub`` (LTI 1.3 core, 5.4.6). The histories
    name what class and link were copied from, the newest first. ``older_ids`` are a claim that
    is still to be proved.
    """

    nonce: str
    deployment_id: str
    message_type: str
    target_link_uri: str
    role: Role
    administrates: bool
    designs: bool
    sub: str | None
    name: str
    locale: str | None
    return_url: str | None
    context_id: str | None
    context_title: str
    resource_link_id: str | None
    resource_link_title: str
    line_item_url: str | None
    line_items_url: str | None
    grade_scopes: tuple[str, ...]
    memberships_url: str | None
    groups: GroupsService | None
    group_ids: tuple[str, ...] | None
    is_test_user: bool
    mentored: tuple[str, ...]
    custom: Mapping[str, str]
    deep_linking: DeepLinkingSettings | None
    review: ReviewRequest | None = None
    context_history: tuple[str, ...] = ()
    resource_link_history: tuple[str, ...] = ()
    notices: NoticeOffer | None = None
    older_ids: OlderIds | None = None


def verify_launch(
    id_token: str,
    platform: Registered,
    deployment_ids: Collection[str] | None,
    *,
    key_sets: KeySets,
    tool_url: str,
) -> Launch:
    """Return what the token says, if the platform that the login began with signed it.

    With ``None`` for the deployments, the caller judges the one that the token names.

    The caller still has to use up the login: the nonce is returned for that. Raise
    ``LaunchRefused``, whatever the token holds.
    """
    message = SignedMessage(id_token, platform, deployment_ids, key_sets)
    launch = read_verified(message, lambda claims: _read(claims, platform.client_id))
    if not is_ours(launch.target_link_uri, tool_url):
        raise LaunchRefused(Fault.TARGET_FOREIGN, "the token's target_link_uri is not the tool's")
    return launch


def is_ours(url: str, tool_url: str) -> bool:
    """Whether an address is one of the tool's."""
    return web_address(url) is not None and origin_of(url) == origin_of(tool_url)


def query_of(url: str) -> Mapping[str, str]:
    """Return the parameters of an address."""
    return dict(parse_qsl(urlsplit(url).query, max_num_fields=MOST_CUSTOM))


class _NoRequest(Request):
    """The token is handed over; the library reads no request."""

    @override
    def is_secure(self) -> bool:
        return True

    @override
    def get_param(self, key: str) -> str:
        raise NotImplementedError(key)


class _NoCookies(CookieService):
    """The browser is checked by the caller, with a cookie of our own making."""

    @override
    def get_cookie(self, name: str) -> str | None:
        raise NotImplementedError(name)

    @override
    def set_cookie(self, name: str, value: str | int, exp: int | None = None) -> None:
        raise NotImplementedError(name, value, exp)


class _OnePlatform(ToolConfAbstract[_NoRequest]):
    """The library's registrations: just the one that the login began with."""

    def __init__(self, platform: Registered, deployment_ids: Collection[str] | None) -> None:
        self._platform = platform
        self._deployment_ids = deployment_ids

    @override
    def check_iss_has_one_client(self, iss: str) -> bool:
        return False

    @override
    def find_registration_by_issuer(self, iss: str, *args: Any, **kwargs: Any) -> Registration:
        raise NotImplementedError(iss, args, kwargs)

    @override
    def find_registration_by_params(
        self,
        iss: str,
        client_id: str,
        *args: Any,
        **kwargs: Any,
    ) -> Registration:
        return Registration().set_issuer(iss).set_client_id(client_id)

    @override
    def find_deployment(self, iss: str, deployment_id: str) -> LibraryDeployment | None:
        raise NotImplementedError(iss, deployment_id)

    @override
    def find_deployment_by_params(
        self,
        iss: str,
        deployment_id: str,
        client_id: str,
        *args: Any,
        **kwargs: Any,
    ) -> LibraryDeployment | None:
        if self._deployment_ids is not None and deployment_id not in self._deployment_ids:
            raise LaunchRefused(
                Fault.DEPLOYMENT_UNKNOWN, f"deployment_id {deployment_id[:LONGEST_ID]!r}"
            )
        return LibraryDeployment().set_deployment_id(deployment_id)


_Library: TypeAlias = MessageLaunch[_NoRequest, _OnePlatform, SessionService, _NoCookies]


_NO_CALLS = requests.Session()
"""The library would make one for each message, for longer than it checks the message; we fetch
keys by ourselves."""


class SignedMessage(_Library):
    """The library's launch, with every check that it leaves out.

    The steps run in the library's order. Nothing of the token's body is looked at before
    its signature is known to be the platform's.
    """

    def __init__(
        self,
        id_token: str,
        platform: Registered,
        deployment_ids: Collection[str] | None,
        key_sets: KeySets,
    ) -> None:
        request = _NoRequest()
        super().__init__(
            request,
            _OnePlatform(platform, deployment_ids),
            _NoSession(request),
            _NoCookies(),
            requests_session=_NO_CALLS,
        )
        self._id_token = id_token
        self._platform = platform
        self._key_sets = key_sets

    @override
    def _get_request_param(self, key: str) -> str:
        raise NotImplementedError(key)

    @override
    def validate_state(self) -> SignedMessage:
        """The caller proves state, nonce and browser, all at once, in the database."""
        return self

    @override
    def validate_jwt_format(self) -> SignedMessage:
        """Read the header, refuse any algorithm but ours, and check the signature."""
        if len(self._id_token) > LONGEST_TOKEN:
            raise LaunchRefused(Fault.UNREADABLE, "the token is too long")
        header = self._header()
        self._jwt = {"header": header, "body": self._verified_body(header["kid"])}  # type: ignore[typeddict-item]  # the library names its claims
        return self

    def _header(self) -> dict[str, str]:
        # Only the header: the library would read the whole token, and again at the signature.
        encoded = self._id_token.partition(".")[0]
        try:
            header = json.loads(base64url_decode(encoded))
        except (ValueError, RecursionError) as error:
            raise LaunchRefused(Fault.UNREADABLE, type(error).__name__) from error
        if not isinstance(header, dict):
            raise LaunchRefused(Fault.UNREADABLE, "the header is no object")
        algorithm = header.get("alg")
        if algorithm != ALGORITHM:
            raise LaunchRefused(Fault.ALGORITHM_REFUSED, f"alg {str(algorithm)[:20]!r}")
        kid = header.get("kid")
        if not isinstance(kid, str) or not kid or len(kid) > LONGEST_ID:
            raise LaunchRefused(Fault.KEY_UNNAMED)
        return {"alg": ALGORITHM, "kid": kid}

    def _verified_body(self, kid: str) -> Claims:
        key = self._key_sets.key(self._platform.jwks_url, kid)
        try:
            body: Claims = jwt.decode(
                self._id_token,
                key,
                algorithms=[ALGORITHM],
                audience=self._platform.client_id,
                issuer=self._platform.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud"], "verify_sub": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise _refusal_of(error) from error
        return body

    @override
    def validate_nonce(self) -> SignedMessage:
        """Only ask for one: the caller uses it up."""
        required(self._get_jwt_body(), "nonce")
        return self

    @override
    def validate_registration(self) -> SignedMessage:
        """Check the parties and the times more strictly than a JWT library does."""
        claims = self._get_jwt_body()
        _check_authorized_party(claims, self._platform.client_id)
        _check_times(claims)
        super().validate_registration()
        return self

    @override
    def get_client_id(self) -> str:
        """One of the audiences is ours, as the signature's check made sure."""
        return self._platform.client_id

    @override
    def validate_jwt_signature(self) -> SignedMessage:
        """Done before the body was read."""
        return self

    @override
    def validate_deployment(self) -> SignedMessage:
        required(self._get_jwt_body(), f"{LTI}deployment_id")
        super().validate_deployment()
        return self

    @override
    def validate_message(self) -> SignedMessage:
        """Check the message by the library's validators, and what they leave out before."""
        claims: Claims = self._get_jwt_body()
        if claims.get(f"{LTI}version") != VERSION:
            raise LaunchRefused(
                Fault.VERSION_WRONG, f"version {str(claims.get(f'{LTI}version'))[:20]!r}"
            )
        kind = claims.get(f"{LTI}message_type")
        if kind not in (RESOURCE_LINK, DEEP_LINK, SUBMISSION_REVIEW):
            raise LaunchRefused(Fault.MESSAGE_UNKNOWN, f"message_type {str(kind)[:60]!r}")
        required(claims, f"{LTI}target_link_uri")
        # An anonymous launch has no sub (LTI 1.3 core, 5.3.6.1); the library wants one.
        optional(claims, "sub")
        named = {"sub": "anonymous", **claims, **as_if_links_were_accepted(claims)}
        validators = (
            ResourceMessageValidator(),
            DeepLinkMessageValidator(),
            SubmissionReviewLaunchValidator(),
        )
        for validator in validators:
            if validator.can_validate(named):
                validator.validate(named)
        return self

    @override
    def save_launch_data(self) -> SignedMessage:
        """Nothing of the token is kept."""
        return self


def read_verified(message: SignedMessage, read: Callable[[Claims], Said]) -> Said:
    """Return what a message says, once it is verified. Raise ``LaunchRefused``."""
    try:
        message.validate()
        return read(message.get_launch_data())
    except LtiException as error:
        raise LaunchRefused(Fault.CLAIM_WRONG, str(error)) from error
    except (AttributeError, TypeError, ValueError, OverflowError, RecursionError) as error:
        # A claim of a shape that the library does not expect: the token's fault, not ours.
        raise LaunchRefused(
            Fault.CLAIM_WRONG, f"unexpected shape: {type(error).__name__}"
        ) from error


class _NoSession(SessionService):
    """The library would keep states, nonces and launches; the database does, for us."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)


def _refusal_of(error: Exception) -> LaunchRefused:
    """Tell which fault a JWT library's objection is."""
    if isinstance(error, jwt.MissingRequiredClaimError):
        timely = error.claim in {"exp", "iat"}
        return LaunchRefused(
            Fault.TIME_MISSING if timely else Fault.CLAIM_WRONG, f"{error.claim} is missing"
        )
    faults = (
        (jwt.InvalidSignatureError, Fault.SIGNATURE_WRONG),
        (jwt.ExpiredSignatureError, Fault.EXPIRED),
        (jwt.ImmatureSignatureError, Fault.EARLY),
        (jwt.InvalidIssuedAtError, Fault.TIME_MISSING),
        (jwt.InvalidIssuerError, Fault.ISSUER_WRONG),
        (jwt.InvalidAudienceError, Fault.AUDIENCE_WRONG),
    )
    for kind, fault in faults:
        if isinstance(error, kind):
            return LaunchRefused(fault)
    return LaunchRefused(Fault.UNREADABLE, type(error).__name__)


def _check_authorized_party(claims: Claims, client_id: str) -> None:
    """Check ``azp``, which several audiences make necessary (OpenID Connect core, 3.1.3.7)."""
    audiences = claims["aud"]
    party = claims.get("azp")
    several = isinstance(audiences, list) and len(audiences) > 1
    if party is None and not several:
        return
    if party != client_id:
        raise LaunchRefused(Fault.AUDIENCE_WRONG, "azp does not name the tool's client id")


def _check_times(claims: Claims) -> None:
    """Refuse times that are no numbers, and a token that ended before it began."""
    times = (claims["iat"], claims["exp"])
    for moment in times:
        if isinstance(moment, bool) or not isinstance(moment, int | float):
            raise LaunchRefused(Fault.TIME_MISSING, "exp or iat is not a number")
        if not math.isfinite(moment):
            raise LaunchRefused(Fault.TIME_MISSING, "exp or iat is not a finite number")
    if times[0] > times[1]:
        raise LaunchRefused(Fault.EXPIRED, "exp is before iat")
    if times[0] < time.time() - LONGEST_AGE_SECONDS:
        raise LaunchRefused(Fault.EXPIRED, "iat is too long ago")


def _read(claims: Claims, client_id: str) -> Launch:
    """Put the checked claims in our own words. Raise ``LaunchRefused``."""
    message_type = claims[f"{LTI}message_type"]
    resource_link = group(claims, f"{LTI}resource_link") or {}
    context = group(claims, f"{LTI}context") or {}
    presentation = group(claims, f"{LTI}launch_presentation") or {}
    roles = _roles(claims)
    role = role_in_class(roles)
    return Launch(
        nonce=required(claims, "nonce"),
        deployment_id=required(claims, f"{LTI}deployment_id"),
        message_type=message_type,
        target_link_uri=claims[f"{LTI}target_link_uri"],
        role=role,
        administrates=administrates(roles),
        designs=designs(roles),
        sub=optional(claims, "sub"),
        name=_name(claims),
        locale=_locale(presentation),
        return_url=web_address(presentation.get("return_url")),
        context_id=optional(context, "id"),
        context_title=label(context, "title") or label(context, "label"),
        resource_link_id=(
            required(resource_link, "id")
            if message_type == RESOURCE_LINK
            else optional(resource_link, "id")
        ),
        resource_link_title=label(resource_link, "title"),
        line_item_url=_line_item(claims),
        line_items_url=web_address((group(claims, AGS) or {}).get("lineitems")),
        grade_scopes=_grade_scopes(claims),
        memberships_url=_memberships(claims),
        groups=groups_service(claims),
        group_ids=told_groups(group(claims, f"{LTI}custom") or {}),
        is_test_user=is_test_user(roles),
        mentored=_mentored(claims) if role is Role.MENTOR else (),
        custom=_custom(claims),
        review=_review(claims) if message_type == SUBMISSION_REVIEW else None,
        context_history=read_history(claims, CONTEXT_HISTORY),
        resource_link_history=read_history(claims, RESOURCE_LINK_HISTORY),
        notices=read_offer(claims),
        older_ids=read_older_ids(claims, client_id),
        deep_linking=read_settings(claims) if message_type == DEEP_LINK else None,
    )


def _roles(claims: Claims) -> list[str]:
    roles = claims[f"{LTI}roles"]
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise wrong(f"{LTI}roles", "is not a list of texts")
    return roles[:MOST_ROLES]


def _mentored(claims: Claims) -> tuple[str, ...]:
    """Return whom a mentor accompanies. What is no list of texts names nobody."""
    named = claims.get(f"{LTI}role_scope_mentor")
    if not isinstance(named, list):
        return ()
    usable = (each for each in named if isinstance(each, str) and identifier(each))
    return tuple(dict.fromkeys(usable))[:MOST_MENTORED]


def _name(claims: Claims) -> str:
    return label(claims, "name") or " ".join(
        filter(None, (label(claims, "given_name"), label(claims, "family_name")))
    )


def _locale(presentation: Claims) -> str | None:
    """Return a language tag; Moodle writes ``fr_ca`` where BCP 47 has ``fr-CA``."""
    locale = presentation.get("locale")
    if not isinstance(locale, str) or not re.fullmatch(
        r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*", locale
    ):
        return None
    return locale.replace("_", "-")


def _line_item(claims: Claims) -> str | None:
    """Return the address of the link's own column, if we may post scores to it."""
    if SCORE_SCOPE not in _grade_scopes(claims):
        return None
    return web_address((group(claims, AGS) or {}).get("lineitem"))


def _grade_scopes(claims: Claims) -> tuple[str, ...]:
    """Return what the platform lets us do with its gradebook, of what we know (AGS 2.0, 3.1)."""
    scopes = (group(claims, AGS) or {}).get("scope")
    granted = scopes if isinstance(scopes, list) else []
    return tuple(scope for scope in GRADE_SCOPES if scope in granted)


def _memberships(claims: Claims) -> str | None:
    """Return where the class's list is, if it is of a version that we read (NRPS 2.0, 2.1)."""
    service = group(claims, NRPS) or {}
    versions = service.get("service_versions", [ROSTER_VERSION])
    if not isinstance(versions, list) or ROSTER_VERSION not in versions:
        return None
    return web_address(service.get("context_memberships_url"))


def _custom(claims: Claims) -> Mapping[str, str]:
    """Return the custom parameters that have a value.

    A ``$Variable`` that the platform did not replace has none (LTI 1.3 core, 5.4.6.1).
    """
    given = group(claims, f"{LTI}custom") or {}
    return {
        name: label(given, name)
        for name in list(given)[:MOST_CUSTOM]
        if label(given, name) and not label(given, name).startswith("$")
    }


def _review(claims: Claims) -> ReviewRequest:
    """Read a review's claims, of which no scope is asked: nothing is written to the column."""
    url = web_address((group(claims, AGS) or {}).get("lineitem"))
    if url is None:
        raise wrong("lineitem", "is missing or is not a web address")
    return ReviewRequest(required(group(claims, f"{LTI}for_user") or {}, "user_id"), url)
