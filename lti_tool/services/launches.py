"""A launch, from what the platform posts to an open window: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import (
    DEEP_LINK,
    Fault,
    KeySets,
    Launch,
    LaunchRefused,
    Role,
    verify_launch,
)
from lti_tool.models import ContentSelection, Deployment, LoginState, Platform, WindowSession, now
from lti_tool.services.courses import CourseShelf
from lti_tool.services.links import destination, keep_learner, keep_link, keep_membership
from lti_tool.services.logins import PlatformStorage, login_of, storage_of, use_up
from lti_tool.services.platforms import deployments_of
from lti_tool.services.registrations import take_deployment
from lti_tool.services.sessions import Entrant, SessionLimits, open_session
from lti_tool.services.tokens import hashed, new_token

SELECTION_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LaunchForm:
    """What comes with a launch: the platform's form, and the browser's secret.

    ``by_storage`` says that the platform's storage gave the secret back, and no cookie.
    ``languages`` are those that the browser asks for and we have, the preferred one first.
    """

    id_token: str
    state: str
    browser: str | None
    languages: tuple[str, ...]
    by_storage: bool = False


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A window that was let in. ``token`` is its proof, which only it will hold."""

    token: str
    window: WindowSession


@dataclass(frozen=True, slots=True)
class OpenSelection:
    """A teacher who may choose what to link to."""

    token: str
    selection: ContentSelection


@dataclass(frozen=True, slots=True)
class LaunchDesk:
    """Checks launches and lets windows in. Safe to share among threads."""

    database: Database
    key_sets: KeySets
    courses: CourseShelf
    default_course: str
    tool_url: str
    languages: tuple[str, ...]
    limits: SessionLimits

    def storage(self, state: str) -> PlatformStorage | None:
        """Return where a launch without a cookie may find its secret, if anywhere.

        Nothing is used up. Raise ``LaunchRefused`` when the login is over.
        """
        with self.database.reading() as db:
            return storage_of(db, state)

    def accept(self, form: LaunchForm) -> OpenWindow | OpenSelection:
        """Let a launch in, once. Raise ``LaunchRefused``, having changed nothing.

        The platform's keys may have to be fetched, so the token is checked before the
        transaction that uses the login up: nobody waits for a platform on a lock.
        """
        if not form.id_token or not form.state:
            raise LaunchRefused(Fault.LAUNCH_INCOMPLETE, "id_token or state is missing")
        with self.database.reading() as db:
            login = login_of(db, form.state, form.browser, by_storage=form.by_storage)
            platform = _platform(db, login)
        try:
            return self._accept(form, login, platform)
        except LaunchRefused as refused:
            refused.issuer = platform.issuer
            raise

    def _accept(
        self, form: LaunchForm, login: LoginState, platform: Platform
    ) -> OpenWindow | OpenSelection:
        launch = verify_launch(
            form.id_token,
            platform,
            None if platform.awaits_deployment else deployments_of(platform),
            key_sets=self.key_sets,
            tool_url=self.tool_url,
        )
        language = self._language(launch, form.languages)
        with self.database.transaction() as db:
            use_up(db, login, launch.nonce)
            if platform.awaits_deployment and not take_deployment(
                db, platform, launch.deployment_id
            ):
                raise LaunchRefused(
                    Fault.DEPLOYMENT_UNKNOWN, f"deployment_id {launch.deployment_id!r}"
                )
            if launch.message_type == DEEP_LINK:
                return _open_selection(db, platform, launch, language)
            return self._open_window(db, platform, launch, language)

    def _open_window(
        self, db: Session, platform: Platform, launch: Launch, language: str
    ) -> OpenWindow:
        course, target = destination(launch, self.courses, self.default_course)
        link = keep_link(db, platform, launch, course, target)
        learner = keep_learner(db, platform, launch)
        if learner is not None:
            keep_membership(db, link.context, learner, launch.role.value)
        entrant = Entrant(link, learner, launch.role, language, launch.return_url)
        token, window = open_session(db, entrant, self.limits)
        return OpenWindow(token, window)

    def _language(self, launch: Launch, accepted: Sequence[str]) -> str:
        primary = (launch.locale or "").partition("-")[0].lower()
        return primary if primary in self.languages else (*accepted, *self.languages)[0]


def selection_of(db: Session, token: str) -> ContentSelection:
    """Return the choice under way of a token. Raise ``LaunchRefused`` when it is over."""
    selection = db.scalars(
        select(ContentSelection)
        .where(ContentSelection.token_hash == hashed(token))
        .options(joinedload(ContentSelection.deployment).joinedload(Deployment.platform))
    ).one_or_none()
    if selection is None or selection.expires_at <= now():
        raise LaunchRefused(Fault.SELECTION_EXPIRED)
    return selection


def _platform(db: Session, login: LoginState) -> Platform:
    return (
        db.scalars(
            select(Platform)
            .where(Platform.id == login.platform_id)
            .options(joinedload(Platform.deployments))
        )
        .unique()
        .one()
    )


def _open_selection(
    db: Session, platform: Platform, launch: Launch, language: str
) -> OpenSelection:
    if launch.role is not Role.INSTRUCTOR:
        raise LaunchRefused(Fault.TEACHERS_ONLY)
    wanted = launch.deep_linking
    if wanted is None:
        raise LaunchRefused(Fault.CLAIM_WRONG, "deep_linking_settings is missing")
    deployment = db.scalars(
        select(Deployment).where(
            Deployment.platform_id == platform.id,
            Deployment.deployment_id == launch.deployment_id,
        )
    ).one()
    token = new_token()
    selection = ContentSelection(
        token_hash=hashed(token),
        deployment=deployment,
        return_url=wanted.return_url,
        data=wanted.data,
        accepts_line_item=wanted.accepts_line_item,
        language=language,
        expires_at=now() + SELECTION_LIFETIME,
    )
    db.add(selection)
    return OpenSelection(token, selection)
