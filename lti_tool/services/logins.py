"""OpenID Connect logins: begun when a platform asks, used up by one launch.

A login binds together a state, a nonce, a platform and a browser. All four come back with
the launch, and one statement uses them up: whatever the number of processes, a launch
serves once (LTI Security Framework 1.0, 5.1.1).

The browser proves itself by a secret of its own. A cookie keeps it or, where there are none,
the platform's window does (LTI OIDC login with client side postMessages 0.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from sqlalchemy import update
from sqlalchemy.orm import Session

from lti_tool.lti import Fault, LaunchRefused, is_ours, origin_of
from lti_tool.models import LoginState, Platform, now
from lti_tool.services.platforms import find_platform
from lti_tool.services.tokens import hashed, new_token

LIFETIME = timedelta(minutes=15)
"""Long enough to sign in to the platform on the way."""
LONGEST_PARAMETER = 4_000
LONGEST_FRAME_NAME = 255


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """What a platform sends to begin (LTI Security Framework 1.0, 5.1.1.1; core, 4.1)."""

    issuer: str
    login_hint: str
    target_link_uri: str
    client_id: str | None = None
    message_hint: str | None = None
    deployment_id: str | None = None
    storage_target: str | None = None


@dataclass(frozen=True, slots=True)
class PlatformStorage:
    """Where a platform keeps a login's secret for us, in the browser.

    ``target`` names a frame beside ours, or is ``_parent``. Only a window of ``origin``,
    that of the platform's authorization address, is told the secret and may give it back
    (LTI postMessage storage 0.1).
    """

    target: str
    origin: str
    key: str


@dataclass(frozen=True, slots=True)
class Login:
    """A login under way: where to send the browser, and what it must bring back.

    ``storage`` is ``None`` where the platform keeps nothing for us.
    """

    authorization_url: str
    state: str
    browser: str
    storage: PlatformStorage | None


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
            storage_target=_frame_name(request.storage_target),
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
    return Login(
        authorization_url=_with_query(platform.authorization_url, query),
        state=state,
        browser=browser,
        storage=_storage(request.storage_target, platform, state),
    )


def storage_of(db: Session, state: str) -> PlatformStorage | None:
    """Return where the secret of a login may be kept, or ``None`` where a cookie must prove it.

    Raise ``LaunchRefused`` when there is nothing left to prove.
    """
    login = db.get(LoginState, hashed(state))
    if login is None or login.storage_target is None:
        return None
    _require_fresh(login)
    return _storage(login.storage_target, login.platform, state)


def login_of(
    db: Session, state: str, browser: str | None, *, by_storage: bool = False
) -> LoginState:
    """Return the login that a launch belongs to, still unused. Raise ``LaunchRefused``.

    ``by_storage`` says that the secret ``browser`` comes from the platform's storage and not
    from a cookie, which serves only where the platform offered one.
    """
    login = db.get(LoginState, hashed(state))
    if login is None:
        raise LaunchRefused(Fault.STATE_UNKNOWN)
    if by_storage and not browser:
        raise LaunchRefused(Fault.STORAGE_SILENT, "the platform's storage gave no secret back")
    if by_storage and login.storage_target is None:
        raise LaunchRefused(Fault.BROWSER_DIFFERENT, "this login has no storage")
    if browser is None or hashed(browser) != login.browser_hash:
        kept = "stored secret" if by_storage else "cookie"
        why = f"the {kept} is another login's" if browser else "the login's cookie is absent"
        raise LaunchRefused(Fault.BROWSER_DIFFERENT, why)
    _require_fresh(login)
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


def _require_fresh(login: LoginState) -> None:
    if login.used_at is not None:
        raise LaunchRefused(Fault.STATE_USED)
    if login.expires_at <= now():
        raise LaunchRefused(Fault.STATE_EXPIRED)


def _storage(target: str | None, platform: Platform, state: str) -> PlatformStorage | None:
    name = _frame_name(target)
    if name is None:
        return None
    origin = origin_of(platform.authorization_url)
    return PlatformStorage(name, origin, f"arrimage-login-{hashed(state)}")


def _frame_name(target: str | None) -> str | None:
    """Return the name of a frame, or ``None`` where it cannot be one: then there is no storage."""
    if not target or len(target) > LONGEST_FRAME_NAME or not target.isprintable():
        return None
    return target


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
