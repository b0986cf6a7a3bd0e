"""A launch, from what the platform posts to an open window: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import (
    DEEP_LINK,
    RESOURCE_LINK,
    SUBMISSION_REVIEW,
    Fault,
    KeySets,
    Launch,
    LaunchRefused,
    Role,
    verify_launch,
)
from lti_tool.models import (
    ContentSelection,
    Counting,
    Deployment,
    KnownPlatform,
    Platform,
    now,
)
from lti_tool.services.administration import ADMINISTRATION, EXPORTS, Way, issue_ticket
from lti_tool.services.arrivals import (
    Arrival,
    Arrived,
    arrive_at_once,
    arrive_step_by_step,
    open_deployment,
)
from lti_tool.services.courses import CourseShelf
from lti_tool.services.directory import PlatformDirectory, require_active
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.groups import keep_launch
from lti_tool.services.launch_records import LaunchRecords
from lti_tool.services.links import class_of, destination, due_date
from lti_tool.services.logins import LoginDesk, OpenLogin, is_used, require_nonce, use_up
from lti_tool.services.registrations import take_deployment
from lti_tool.services.reviews import OpenReview, open_review
from lti_tool.services.sessions import SessionLimits, Visitor
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
    """A window that was let in. ``token`` is its proof, which only it will hold.

    ``newcomer`` is a learner who never had a window in this class before: there is no work of
    theirs to look for, and nothing to ask the database. ``None`` for anybody else.
    """

    token: str
    role: Role
    language: str
    newcomer: Visitor | None
    export_ticket: str | None = None
    """What lets a course designer into the export page, where their platform may send them."""


@dataclass(frozen=True, slots=True)
class OpenSelection:
    """A teacher who may choose what to link to."""

    token: str
    selection: ContentSelection


@dataclass(frozen=True, slots=True)
class OpenAdministration:
    """An administrator of a platform that was allowed, and the ticket that lets them in.

    Or a course designer: ``way`` tells which of the two.
    """

    ticket: str
    language: str
    way: Way = Way.LTI


@dataclass(frozen=True, slots=True)
class LaunchDesk:
    """Checks launches and lets windows in. Safe to share among threads."""

    database: Database
    directory: PlatformDirectory
    logins: LoginDesk
    key_sets: KeySets
    courses: CourseShelf
    default_course: str
    tool_url: str
    languages: tuple[str, ...]
    limits: SessionLimits
    records: LaunchRecords
    admits_administrators: bool = False
    """Whether the settings let administrators and designers in by a launch, where one may."""

    def accept(
        self, form: LaunchForm
    ) -> OpenWindow | OpenSelection | OpenReview | OpenAdministration:
        """Let a launch in, once. Raise ``LaunchRefused``, having changed nothing.

        The platform's keys may have to be fetched, so the token is checked before the
        transaction that uses the login up: nobody waits for a platform on a lock.
        """
        if not form.id_token or not form.state:
            raise LaunchRefused(Fault.LAUNCH_INCOMPLETE, "id_token or state is missing")
        login = self.logins.login_of(form.state, form.browser, by_storage=form.by_storage)
        platform = self.directory.known(login.platform_id)
        if platform is None:
            raise LaunchRefused(Fault.STATE_UNKNOWN, "the login's platform is gone")
        try:
            launch, platform = self._verified(form, login, platform)
            accepted = self._accept(form, login, platform, launch)
            self.records.note(platform.id, launch)
            return accepted
        except LaunchRefused as refused:
            refused.issuer = platform.issuer
            raise

    def _verified(
        self, form: LaunchForm, login: OpenLogin, platform: KnownPlatform
    ) -> tuple[Launch, KnownPlatform]:
        """Return what the token says, and the registration that it was checked against.

        Nobody is refused for what was remembered of a registration that has changed since.
        """
        try:
            return self._verify(form, login, platform), platform
        except LaunchRefused:
            fresh = self.directory.fresh(platform.id)
            if fresh is None or fresh == platform:
                raise
        return self._verify(form, login, fresh), fresh

    def _verify(self, form: LaunchForm, login: OpenLogin, platform: KnownPlatform) -> Launch:
        require_active(platform)
        launch = verify_launch(
            form.id_token,
            platform,
            None if platform.awaits_deployment else platform.deployment_ids,
            key_sets=self.key_sets,
            tool_url=self.tool_url,
        )
        require_nonce(login, launch.nonce)
        return launch

    def _accept(
        self, form: LaunchForm, login: OpenLogin, platform: KnownPlatform, launch: Launch
    ) -> OpenWindow | OpenSelection | OpenReview | OpenAdministration:
        language = self._language(launch, form.languages)
        if launch.message_type == SUBMISSION_REVIEW:
            with self.database.transaction() as db:
                use_up(db, login)
                _settle_deployment(db, platform, launch)
                return open_review(db, platform.id, launch, language)
        if launch.message_type == DEEP_LINK:
            with self.database.transaction() as db:
                use_up(db, login)
                _settle_deployment(db, platform, launch)
                return _open_selection(db, platform, launch, language)
        for path, opened_by in (
            (ADMINISTRATION, self._open_administration),
            (EXPORTS, self._open_exports),
        ):
            if leads_to(path, launch, self.tool_url):
                with self.database.transaction() as db:
                    use_up(db, login)
                    _settle_deployment(db, platform, launch)
                    return opened_by(db, platform, launch, language)
        return self._open_window(login, platform, launch, language)

    def _open_administration(
        self, db: Session, platform: KnownPlatform, launch: Launch, language: str
    ) -> OpenAdministration:
        """Give a ticket to an administrator, and nothing to anybody else.

        What the platform may is read now: what was remembered of it may have been taken back.
        """
        known = self._trusted(db, platform, launch)
        if known is None or not known.admits_administrators:
            raise LaunchRefused(Fault.ADMINISTRATION_CLOSED, f"platform {platform.id}")
        if not launch.administrates:
            raise LaunchRefused(Fault.ADMINISTRATORS_ONLY)
        return OpenAdministration(issue_ticket(db, Way.LTI), language)

    def _open_exports(
        self, db: Session, platform: KnownPlatform, launch: Launch, language: str
    ) -> OpenAdministration:
        """Give a ticket to a course designer, or to an administrator, who may export as well."""
        known = self._trusted(db, platform, launch)
        if known is not None and launch.administrates and known.admits_administrators:
            return OpenAdministration(issue_ticket(db, Way.LTI), language)
        if known is None or not known.admits_designers:
            raise LaunchRefused(Fault.EXPORTS_CLOSED, f"platform {platform.id}")
        if not launch.designs:
            raise LaunchRefused(Fault.DESIGNERS_ONLY)
        return OpenAdministration(_designer_ticket(db, known, launch), language, Way.DESIGNER)

    def _trusted(self, db: Session, platform: KnownPlatform, launch: Launch) -> Platform | None:
        """Return the platform as it is now; none where the settings trust none to say who enters.

        Raise ``LaunchRefused`` when the launch's deployment is not one of its own.
        """
        if open_deployment(db, platform.id, launch.deployment_id) is None:
            raise _shut_out(db, platform, launch)
        return db.get_one(Platform, platform.id) if self.admits_administrators else None

    def _export_ticket(self, platform: KnownPlatform, launch: Launch) -> str | None:
        """Return a ticket for a designer who opens an activity, where there is one to give."""
        if not (launch.designs and self.admits_administrators):
            return None
        with self.database.transaction() as db:
            known = db.get_one(Platform, platform.id)
            return _designer_ticket(db, known, launch) if known.admits_designers else None

    def _open_window(
        self, login: OpenLogin, platform: KnownPlatform, launch: Launch, language: str
    ) -> OpenWindow:
        token, moment = new_token(), now()
        inherited = self.records.inherited(platform.id, launch)
        course, target = destination(launch, self.courses, self.default_course, inherited)
        arrival = Arrival(
            login_id=login.login_id,
            login_expires_at=login.expires_at,
            platform_id=platform.id,
            deployment_id=launch.deployment_id,
            context_id=class_of(launch),
            context_title=launch.context_title,
            memberships_url=launch.memberships_url,
            groups_url=launch.groups.groups_url if launch.groups else None,
            group_sets_url=launch.groups.sets_url if launch.groups else None,
            resource_link_id=launch.resource_link_id or "",
            resource_link_title=launch.resource_link_title,
            course=course,
            target=target,
            line_item_url=launch.line_item_url,
            line_items_url=launch.line_items_url,
            grade_scopes=launch.grade_scopes,
            sub=launch.sub,
            name=launch.name,
            is_test_user=launch.is_test_user,
            role=launch.role.value,
            mentored=list(launch.mentored) if launch.role is Role.MENTOR else None,
            token_hash=hashed(token),
            language=language,
            return_url=launch.return_url,
            due_at=due_date(launch),
            moment=moment,
            session_expires_at=self.limits.first_end(moment),
        )
        arrived = self._write(arrival, login, platform, launch)
        self._keep_groups(arrived, launch)
        new_here = arrived.newcomer and launch.role is Role.LEARNER
        newcomer = _newcomer(arrival, arrived) if new_here else None
        export_ticket = self._export_ticket(platform, launch)
        return OpenWindow(token, launch.role, language, newcomer, export_ticket)

    def _keep_groups(self, arrived: Arrived, launch: Launch) -> None:
        """Keep the groups that a launch tells of somebody, as Moodle's do.

        They have a transaction of their own: nobody gets the window before they are kept.
        """
        if launch.group_ids is not None and arrived.learner_id is not None:
            with self.database.transaction() as db:
                keep_launch(db, arrived.context_pk, arrived.learner_id, launch.group_ids)

    def _write(
        self, arrival: Arrival, login: OpenLogin, platform: KnownPlatform, launch: Launch
    ) -> Arrived:
        """Write the launch, or raise ``LaunchRefused``, having written nothing."""
        if self.database.is_postgresql and not platform.awaits_deployment:
            with self.database.statement() as cursor:
                arrived = arrive_at_once(cursor, arrival)
            if arrived is None:
                with self.database.reading() as db:
                    raise _refusal(db, login, platform, launch)
            return arrived
        with self.database.transaction() as db:
            _settle_deployment(db, platform, launch)
            if self.database.is_postgresql:
                with closing(db.connection().connection.cursor()) as cursor:
                    arrived = arrive_at_once(cursor, arrival)
            else:
                arrived = arrive_step_by_step(db, arrival)
            if arrived is None:
                raise _refusal(db, login, platform, launch)
            return arrived

    def _language(self, launch: Launch, accepted: Sequence[str]) -> str:
        primary = (launch.locale or "").partition("-")[0].lower()
        return primary if primary in self.languages else (*accepted, *self.languages)[0]


def _designer_ticket(db: Session, platform: Platform, launch: Launch) -> str:
    """Issue a ticket to a designer, who is known by the platform's name where theirs is not."""
    return issue_ticket(db, Way.DESIGNER, launch.name or platform.name)


def leads_to(path: str, launch: Launch, tool_url: str) -> bool:
    """Whether a link leads to pages of ours: its address says so, whoever follows it."""
    address = launch.target_link_uri.partition("?")[0].partition("#")[0].rstrip("/")
    return launch.message_type == RESOURCE_LINK and address == f"{tool_url}{path}"


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


def _settle_deployment(db: Session, platform: KnownPlatform, launch: Launch) -> None:
    """Let the first launch of a platform that awaits it say which deployment we are."""
    if platform.awaits_deployment and not take_deployment(db, platform, launch.deployment_id):
        raise _shut_out(db, platform, launch)


def _refusal(
    db: Session, login: OpenLogin, platform: KnownPlatform, launch: Launch
) -> LaunchRefused:
    """Tell why a launch that was in order could not be written."""
    if is_used(db, login):
        return LaunchRefused(Fault.STATE_USED)
    return _shut_out(db, platform, launch)


def _shut_out(db: Session, platform: KnownPlatform, launch: Launch) -> LaunchRefused:
    """Tell why a platform's launch finds no deployment, whatever was remembered of it."""
    row = db.get(Platform, platform.id)
    if row is not None and row.suspended_at is not None:
        return LaunchRefused(Fault.PLATFORM_SUSPENDED, f"platform {platform.id}")
    return LaunchRefused(Fault.DEPLOYMENT_UNKNOWN, f"deployment_id {launch.deployment_id!r}")


def _newcomer(arrival: Arrival, arrived: Arrived) -> Visitor:
    """Return the learner of a window as it was written. Nobody without a name is recorded."""
    named = arrived.learner_id is not None
    return Visitor(
        course=arrival["course"],
        target=arrival["target"],
        language=arrival["language"],
        role=arrival["role"],
        name=arrival["name"] if named else "",
        recorded=named,
        return_url=arrival["return_url"],
        due_at=arrival["due_at"],
        policy=GradingPolicy(Counting(arrived.counting), arrived.pass_mark),
    )


def _open_selection(
    db: Session, platform: KnownPlatform, launch: Launch, language: str
) -> OpenSelection:
    if launch.role is not Role.INSTRUCTOR:
        raise LaunchRefused(Fault.TEACHERS_ONLY)
    wanted = launch.deep_linking
    if wanted is None:
        raise LaunchRefused(Fault.CLAIM_WRONG, "deep_linking_settings is missing")
    deployment_pk = open_deployment(db, platform.id, launch.deployment_id)
    if deployment_pk is None:
        raise _shut_out(db, platform, launch)
    token = new_token()
    selection = ContentSelection(
        token_hash=hashed(token),
        deployment_pk=deployment_pk,
        return_url=wanted.return_url,
        data=wanted.data,
        accepts_links=wanted.accepts_links,
        accepts_several=wanted.accepts_several,
        accepts_line_item=wanted.accepts_line_item,
        openings=list(wanted.openings),
        language=language,
        expires_at=now() + SELECTION_LIFETIME,
    )
    db.add(selection)
    return OpenSelection(token, selection)
