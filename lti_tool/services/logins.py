"""OpenID Connect logins: begun when a platform asks, used up by one launch.

A login under way is stored nowhere. Its *state* carries what must be remembered of it
(platform, end, storage, and a random number that is its name), under the tool's own seal.
The nonce and the browser's secret are made from the same content by the same seal, so that
state, nonce, platform and browser belong together: one of them from another login does not
fit. Nobody can make any of them, and a stranger who begins logins fills no table.

A launch writes the login's number down, which the database lets happen once, whatever the
number of processes (LTI Security Framework 1.0, 5.1.1; docs/adr/0014-signed-logins.md).

The browser proves itself by its secret. A cookie keeps it or, where there are none, the
platform's window does (LTI OIDC login with client side postMessages 0.1).
"""

from __future__ import annotations

import binascii
import hmac
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlencode, urlsplit, urlunsplit

from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.lti import Fault, LaunchRefused, is_ours, origin_of
from lti_tool.models import KnownPlatform, UsedLogin, now
from lti_tool.services.directory import PlatformDirectory
from lti_tool.services.progress import insert_into
from lti_tool.services.seal import Seal
from lti_tool.services.tokens import hashed

LIFETIME = timedelta(minutes=15)
"""Long enough to sign in to the platform on the way."""
LONGEST_PARAMETER = 4_000
LONGEST_FRAME_NAME = 128
"""Bytes: the name travels in the state, which platforms want short."""
LONGEST_STATE = 400
NUMBER_BYTES = 16
SEAL_BYTES = 32
HEAD = struct.Struct(f">{NUMBER_BYTES}sIQ")
"""What a state begins with: the login's number, its end (seconds since 1970), its platform."""


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


@dataclass(frozen=True, slots=True)
class OpenLogin:
    """A login as its state tells it, not known to be over: what a launch has to fit.

    ``storage_target`` is the frame in which the platform keeps things for us, or empty.
    """

    login_id: str
    platform_id: int
    expires_at: datetime
    storage_target: str
    nonce: str
    browser: str


@dataclass(frozen=True, slots=True)
class LoginDesk:
    """Begins logins, and knows them again. Safe to share among threads."""

    database: Database
    directory: PlatformDirectory
    seal: Seal
    tool_url: str
    launch_url: str

    def begin(self, request: LoginRequest) -> Login:
        """Begin a login, without writing anything. Raise ``LaunchRefused``."""
        _check(request, self.tool_url)
        platform = self.directory.find(request.issuer, request.client_id, request.deployment_id)
        target = _frame_name(request.storage_target)
        end = int((now() + LIFETIME).timestamp())
        content = HEAD.pack(secrets.token_bytes(NUMBER_BYTES), end, platform.id) + target.encode()
        state = self._state(content)
        query = {
            "login_hint": request.login_hint,
            "state": state,
            "nonce": self._nonce(content),
        }
        if request.message_hint is not None:
            query["lti_message_hint"] = request.message_hint
        address = _authorization(platform.authorization_url, platform.client_id, self.launch_url)
        return Login(
            authorization_url=f"{address}&{urlencode(query)}",
            state=state,
            browser=self._browser(content),
            storage=_storage(target, platform, state),
        )

    def storage(self, state: str) -> PlatformStorage | None:
        """Return where a launch without a cookie may find its secret, if anywhere.

        Nothing is used up. Raise ``LaunchRefused`` when there is nothing left to prove.
        """
        login = self._opened(state)
        platform = None if login is None else self.directory.known(login.platform_id)
        if login is None or platform is None or not login.storage_target:
            return None
        with self.database.reading() as db:
            if is_used(db, login):
                raise LaunchRefused(Fault.STATE_USED)
        self._require_fresh(login)
        return _storage(login.storage_target, platform, state)

    def login_of(self, state: str, browser: str | None, *, by_storage: bool = False) -> OpenLogin:
        """Return the login that a launch belongs to. Raise ``LaunchRefused``.

        ``by_storage`` says that the secret ``browser`` comes from the platform's storage and
        not from a cookie, which serves only where the platform offered one.
        """
        login = self._opened(state)
        if login is None:
            raise LaunchRefused(Fault.STATE_UNKNOWN)
        if by_storage and not browser:
            raise LaunchRefused(Fault.STORAGE_SILENT, "the platform's storage gave no secret back")
        if by_storage and not login.storage_target:
            raise LaunchRefused(Fault.BROWSER_DIFFERENT, "this login has no storage")
        if browser is None or not _same(browser, login.browser):
            kept = "stored secret" if by_storage else "cookie"
            why = f"the {kept} is another login's" if browser else "the login's cookie is absent"
            raise LaunchRefused(Fault.BROWSER_DIFFERENT, why)
        self._require_fresh(login)
        return login

    def _require_fresh(self, login: OpenLogin) -> None:
        if login.expires_at <= now():
            raise LaunchRefused(Fault.STATE_EXPIRED)

    def _opened(self, state: str) -> OpenLogin | None:
        """Return what a state says, if it is one of ours to the letter."""
        content = _unsealed(state)
        if content is None or not _same(state, self._state(content)):
            return None
        number, end, platform_id = HEAD.unpack_from(content)
        return OpenLogin(
            login_id=number.hex(),
            platform_id=platform_id,
            expires_at=datetime.fromtimestamp(end, UTC),
            storage_target=content[HEAD.size :].decode(),
            nonce=self._nonce(content),
            browser=self._browser(content),
        )

    def _state(self, content: bytes) -> str:
        return _text(content + self.seal.of(b"state", content))

    def _nonce(self, content: bytes) -> str:
        return _text(self.seal.of(b"nonce", content))

    def _browser(self, content: bytes) -> str:
        return _text(self.seal.of(b"browser", content))


def require_nonce(login: OpenLogin, nonce: str) -> None:
    """Raise ``LaunchRefused`` when a token was made for another login."""
    if not _same(nonce, login.nonce):
        raise LaunchRefused(Fault.NONCE_DIFFERENT)


def is_used(db: Session, login: OpenLogin) -> bool:
    """Whether a launch has used a login up."""
    return db.get(UsedLogin, login.login_id) is not None


def use_up(db: Session, login: OpenLogin) -> None:
    """Use up a login, if nobody did before. Raise ``LaunchRefused``.

    When another transaction is using it up, wait for that one's end.
    """
    used = db.execute(
        insert_into(db, UsedLogin)
        .values(login_id=login.login_id, expires_at=login.expires_at)
        .on_conflict_do_nothing()
        .returning(UsedLogin.login_id)
    ).all()
    if not used:
        raise LaunchRefused(Fault.STATE_USED)


def _unsealed(state: str) -> bytes | None:
    """Return the content of what may be a state of ours; its seal is still to be checked."""
    if not state.isascii() or len(state) > LONGEST_STATE:
        return None
    try:
        sealed = urlsafe_b64decode(state + "=" * (-len(state) % 4))
    except (binascii.Error, ValueError):
        return None
    return sealed[:-SEAL_BYTES] if len(sealed) >= HEAD.size + SEAL_BYTES else None


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _same(given: str, expected: str) -> bool:
    """Compare without telling, by the time it takes, how much was right."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def _storage(target: str, platform: KnownPlatform, state: str) -> PlatformStorage | None:
    if not target:
        return None
    origin = origin_of(platform.authorization_url)
    return PlatformStorage(target, origin, f"arrimage-login-{hashed(state)}")


def _frame_name(target: str | None) -> str:
    """Return the name of a frame; empty where it cannot be one: then there is no storage."""
    if not target or not target.isprintable() or len(target.encode()) > LONGEST_FRAME_NAME:
        return ""
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


@lru_cache(maxsize=256)
def _authorization(url: str, client_id: str, launch_url: str) -> str:
    """Return where a platform authorizes, with what is the same in all of its logins.

    The address may have parameters of its own already.
    """
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": client_id,
        "redirect_uri": launch_url,
    }
    parts = urlsplit(url)
    joined = "&".join(filter(None, (parts.query, urlencode(query))))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, joined, ""))
