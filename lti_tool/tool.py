"""The tool put together: every part that the pages and the commands work with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from config.settings import Settings, SettingsError
from course_content.loader import BUILTIN_COURSES, available_courses
from lti_tool.database import Database
from lti_tool.lti import (
    GroupsClient,
    Guard,
    KeySets,
    LineItemClient,
    NoticeClient,
    RosterClient,
    ScoreClient,
    TokenClient,
    ToolAddresses,
)
from lti_tool.services.access_tokens import SharedTokens
from lti_tool.services.administration import ADMINISTRATION, EXPORTS, Door, Way
from lti_tool.services.connections import ConnectionTest
from lti_tool.services.courses import CourseShelf
from lti_tool.services.directory import PlatformDirectory
from lti_tool.services.dispatch_courses import DispatchedCourses
from lti_tool.services.dispatch_launches import DispatchDoor
from lti_tool.services.dispatch_licences import LicenceDesk
from lti_tool.services.export_form import FormMaker
from lti_tool.services.export_previews import PreviewDesk
from lti_tool.services.exports import ExportDesk
from lti_tool.services.followers import Followers
from lti_tool.services.institution import institution_values
from lti_tool.services.keys import KeyRing
from lti_tool.services.launch_records import LaunchRecords
from lti_tool.services.launches import LaunchDesk
from lti_tool.services.logins import LoginDesk
from lti_tool.services.notices import NoticeDesk
from lti_tool.services.outbox import announce_when_kept
from lti_tool.services.pulse import pulse_of
from lti_tool.services.queue import JobQueue
from lti_tool.services.refusal_book import RefusalBook
from lti_tool.services.registrations import RegistrationDesk
from lti_tool.services.rosters import Sources
from lti_tool.services.seal import Seal
from lti_tool.services.sessions import SessionLimits

LANGUAGES = ("fr", "en")
"""Those of the tool's own pages, the usual one first."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """What platforms must be told of the tool."""

    public_url: str

    @property
    def login(self) -> str:
        """Where platforms begin a login."""
        return f"{self.public_url}/lti/login"

    @property
    def launch(self) -> str:
        """Where platforms post a launch: our redirect URI and usual target link URI."""
        return f"{self.public_url}/lti/launch"

    @property
    def jwks(self) -> str:
        """Where platforms find our keys."""
        return f"{self.public_url}/.well-known/jwks.json"

    @property
    def notices(self) -> str:
        """Where platforms send their notices."""
        return f"{self.public_url}/lti/notices"

    @property
    def icon(self) -> str:
        """What platforms may show beside our name."""
        return f"{self.public_url}/static/icon.svg"

    @property
    def administration(self) -> str:
        """Where the tool is administered, and what a link to it in a platform points at."""
        return f"{self.public_url}{ADMINISTRATION}"

    @property
    def exports(self) -> str:
        """Where courses are exported, and what a link for designers points at."""
        return f"{self.public_url}{EXPORTS}"

    def ticket(self, token: str) -> str:
        """Where a ticket of the administration is used."""
        return f"{self.administration}/enter?{urlencode({'ticket': token})}"

    def registration(self, invitation: str) -> str:
        """Where an invited platform registers the tool."""
        return f"{self.public_url}/lti/register?{urlencode({'invitation': invitation})}"

    @property
    def told(self) -> ToolAddresses:
        """All that a platform is told when it registers the tool by itself."""
        return ToolAddresses(self.public_url, self.login, self.launch, self.jwks, self.icon)


@dataclass(frozen=True, slots=True)
class Tool:
    """One for each process; every part is safe to share among threads."""

    settings: Settings
    addresses: Addresses
    database: Database
    courses: CourseShelf
    course_slugs: tuple[str, ...]
    keys: KeyRing
    key_sets: KeySets
    tokens: TokenClient
    scores: ScoreClient
    queue: JobQueue
    class_lists: Sources
    notice_client: NoticeClient
    notices: NoticeDesk
    line_items: LineItemClient
    logins: LoginDesk
    desk: LaunchDesk
    registrations: RegistrationDesk
    limits: SessionLimits
    refusals: RefusalBook
    door: Door
    connections: ConnectionTest
    exports: ExportDesk
    licences: LicenceDesk
    dispatch: DispatchDoor
    previews: PreviewDesk
    export_forms: FormMaker
    followers: Followers

    def close(self) -> None:
        """Let go of every connection."""
        self.queue.close()
        self.database.close()


def build_tool(settings: Settings) -> Tool:
    """Put the tool together. Raise ``SettingsError`` when it has no course to show."""
    database = Database(settings.database_url, settings.threads)
    queue = JobQueue(settings.queue)
    announce_when_kept(database, queue)
    roots = (*settings.course_roots, BUILTIN_COURSES)
    slugs = tuple(available_courses(roots))
    courses = CourseShelf(roots, institution_values(settings), media_base)
    keys = KeyRing(database)
    key_sets = KeySets()
    tokens = TokenClient(keys.signing_key, store=SharedTokens(database))
    limits = SessionLimits(settings.session_idle, settings.session_lifetime)
    addresses = Addresses(settings.public_url)
    directory = PlatformDirectory(database)
    logins = LoginDesk(
        database=database,
        directory=directory,
        seal=Seal(database, "logins"),
        tool_url=settings.public_url,
        launch_url=addresses.launch,
    )
    desk = LaunchDesk(
        database=database,
        directory=directory,
        logins=logins,
        key_sets=key_sets,
        courses=courses,
        default_course=_default_course(settings, slugs),
        tool_url=settings.public_url,
        languages=LANGUAGES,
        limits=limits,
        records=LaunchRecords.of(database, courses),
        admits_administrators=Way.LTI in settings.administration,
    )
    exports = ExportDesk(settings)
    licences = LicenceDesk(database, settings.public_url)
    previews = PreviewDesk(exports)
    registrations = RegistrationDesk(database, Guard(settings.allow_loopback), addresses.told)
    return Tool(
        settings=settings,
        addresses=addresses,
        database=database,
        courses=courses,
        course_slugs=slugs,
        keys=keys,
        key_sets=key_sets,
        tokens=tokens,
        scores=ScoreClient(tokens),
        queue=queue,
        class_lists=Sources(RosterClient(tokens), GroupsClient(tokens)),
        notice_client=NoticeClient(tokens),
        notices=NoticeDesk(database, key_sets),
        line_items=LineItemClient(tokens),
        logins=logins,
        desk=desk,
        registrations=registrations,
        limits=limits,
        refusals=RefusalBook(database),
        door=Door(database, settings.administration),
        connections=ConnectionTest(database, key_sets, keys, addresses.jwks),
        exports=exports,
        licences=licences,
        dispatch=DispatchDoor(
            database,
            licences,
            DispatchedCourses(CourseShelf(roots, {}, media_base), exports.partner, media_base),
            settings.session_lifetime,
        ),
        previews=previews,
        export_forms=FormMaker(previews, licences, courses, slugs),
        followers=Followers(partial(_pulse, database), settings.streams),
    )


def _pulse(database: Database, link_pk: int) -> str:
    with database.reading() as db:
        return pulse_of(db, link_pk)


def media_base(slug: str) -> str:
    """Return the address under which a course's media are served."""
    return f"/content/{slug}/media/"


def _default_course(settings: Settings, slugs: tuple[str, ...]) -> str:
    wanted = settings.default_course
    if wanted is None and slugs:
        return slugs[0]
    if wanted in slugs:
        return wanted
    raise SettingsError(
        (
            f"There is no course {wanted!r}; the courses are: {', '.join(slugs) or 'none'}. "
            "Mend ARRIMAGE_DEFAULT_COURSE or ARRIMAGE_COURSES.",
        )
    )
