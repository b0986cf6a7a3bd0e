"""Open edX's side of LTI, served on a port of this machine: a second opinion on ours.

Every door of LTI is Open edX's own code: its views, its models, its checks. What the rest of
Open edX would say to that code (who is enrolled, what an activity is called, where grades go)
is said here in its place. Some doors of our own, under ``/campus/``, let a test play the
person who clicks and look at what Open edX kept.

It runs in an environment of its own, where nothing of the tool is:
``python campus.py PORT FOLDER TOOL_URL``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from types import SimpleNamespace
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

PORT, FOLDER, TOOL = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
ADDRESS = f"http://127.0.0.1:{PORT}"
SERVICES = f"{ADDRESS}/api/lti_consumer/v1"
ACTIVITY = "block-v1:ecole+gestion+2026+type@lti_consumer+block@module"
SCORE_MAXIMUM = 20


def signed_in(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Have every request come from a teacher, as Open edX's own sign-in would."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.user = SimpleNamespace(id=1, is_authenticated=True)
        return answer(request)

    return middleware


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(FOLDER / "campus.db")}
    },
    DEBUG_PROPAGATE_EXCEPTIONS=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "config_models",
        "lti_consumer",
    ],
    LMS_ROOT_URL=ADDRESS,
    MIDDLEWARE=[f"{__name__}.signed_in"],
    OPENEDX_TELEMETRY=[],
    PLATFORM_NAME="Campus",
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a campus that lives for one test",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    USAGE_ID_PATTERN="(?P<usage_id>[^/]+)",
    USE_TZ=True,
)
django.setup()

# Only now: Open edX's code reads the settings as it is imported.
from django.core.management import call_command  # noqa: E402
from lti_consumer.data import Lti1p3LaunchData  # noqa: E402
from lti_consumer.models import (  # noqa: E402
    CourseAllowPIISharingInLTIFlag,
    LtiAgsLineItem,
    LtiConfiguration,
    LtiDlContentItem,
)
from lti_consumer.plugin import compat  # noqa: E402
from opaque_keys.edx.keys import UsageKey  # noqa: E402


@dataclass
class Lms:
    """What the rest of Open edX knows, and what it is told of grades."""

    grades: list[dict[str, object]] = field(default_factory=list)
    members: dict[int, dict[str, object]] = field(
        default_factory=lambda: {
            number: {"id": number, "name": name, "email": email, "roles": roles}
            for number, name, email, roles in (
                (1, "Alex Martin", "alex@campus.example", ["student"]),
                (2, "Camille Noël", "camille@campus.example", ["student"]),
                (3, "Dominique Roy", "dominique@campus.example", ["staff"]),
            )
        }
    )

    def block(self, location: object) -> SimpleNamespace:
        """Describe the one activity."""
        return SimpleNamespace(
            accept_grades_past_due=True,
            context_id="course-v1:ecole+gestion+2026",
            display_name="Module 3",
            has_score=True,
            is_past_due=lambda: False,
            lti_1p3_passport_id=None,
            max_score=lambda: SCORE_MAXIMUM,
            scope_ids=SimpleNamespace(usage_id=location),
            set_user_module_score=self.keep_grade,
            weight=SCORE_MAXIMUM,
        )

    def keep_grade(self, user: str, score: float, possible: int, comment: str | None) -> None:
        """Receive a grade that Open edX found good; ``score`` is from 0 to 1."""
        self.grades.append({"user": user, "score": score, "possible": possible, "comment": comment})


LMS = Lms()
compat.load_enough_xblock = LMS.block
compat.load_block_as_user = LMS.block
compat.get_user_from_external_user_id = str
compat.user_has_studio_write_access = lambda _user, _course: True
compat.get_course_members = lambda _course: {
    number: dict(member) for number, member in LMS.members.items()
}
compat.merge_course_forum_roles = lambda _course, members: members
compat.batch_get_or_create_externalids = lambda _users: {
    number: SimpleNamespace(external_user_id=f"person-{number}") for number in LMS.members
}


def _activity() -> LtiConfiguration:
    return LtiConfiguration.objects.get(location=UsageKey.from_string(ACTIVITY))


def registration(_request: HttpRequest) -> HttpResponse:
    """Say what a tool's administrator is told of this campus."""
    activity = _activity()
    return JsonResponse(
        {
            "name": "Campus",
            "issuer": ADDRESS,
            "client_id": activity.lti_1p3_client_id,
            "authorization_url": f"{SERVICES}/launch/",
            "token_url": f"{SERVICES}/token/{activity.passport_id}",
            "jwks_url": f"{SERVICES}/public_keysets/{activity.passport_id}",
            "deployment_ids": ["1"],
        }
    )


def click(request: HttpRequest) -> HttpResponse:
    """Click on the activity: return the address that the browser goes to next."""
    activity = _activity()
    clicked = {
        "config_id": activity.config_id,
        "resource_link_id": ACTIVITY,
        "context_id": "course-v1:ecole+gestion+2026",
        "context_type": ["course_offering"],
        "context_title": "Gestion de projet",
        "launch_presentation_document_target": "iframe",
        **json.loads(request.body),
    }
    launch = Lti1p3LaunchData(**clicked)
    return JsonResponse({"url": activity.get_lti_consumer().prepare_preflight_url(launch)})


def content(_request: HttpRequest) -> HttpResponse:
    """Return the content items that a teacher's choice left behind."""
    kept = [
        {"id": item.id, "type": item.content_type, **item.attributes}
        for item in LtiDlContentItem.objects.order_by("id")
    ]
    return JsonResponse({"items": kept})


def grades(_request: HttpRequest) -> HttpResponse:
    """Return the grades that reached Open edX's gradebook."""
    return JsonResponse({"grades": LMS.grades, "columns": LtiAgsLineItem.objects.count()})


urlpatterns = [
    path("api/", include("lti_consumer.plugin.urls")),
    path("campus/registration", registration),
    path("campus/click", click),
    path("campus/content", content),
    path("campus/grades", grades),
]


def found() -> None:
    """Make the course's one activity, which launches the tool and has a grade."""
    call_command("migrate", verbosity=0)
    activity = LtiConfiguration.objects.create(
        version=LtiConfiguration.LTI_1P3,
        config_store=LtiConfiguration.CONFIG_ON_DB,
        location=UsageKey.from_string(ACTIVITY),
        lti_1p3_oidc_url=f"{TOOL}/lti/login",
        lti_1p3_launch_url=f"{TOOL}/lti/launch",
        lti_advantage_deep_linking_enabled=True,
        lti_advantage_deep_linking_launch_url=f"{TOOL}/lti/launch",
        lti_advantage_ags_mode=LtiConfiguration.LTI_ADVANTAGE_AGS_DECLARATIVE,
        lti_advantage_enable_nrps=True,
    )
    activity.refresh_from_db()
    activity.lti_1p3_passport.lti_1p3_tool_keyset_url = f"{TOOL}/.well-known/jwks.json"
    activity.lti_1p3_passport.save()
    CourseAllowPIISharingInLTIFlag.objects.create(
        course_id=activity.location.course_key, enabled=True
    )


class Server(ThreadingMixIn, WSGIServer):
    """A token call asks the tool for its keys meanwhile: one thread could not answer both."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing of requests that went well: the tests look at what they did."""

    def log_request(self, *_: object) -> None:
        """Errors are logged all the same."""


if __name__ == "__main__":
    from django.core.wsgi import get_wsgi_application

    found()
    with make_server("127.0.0.1", PORT, get_wsgi_application(), Server, Quiet) as server:
        server.serve_forever()
