"""The doors that LTI 1.3 asks for: logins, messages, tokens and services."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, flash, jsonify, render_template, request
from itsdangerous import BadSignature
from lti1p3platform.exceptions import (
    LtiException,
    LtiServiceException,
    MissingRequiredClaim,
    UnsupportedGrantType,
)
from lti1p3platform.response import Response as ServiceResponse
from lti1p3platform.response import generate_next_link
from werkzeug.datastructures import MultiDict

from classroom import notices
from classroom.accounts import Account, Role
from classroom.deep_linking import ContentItemError, read_content_item
from classroom.groups import (
    GROUP_SETS,
    GROUPS_TYPE,
    SETS_TYPE,
    Group,
    GroupSet,
    described,
    groups_in,
    groups_of,
    require_token,
)
from classroom.messages import (
    DeepLinkingLaunch,
    Situation,
    Target,
    describe,
    describe_link,
    describe_review,
    histories,
)
from classroom.page_views import LONGEST_MESSAGE, find_link
from classroom.people import find_account, in_gradebook
from classroom.platform import (
    DEEP_LINKING_CLAIM,
    LINE_ITEM_READ_SCOPE,
    LINE_ITEM_SCOPE,
    RESULT_SCOPE,
    SCORE_SCOPE,
    FlaskRequest,
    Launch,
    LoginInitiation,
    issuer_of,
)
from classroom.services import (
    LINE_ITEM_TYPE,
    LINE_ITEMS_TYPE,
    MEMBERS_TYPE,
    RESULTS_TYPE,
    SCORE_TYPE,
    GradeService,
    MembersService,
    ServiceRequest,
    asks_for,
    page_of,
)
from classroom.store import LineItem, ResourceLink
from classroom.visit import Refusal, classroom, for_account, visit, visitor

PICKING_SECONDS = 8 * 3600
LONGEST_LIST = 100

ADMINISTRATION_LINK = ResourceLink(
    id="administration",
    title="Administration",
    description="",
    address="/admin",
    custom={},
    opens_at="",
    due_at="",
    opening="",
)

blueprint = Blueprint("lti", __name__)


@blueprint.get("/launch/<link_id>")
@for_account(lambda _: True)
def launch(link_id: str) -> str:
    """Begin the launch of an activity (security framework 1.0, 5.1.1.1)."""
    link = find_link(link_id)
    return _initiate_login(f"{classroom().options.tool_url}{link.address}", {"link": link.id})


@blueprint.get("/launch-picker")
@for_account(lambda account: account.teaches)
def launch_picker() -> str:
    """Begin the choice of new activities."""
    return _initiate_login(classroom().tool().launch_url, {"picking": True})


@blueprint.get("/launch-review/<int:line_item_id>/<user_id>")
@for_account(lambda _: True)
def launch_review(line_item_id: int, user_id: str) -> str:
    """Begin a look at a student's work, from the gradebook."""
    _reviewed(line_item_id, user_id)
    hint = {"review": line_item_id, "student": user_id}
    return _initiate_login(classroom().tool().launch_url, hint)


def _reviewed(line_item_id: object, user_id: object) -> tuple[LineItem, Account]:
    """The column and the student of a review; 404 when there is no such, 403 for others' work."""
    number = line_item_id if isinstance(line_item_id, int) else -1
    line_item = classroom().store.line_item(number)
    graded = in_gradebook(classroom().options)
    student = next((one for one in graded if one.user_id == user_id), None)
    if line_item is None or student is None:
        abort(404)
    if not visitor().teaches and visitor() != student:
        abort(403)
    return line_item, student


@blueprint.get("/launch-administration")
@for_account(lambda account: account.role is Role.ADMINISTRATOR)
def launch_administration() -> str:
    """Begin the launch of the link that leads to the tool's own administration."""
    link = ADMINISTRATION_LINK
    return _initiate_login(f"{classroom().options.tool_url}{link.address}", {"link": link.id})


def _initiate_login(target_link_uri: str, hint: dict[str, Any]) -> str:
    target = "window" if request.args.get("target") == "window" else "iframe"
    login = LoginInitiation(request, classroom().platform())
    login.set_launch_url(target_link_uri)
    login.set_lti_message_hint(hint=json.dumps({**hint, "target": target}))
    if classroom().options.storage and target == "iframe":
        login.offer_storage()
    return cast("str", login.initiate_login(visitor().user_id))


@blueprint.route("/lti/auth", methods=["GET", "POST"])
def authorize() -> Response | str:
    """Answer an authentication request (security framework 1.0, 5.1.1.2 and 5.1.1.3).

    A request that cannot be trusted ends here; any other refusal goes to the tool.
    """
    asked = request.values
    tool = classroom().tool(asked.get("client_id"))
    if asked.get("client_id") != tool.client_id:
        raise Refusal("error_client", f"client_id is {asked.get('client_id')!r}")
    redirect_uri = asked.get("redirect_uri")
    if redirect_uri != tool.launch_url:
        raise Refusal("error_redirect", f"redirect_uri is {redirect_uri!r}")
    account = visit().account
    if account is None and "reposted" not in asked:
        return _post_again(request.base_url, asked)
    error = _authentication_error(account)
    if account is None or error:
        fields = [("error", error), ("state", asked.get("state", ""))]
        return render_template("post.html", action=redirect_uri, fields=fields)
    return _send_message(account)


def _post_again(action: str, sent: MultiDict[str, str]) -> str:
    """Send the form once more, from ourselves.

    A form that comes from the tool's site does not bring our ``SameSite=Lax`` cookie
    into a frame; one that comes from our own site does. Moodle does the same.
    """
    fields = [*sent.items(multi=True), ("reposted", "1")]
    return render_template("post.html", action=action, fields=fields)


def _authentication_error(account: Account | None) -> str | None:
    """The error to report (OpenID Connect core 1.0, 3.1.2.6), or ``None``."""
    asked = request.values
    expected = {"response_type": "id_token", "response_mode": "form_post", "prompt": "none"}
    if any(asked.get(name) != value for name, value in expected.items()):
        return "invalid_request"
    if "openid" not in asked.get("scope", "").split():
        return "invalid_scope"
    if not asked.get("state") or not asked.get("nonce") or _message_hint() is None:
        return "invalid_request"
    if account is None or asked.get("login_hint") != account.user_id:
        return "login_required"
    if "picking" in (_message_hint() or {}) and not account.teaches:
        return "access_denied"
    return None


def _message_hint() -> dict[str, Any] | None:
    try:
        hint = json.loads(request.values.get("lti_message_hint", ""))
    except ValueError:
        return None
    if not isinstance(hint, dict) or not {"picking", "link", "review"} & set(hint):
        return None
    return hint


def _send_message(account: Account) -> Response:
    hint = _message_hint() or {}
    here = classroom()
    platform = here.platform(request.values.get("client_id"))
    target: Target = "window" if hint.get("target") == "window" else "iframe"
    tool = here.tool(request.values.get("client_id"))
    situation = Situation(account, here.store.course_id, visit().language, target, tool.custom)
    message: Launch
    if "picking" in hint:
        picking = DeepLinkingLaunch(FlaskRequest(request), platform)
        picking.set_return_url(_picking_return_url(account), visit().texts["add_activity"])
        message = picking
        describe(message, here.options, situation)
    elif "review" in hint:
        message = Launch(FlaskRequest(request), platform)
        reviewed, student = _reviewed(hint["review"], hint.get("student"))
        describe(message, here.options, situation)
        describe_review(message, here.options, situation.course_id, reviewed, student)
        link_of_item = here.store.link(reviewed.resource_link_id or "")
        if link_of_item is not None:
            message.set_resource_link_claim(
                link_of_item.id, link_of_item.description, link_of_item.title
            )
    else:
        message = Launch(FlaskRequest(request), platform)
        link = _linked(str(hint["link"]), account)
        situation = replace(situation, variables=histories(here.store, link))
        describe(message, here.options, situation)
        line_item = here.store.line_item_of(link.id)
        describe_link(message, here.options, situation, link, line_item)
    message.set_extra_claims(notices.claim(here.options, tool.deployment_id))
    return cast("Response", message.lti_launch())


def _linked(link_id: str, account: Account) -> ResourceLink:
    """The link to launch. That to the administration is no activity of the course."""
    if link_id == ADMINISTRATION_LINK.id and account.role is Role.ADMINISTRATOR:
        return ADMINISTRATION_LINK
    return find_link(link_id)


def _picking_return_url(account: Account) -> str:
    """Where to bring the choice back. Like Moodle, we send no ``data``: the address says it."""
    here = classroom()
    picking = here.pickings.dumps({"account": account.user_id, "course": here.store.course_id})
    return f"{here.options.url}/lti/deep-linking/return?{urlencode({'picking': picking})}"


@blueprint.post("/lti/deep-linking/return")
def deep_linking_return() -> str:
    """Add what the tool returns to the course (deep linking 2.0, 4.5)."""
    account = visit().account
    if account is None and "reposted" not in request.form:
        return _post_again(request.url, request.form)
    here = classroom()
    signed = request.form.get("JWT", "")
    try:
        picking = here.pickings.loads(request.args.get("picking", ""), max_age=PICKING_SECONDS)
        items, claims = here.platform(issuer_of(signed)).read_deep_linking_response(signed)
        new_links = [read_content_item(item, here.options) for item in items[:LONGEST_LIST]]
    except (BadSignature, LtiException, LtiServiceException, ContentItemError) as error:
        raise Refusal("error_deep_linking", str(error)) from error
    if account is None or not account.teaches or picking["account"] != account.user_id:
        abort(403)
    if picking["course"] != here.store.course_id:
        abort(404)
    here.store.add_links(new_links)
    _say_what_was_added([link.title for link in new_links], claims)
    return render_template("leave.html")


def _say_what_was_added(titles: list[str], claims: dict[str, Any]) -> None:
    texts = visit().texts
    for name in ("msg", "errormsg"):
        message = claims.get(f"{DEEP_LINKING_CLAIM}{name}")
        if isinstance(message, str) and message.strip():
            flash(f"{texts['tool_says']} {message.strip()[:LONGEST_MESSAGE]}")
    if len(titles) > 1:
        flash(f"{texts['added_many']} {len(titles)}")
    else:
        flash(texts["added_one"] if titles else texts["added_none"])


@blueprint.get("/lti/jwks")
def jwks() -> Response:
    return jsonify(classroom().platform().get_jwks())


@blueprint.post("/lti/token")
def token() -> tuple[Response, int]:
    """Give an access token for a signed assertion (security framework 1.0, 4.1.1)."""
    platform = classroom().platform(issuer_of(request.form.get("client_assertion", "")))
    try:
        answer = platform.get_access_token(request.form.to_dict())
    except MissingRequiredClaim as error:
        return _token_error("invalid_request", str(error), 400)
    except UnsupportedGrantType:
        return _token_error("unsupported_grant_type", "Ask for client_credentials.", 400)
    except LtiException as error:
        return _token_error("invalid_client", str(error), 401)
    if not answer["scope"]:
        return _token_error("invalid_scope", "None of these scopes exists here.", 400)
    return jsonify(answer), 200


def _token_error(error: str, description: str, status: int) -> tuple[Response, int]:
    return jsonify(error=error, error_description=description), status


@blueprint.route("/services/<course_id>/lineitems", methods=["GET", "POST"])
def line_items(course_id: str) -> Response:
    _require_course(course_id)
    if request.method == "POST":
        service = _grade_service(LINE_ITEM_SCOPE)
        return _answer(service, service.handle_create_lineitem, sent=LINE_ITEM_TYPE)
    service = _grade_service(LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE)
    return _answer(service, service.handle_get_lineitems, wanted=LINE_ITEMS_TYPE)


@blueprint.route(
    "/services/<course_id>/lineitems/<int:line_item_id>/lineitem",
    methods=["GET", "PUT", "DELETE"],
)
def line_item(course_id: str, line_item_id: int) -> Response:
    _require_course(course_id)
    named = {"line_item_id": str(line_item_id)}
    if request.method == "GET":
        service = _grade_service(LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE)
        return _answer(service, service.handle_get_lineitem, wanted=LINE_ITEM_TYPE, **named)
    service = _grade_service(LINE_ITEM_SCOPE)
    if request.method == "DELETE":
        return _answer(service, service.handle_delete_lineitem, **named)
    return _answer(service, service.handle_update_lineitem, sent=LINE_ITEM_TYPE, **named)


@blueprint.post("/services/<course_id>/lineitems/<int:line_item_id>/lineitem/scores")
def scores(course_id: str, line_item_id: int) -> Response:
    _require_course(course_id)
    service = _grade_service(SCORE_SCOPE)
    return _answer(
        service, service.handle_update_score, sent=SCORE_TYPE, line_item_id=str(line_item_id)
    )


@blueprint.get("/services/<course_id>/lineitems/<int:line_item_id>/lineitem/results")
def results(course_id: str, line_item_id: int) -> Response:
    _require_course(course_id)
    service = _grade_service(RESULT_SCOPE)
    return _answer(
        service, service.handle_get_results, wanted=RESULTS_TYPE, line_item_id=str(line_item_id)
    )


@blueprint.get("/services/<course_id>/memberships")
def memberships(course_id: str) -> Response:
    _require_course(course_id)
    here = classroom()
    service = MembersService(ServiceRequest(request), here.platform(), here.options, here.store)
    # lti1p3platform types every handler as one of its grade service
    handler = cast("Any", service).handle_get_members
    return _answer(service, handler, wanted=MEMBERS_TYPE)


@blueprint.get("/services/<course_id>/groups")
def groups(course_id: str) -> Response:
    """The groups of the course, or those of one person (Course Groups 1.0, 3.2)."""
    options = classroom().options
    person = find_account(request.args.get("user_id"), options)
    theirs = groups_of(person, options) if person else ()
    told = [one for one in groups_in(options) if "user_id" not in request.args or one.id in theirs]
    return _groups_answer(course_id, "groups", told, GROUPS_TYPE)


@blueprint.get("/services/<course_id>/groupsets")
def group_sets(course_id: str) -> Response:
    return _groups_answer(course_id, "sets", GROUP_SETS, SETS_TYPE)


def _groups_answer(
    course_id: str, name: str, told: Sequence[Group | GroupSet], media_type: str
) -> Response:
    """A part of a list of groups, by ``limit`` and ``from`` as in every other list of ours."""
    _require_course(course_id)
    here = classroom()
    if here.options.groups != "service":
        abort(404)
    if not asks_for(request.headers.get("Accept", ""), media_type):
        return problem(400, f"No handler found for {request.path}")
    try:
        require_token(here.platform(), request.headers.get("Authorization", ""))
    except LtiServiceException as error:
        return problem(error.status_code, error.message)
    query = ServiceRequest(request).get_data
    part = page_of(described(told), query.get("start", 0), query.get("limit"))
    address = f"{here.options.url}{request.path}"
    body = json.dumps({"id": address, name: part.items})
    response = Response(body, mimetype=media_type)
    if part.next:
        response.headers["Link"] = generate_next_link(f"{address}?{part.next}")
    return response


def _require_course(course_id: str) -> None:
    if course_id != classroom().store.course_id:
        abort(404)


def _grade_service(*scopes: str) -> GradeService:
    here = classroom()
    return GradeService(ServiceRequest(request), here.platform(), here.options, here.store, scopes)


def _answer(
    service: GradeService | MembersService,
    handler: Any,
    *,
    sent: str | None = None,
    wanted: str | None = None,
    **arguments: str,
) -> Response:
    """Answer a service call. Media types must be exact, or nobody handles the call (M)."""
    if sent is not None and request.mimetype != sent:
        return problem(400, f"No handler found for {request.path} {request.mimetype}")
    if wanted is not None and not asks_for(request.headers.get("Accept", ""), wanted):
        return problem(400, f"No handler found for {request.path} {request.headers['Accept']}")
    answer = service.handle_resp(handler, **arguments)
    if answer.code >= 400:  # noqa: PLR2004 - HTTP's own boundary
        return problem(answer.code, answer.message)
    response = _service_body(answer)
    if service.next_url:
        response.headers["Link"] = generate_next_link(service.next_url)
    return response


def _service_body(answer: ServiceResponse) -> Response:
    result = answer.result
    if result is None:
        return Response(status=answer.code)
    content = result["content"] if "has_next" in result else result
    return Response(json.dumps(content), status=answer.code, mimetype=answer.media_type)


def problem(status: int, reason: str) -> Response:
    """An error in the form that Moodle gives it."""
    return Response(
        json.dumps({"status": status, "reason": reason}),
        status=status,
        mimetype="application/json",
    )
