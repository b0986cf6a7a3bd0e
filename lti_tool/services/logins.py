"""OpenID Connect logins: begun when a platform asks, used up by one launch.

A login binds together a state, a nonce, a platform and a browser. All four come back with
the launch, and one statement uses them up: whatever the number of processes, a launch
serves once (LTI Security Framework 1.0, 5.1.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from sqlalchemy import update
from sqlalchemy.orm import Session

from lti_tool.lti import Fault, LaunchRefused, is_ours
from lti_tool.models import LoginState, now
from lti_tool.services.platforms import find_platform
from lti_tool.services.tokens import hashed, new_token

LIFETIME = timedelta(minutes=15)
"""Long enough to sign in to the platform on the way."""
LONGEST_PARAMETER = 4_000


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """What a platform sends to begin (LTI Security Framework 1.0, 5.1.1.1; core, 4.1)."""

    issuer: str
    login_hint: str
    target_link_uri: str
    client_id: str | None = None
    message_hint: str | None = None
    deployment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """A login under way: where to send the browser, and what it must bring back."""

    authorization_url: str
    state: str
    browser: str


def begin_login(db: Session, request: LoginRequest, tool_url: str, launch_url: str) -> Login:
    """Begin a login in the caller's transaction. Raise ``LaunchRefused``."""
    _check(request, tool_url)
    platform = find_platform(db, request.issuer, request.client_id, request.deployment_id)
    state, nonce, browser = new_token(), new_token(), new_token()
    db.add(
        LoginState(
            state_hash=hashed(state),
            nonce_hash=hashed(nonce),
            browser_hash=hashed(browser),
            platform_id=platform.id,
            target_link_uri=request.target_link_uri,
            expires_at=now() + LIFETIME,
        )
    )
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": launch_url,
        "login_hint": request.login_hint,
        "state": state,
        "nonce": nonce,
    }
    if request.message_hint is not None:
        query["lti_message_hint"] = request.message_hint
    return Login(_with_query(platform.authorization_url, query), state, browser)


def login_of(db: Session, state: str, browser: str | None) -> LoginState:
    """Return the login that a launch belongs to, still unused. Raise ``LaunchRefused``."""
    login = db.get(LoginState, hashed(state))
    if login is None:
        raise LaunchRefused(Fault.STATE_UNKNOWN)
    if browser is None or hashed(browser) != login.browser_hash:
        why = "the login's cookie is absent" if browser is None else "the cookie is another login's"
        raise LaunchRefused(Fault.BROWSER_DIFFERENT, why)
    if login.used_at is not None:
        raise LaunchRefused(Fault.STATE_USED)
    if login.expires_at <= now():
        raise LaunchRefused(Fault.STATE_EXPIRED)
    return login


def use_up(db: Session, login: LoginState, nonce: str) -> None:
    """Use up a login, if it is its nonce and nobody did before. Raise ``LaunchRefused``."""
    moment = now()
    used = db.execute(
        update(LoginState)
        .where(
            LoginState.state_hash == login.state_hash,
            LoginState.nonce_hash == hashed(nonce),
            LoginState.browser_hash == login.browser_hash,
            LoginState.platform_id == login.platform_id,
            LoginState.expires_at > moment,
            LoginState.used_at.is_(None),
        )
        .values(used_at=moment)
        .returning(LoginState.state_hash)
        .execution_options(synchronize_session=False)
    ).all()
    if used:
        return
    if hashed(nonce) != login.nonce_hash:
        raise LaunchRefused(Fault.NONCE_DIFFERENT)
    raise LaunchRefused(Fault.STATE_USED)


def _check(request: LoginRequest, tool_url: str) -> None:
    missing = [
        name
        for name, value in (
            ("iss", request.issuer),
            ("login_hint", request.login_hint),
            ("target_link_uri", request.target_link_uri),
        )
        if not value
    ]
    if missing:
        raise LaunchRefused(Fault.LOGIN_INCOMPLETE, f"missing: {', '.join(missing)}")
    given = (
        request.issuer,
        request.login_hint,
        request.target_link_uri,
        request.client_id or "",
        request.message_hint or "",
        request.deployment_id or "",
    )
    if any(len(value) > LONGEST_PARAMETER or "\x00" in value for value in given):
        raise LaunchRefused(Fault.LOGIN_INCOMPLETE, "a parameter is too long or unreadable")
    if not is_ours(request.target_link_uri, tool_url):
        raise LaunchRefused(Fault.TARGET_FOREIGN, "the login's target_link_uri is not the tool's")


def _with_query(url: str, query: dict[str, str]) -> str:
    """Add parameters to an address that may have some already."""
    parts = urlsplit(url)
    joined = "&".join(filter(None, (parts.query, urlencode(query))))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, joined, ""))
