"""The platforms: listed, added by a form, changed, tested, suspended."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, abort, make_response, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.models import Platform
from lti_tool.services.connections import STEP_NAMES, Finding, PlatformGone, Step
from lti_tool.services.objections import objection_to_platform
from lti_tool.services.platform_care import (
    StillUsed,
    add_deployment,
    holdings,
    last_launches,
    platform_of,
    remove,
    resume,
    suspend,
)
from lti_tool.services.platform_health import troubles
from lti_tool.services.platforms import (
    PlatformInvalid,
    Registration,
    keep_platform,
    list_platforms,
    require_valid,
)
from lti_tool.services.subscriptions import NOTICE_NAMES, notice_statuses
from lti_tool.views.admin.room import blueprint, done, page, text
from lti_tool.views.context import tool

LAUNCHES_SHOWN = 10
FIELDS = ("name", "issuer", "client_id", "authorization_url", "token_url", "jwks_url")


@blueprint.get("/platforms")
def platforms() -> str:
    """List the platforms."""
    with tool().database.reading() as db:
        return page("platforms.html", platforms=list_platforms(db))


@blueprint.get("/platforms/new")
def new_platform() -> str:
    """Show what to copy into the platform, and the form for what it answers."""
    return page("platform_form.html", platform=None, values={}, problems={})


@blueprint.post("/platforms/new")
def add_platform() -> AnyResponse:
    """Register a platform by hand, or say field by field what is wrong."""
    given = _given()
    try:
        require_valid(given)
        with tool().database.transaction() as db:
            known = _known(db, given)
            if known is None:
                added = keep_platform(db, given)
    except PlatformInvalid as error:
        return _form(None, error)
    if known is not None:
        said = _("Cette plateforme est déjà inscrite avec cet identifiant client.")
        return _form(None, problems={"client_id": said})
    return done("platform-added", "platform", platform_id=added.id)


@blueprint.get("/platforms/<int(max=2147483647):platform_id>")
def platform(platform_id: int) -> str:
    """Show one platform: its registration, its deployments, what can be done."""
    with tool().database.reading() as db:
        return _platform_page(db, _existing(db, platform_id))


@blueprint.get("/platforms/<int(max=2147483647):platform_id>/edit")
def edit_platform(platform_id: int) -> str:
    """Show the form with what is known."""
    with tool().database.reading() as db:
        known = _existing(db, platform_id)
    values = {name: getattr(known, name) for name in FIELDS}
    values["token_audience"] = known.token_audience or ""
    values["service_origins"] = "\n".join(known.service_origins)
    return page("platform_form.html", platform=known, values=values, problems={})


@blueprint.post("/platforms/<int(max=2147483647):platform_id>/edit")
def change_platform(platform_id: int) -> AnyResponse:
    """Bring a registration up to date. Issuer and client id say which one it is, and stay."""
    try:
        with tool().database.transaction() as db:
            keep_platform(db, _given(_existing(db, platform_id)))
    except PlatformInvalid as error:
        # What was undone is of no use to a page: the platform is read again.
        with tool().database.reading() as db:
            return _form(_existing(db, platform_id), error)
    return done("platform-changed", "platform", platform_id=platform_id)


@blueprint.post("/platforms/<int(max=2147483647):platform_id>/deployments")
def keep_deployment(platform_id: int) -> AnyResponse:
    """Add a deployment by hand, or name one."""
    try:
        with tool().database.transaction() as db:
            known = _existing(db, platform_id)
            add_deployment(known, text("deployment_id"), text("deployment_name"))
    except PlatformInvalid as error:
        with tool().database.reading() as db:
            shown = _platform_page(db, _existing(db, platform_id), problems=_said(error))
        return make_response(shown, HTTPStatus.BAD_REQUEST)
    return done("deployment-kept", "platform", platform_id=platform_id)


@blueprint.post("/platforms/<int(max=2147483647):platform_id>/administrators")
def admit_administrators(platform_id: int) -> AnyResponse:
    """Say whether a platform's administrators may enter here."""
    with tool().database.transaction() as db:
        _existing(db, platform_id).admits_administrators = text("admit") == "yes"
    return done("administrators-kept", "platform", platform_id=platform_id)


@blueprint.post("/platforms/<int(max=2147483647):platform_id>/designers")
def admit_designers(platform_id: int) -> AnyResponse:
    """Say whether a platform's course designers may export courses."""
    with tool().database.transaction() as db:
        _existing(db, platform_id).admits_designers = text("admit") == "yes"
    return done("designers-kept", "platform", platform_id=platform_id)


@blueprint.get("/platforms/<int(max=2147483647):platform_id>/suspend")
@blueprint.get("/platforms/<int(max=2147483647):platform_id>/remove", endpoint="confirm_removal")
def confirm(platform_id: int) -> str:
    """Ask again before a platform is suspended or removed, and say what that means."""
    with tool().database.reading() as db:
        known = _existing(db, platform_id)
        held = holdings(db, known)
    removing = request.path.endswith("/remove")
    return page("platform_confirm.html", platform=known, held=held, removing=removing)


@blueprint.post("/platforms/<int(max=2147483647):platform_id>/suspend")
def suspend_platform(platform_id: int) -> AnyResponse:
    """Let nobody in from there."""
    with tool().database.transaction() as db:
        suspend(db, _existing(db, platform_id))
    return done("platform-suspended", "platform", platform_id=platform_id)


@blueprint.post("/platforms/<int(max=2147483647):platform_id>/resume")
def resume_platform(platform_id: int) -> AnyResponse:
    """Let people in again."""
    with tool().database.transaction() as db:
        resume(_existing(db, platform_id))
    return done("platform-resumed", "platform", platform_id=platform_id)


@blueprint.post("/platforms/<int(max=2147483647):platform_id>/remove")
def remove_platform(platform_id: int) -> AnyResponse:
    """Remove a platform that nobody ever used."""
    try:
        with tool().database.transaction() as db:
            remove(db, _existing(db, platform_id))
    except StillUsed:
        return make_response(confirm(platform_id), HTTPStatus.CONFLICT)
    return done("platform-removed", "platforms")


@blueprint.post("/platforms/<int(max=2147483647):platform_id>/test")
def test_platform(platform_id: int) -> str:
    """Try every step of the connection: for browsers without scripts."""
    try:
        findings = {found.step: found for found in tool().connections.run(platform_id)}
    except PlatformGone:
        abort(HTTPStatus.NOT_FOUND)
    with tool().database.reading() as db:
        return _platform_page(db, _existing(db, platform_id), findings=findings)


@blueprint.post("/platforms/<int(max=2147483647):platform_id>/test/<step>")
def test_step(platform_id: int, step: str) -> str:
    """Try one step of the connection, and return its line of the list."""
    if step not in set(Step):
        abort(HTTPStatus.NOT_FOUND)
    try:
        found = tool().connections.try_step(platform_id, Step(step))
    except PlatformGone:
        abort(HTTPStatus.NOT_FOUND)
    return render_template("admin/step.html", step=found.step, found=found, names=STEP_NAMES)


def _existing(db: Session, platform_id: int) -> Platform:
    known = platform_of(db, platform_id)
    if known is None:
        abort(HTTPStatus.NOT_FOUND)
    return known


def _known(db: Session, given: Registration) -> Platform | None:
    return db.scalars(
        select(Platform).where(
            Platform.issuer == given.issuer, Platform.client_id == given.client_id
        )
    ).one_or_none()


def _given(known: Platform | None = None) -> Registration:
    deployment = text("deployment_id")
    return Registration(
        name=text("name"),
        issuer=known.issuer if known else text("issuer"),
        client_id=known.client_id if known else text("client_id"),
        authorization_url=text("authorization_url"),
        token_url=text("token_url"),
        jwks_url=text("jwks_url"),
        token_audience=text("token_audience") or None,
        deployment_ids=(deployment,) if deployment else (),
        service_origins=tuple(request.form.get("service_origins", "").split()),
    )


def _said(error: PlatformInvalid) -> dict[str, str]:
    """Return the first mistake of each field, in the page's language."""
    names = {"deployment_ids": "deployment_id"}
    said: dict[str, str] = {}
    for each in error.problems:
        words = _(each.fault.value, limit=each.limit)
        said.setdefault(names.get(each.field, each.field), words)
    return said


def _form(
    known: Platform | None,
    error: PlatformInvalid | None = None,
    *,
    problems: dict[str, str] | None = None,
) -> Response:
    said = problems or (_said(error) if error else {})
    shown = page("platform_form.html", platform=known, values=request.form, problems=said)
    return make_response(shown, HTTPStatus.BAD_REQUEST)


def _platform_page(
    db: Session,
    known: Platform,
    *,
    findings: dict[Step, Finding] | None = None,
    problems: dict[str, str] | None = None,
) -> str:
    return page(
        "platform.html",
        platform=known,
        held=holdings(db, known),
        trouble=troubles(db, [known.id]).get(known.id),
        objection_to_platform=objection_to_platform,
        launches=last_launches(db, LAUNCHES_SHOWN, known.id),
        notices=notice_statuses(db, known.id),
        notice_names=NOTICE_NAMES,
        findings=findings or {},
        steps=list(Step),
        names=STEP_NAMES,
        problems=problems or {},
        values=request.form,
        lti_is_a_way="lti" in tool().door.ways,
    )
