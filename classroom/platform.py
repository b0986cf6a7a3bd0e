"""The platform's side of LTI 1.3, on lti1p3platform: keys, tokens and messages.

An instance serves one request: lti1p3platform keeps in it the token that it is reading.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from flask import Request as HttpRequest
from flask import Response as HttpResponse
from flask import render_template
from jwcrypto.common import JWException
from lti1p3platform.exceptions import (
    LtiDeepLinkingResponseException,
    LtiException,
    LtiServiceException,
)
from lti1p3platform.ltiplatform import (
    JWKS,
    AccessTokenResponse,
    LTI1P3PlatformConfAbstract,
)
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request, TRequest
from typing_extensions import override

from classroom.keys import Secrets
from classroom.options import Options
from classroom.store import Store
from classroom.tools import KnownTool

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM_SCOPE = f"{AGS_SCOPE}lineitem"
LINE_ITEM_READ_SCOPE = f"{AGS_SCOPE}lineitem.readonly"
RESULT_SCOPE = f"{AGS_SCOPE}result.readonly"
SCORE_SCOPE = f"{AGS_SCOPE}score"
AGS_SCOPES = (LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE, RESULT_SCOPE, SCORE_SCOPE)
GROUP_SCOPE = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
NOTICE_SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
MEMBERS_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ID_TOKEN_SECONDS = 60
CLOCK_LEEWAY_SECONDS = 30
LONGEST_ASSERTION_SECONDS = 3600


class FlaskRequest(Request):
    """What lti1p3platform wants to know of a request."""

    @override
    def build_metadata(self, request: HttpRequest) -> TRequest:
        return {
            "method": request.method,
            "form_data": request.form.to_dict(),
            "get_data": self.query(request),
            "headers": dict(request.headers),
            "content_type": request.mimetype,
            "path": request.path,
            "json": request.get_json(force=True, silent=True),
        }

    def query(self, request: HttpRequest) -> dict[str, Any]:
        return request.args.to_dict()


class ClassroomPlatform(LTI1P3PlatformConfAbstract):
    """Holds one registration of the tool, and judges what the tool has signed.

    lti1p3platform reads the signature only. What the specifications also ask of a signed
    message (security framework 1.0, 4.1.1 and 5.1.2) is added here.
    """

    def __init__(self, options: Options, keys: Secrets, store: Store, tool: KnownTool) -> None:
        self._options = options
        self._tool = tool
        self._store = store
        super().__init__(keys=keys)

    @override
    def init_platform_config(self, **kwargs: Any) -> None:
        keys: Secrets = kwargs["keys"]
        self._private_key = keys.private_key
        self._registration = (
            Registration()
            .set_iss(self._options.url)
            .set_client_id(self._tool.client_id)
            .set_deployment_id(self._tool.deployment_id)
            .set_oidc_login_url(self._tool.login_url)
            .set_launch_url(self._tool.launch_url)
            .set_deeplink_launch_url(self._tool.launch_url)
            .set_platform_private_key(keys.private_key)
            .set_platform_public_key(keys.public_key)
            .set_tool_key_set_url(self._tool.jwks_url)
        )
        self._jwt_verify_options = {
            "verify_aud": False,  # read below: either of two is right
            "require": ["iss", "aud", "iat", "exp"],
        }
        self.set_accepted_deeplinking_types(["ltiResourceLink"])

    @override
    def get_registration_by_params(self, **kwargs: Any) -> Registration:
        return self.get_registration()

    @override
    def get_tool_key_set(self) -> JWKS:
        """Fetch the tool's keys, at each token call as Moodle does, so that rotation works.

        Like Moodle, leave out those that do not name their algorithm.
        """
        keys = super().get_tool_key_set().get("keys")
        if not isinstance(keys, list):
            raise LtiException(f"{self._tool.jwks_url} holds no list of keys.")
        return {"keys": [key for key in keys if isinstance(key, dict) and "alg" in key]}

    def read_assertion(self, token: str) -> dict[str, Any]:
        """The claims of a client assertion: signed by the tool, for us, now, and not used yet.

        The audience may be the token URL or the issuer: platforms differ, tools follow.
        Raise ``LtiException``.
        """
        claims = self._read_signed(token, {self._options.token_url, self._options.url})
        if claims.get("sub") != self._tool.client_id:
            raise LtiException("The assertion's sub is not the client id.")
        self._use_once("jti", claims)
        return claims

    def read_deep_linking_response(self, token: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The content items that the tool returns, and all claims. Raise ``LtiException``."""
        claims = self._read_signed(token, {self._options.url})
        if claims.get(f"{CLAIM}deployment_id") != self._tool.deployment_id:
            raise LtiException("The response names another deployment.")
        if claims.get(f"{CLAIM}version") != "1.3.0":
            raise LtiException("The response is not LTI 1.3.0.")
        try:
            items = self.validate_deeplinking_resp({"JWT": token})
        except (LtiDeepLinkingResponseException, KeyError, TypeError) as error:
            raise LtiException(f"The content items cannot be read: {error}") from error
        self._use_once("nonce", claims)
        return items, claims

    def _read_signed(self, token: str, audiences: Collection[str]) -> dict[str, Any]:
        try:
            claims = self.tool_validate_and_decode(token)
        except (jwt.PyJWTError, JWException) as error:
            raise LtiException(str(error)) from error
        if claims["iss"] != self._tool.client_id:
            raise LtiException("The token's iss is not the client id.")
        named = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if not set(named) & set(audiences):
            raise LtiException(f"The token's aud is none of {sorted(audiences)}.")
        if claims["iat"] > time.time() + CLOCK_LEEWAY_SECONDS:
            raise LtiException("The token was issued in the future.")
        if claims["exp"] > time.time() + LONGEST_ASSERTION_SECONDS:
            raise LtiException("The token lives for more than an hour.")
        return claims

    def _use_once(self, name: str, claims: dict[str, Any]) -> None:
        value = claims.get(name)
        if not isinstance(value, str) or not value:
            raise LtiException(f"The token has no {name}.")
        if not self._store.use_once(f"{name} {value}", claims["exp"]):
            raise LtiException(f"The token's {name} has been used already.")

    @override
    def get_access_token(self, token_request_data: dict[str, Any]) -> AccessTokenResponse:
        """A token for one hour. Raise as lti1p3platform does, or ``LtiException``."""
        if "client_assertion" in token_request_data:
            self.read_assertion(token_request_data["client_assertion"])
        if token_request_data.get("client_assertion_type", ASSERTION_TYPE) != ASSERTION_TYPE:
            raise LtiException("The client assertion type is not jwt-bearer.")
        answer: AccessTokenResponse = super().get_access_token(token_request_data)
        asked = token_request_data["scope"].split()
        ours = (NOTICE_SCOPE, *([GROUP_SCOPE] if self._options.groups == "service" else []))
        granted = [scope for scope in ours if scope in asked]
        return self._with_scopes(answer, granted) if granted else answer

    def _with_scopes(self, answer: AccessTokenResponse, granted: list[str]) -> AccessTokenResponse:
        """Add scopes that lti1p3platform does not know to those that it granted."""
        scopes = " ".join([answer["scope"], *granted]).strip()
        claims = {"sub": self._tool.client_id, "iss": self._options.url, "scopes": scopes}
        token = self.get_registration().encode_and_sign(
            claims, self._private_key, expiration=answer["expires_in"]
        )
        return {**answer, "access_token": token, "scope": scopes}

    @override
    def validate_token(
        self,
        token: str,
        allowed_scopes: list[str] | None = None,
        audience: str | None = None,
    ) -> bool:
        """Whether the bearer may do this. Raise ``LtiServiceException`` (401) for a bad token."""
        try:
            return super().validate_token(token, allowed_scopes, audience)
        except (LtiException, jwt.PyJWTError) as error:
            raise LtiServiceException(f"This access token is not valid: {error}", 401) from error


def issuer_of(token: str) -> str | None:
    """Who says to have signed a token. It only tells which registration to check it with."""
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except jwt.PyJWTError:
        return None
    return issuer if isinstance(issuer, str) else None


class LoginInitiation(OIDCLoginAbstract):
    """Sends the browser to the tool's login by POST, as Moodle does."""

    _storage: tuple[tuple[str, str], ...] = ()

    def offer_storage(self) -> None:
        """Say that the page around the tool's frame keeps things for it.

        LTI OIDC login with client side postMessages 0.1.
        """
        self._storage = (("lti_storage_target", "_parent"),)

    @override
    def set_lti_message_hint(self, **kwargs: Any) -> None:
        self._lti_message_hint = kwargs["hint"]

    @override
    def get_redirect(self, url: str) -> str:
        """The page that posts the parameters in ``url``."""
        parts = urlsplit(url)
        return render_template(
            "post.html",
            action=parts._replace(query="").geturl(),
            fields=[*parse_qsl(parts.query, keep_blank_values=True), *self._storage],
        )


class Launch(LTIAdvantageMessageLaunchAbstract):
    """Sends a signed message to the tool, by the browser's POST (LTI 1.3 core, 5.1.1)."""

    @override
    def render_launch_form(self, launch_data: dict[str, Any], **kwargs: Any) -> HttpResponse:
        page = render_template(
            "post.html",
            action=launch_data["launch_url"],
            fields=[("id_token", launch_data["id_token"]), ("state", launch_data["state"])],
        )
        return HttpResponse(page)
