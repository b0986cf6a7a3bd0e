"""The pages that people see."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from classroom import notices
from classroom.accounts import ACCOUNTS, Account, Role
from classroom.options import ToolRegistration
from classroom.people import find_account, in_gradebook, others
from classroom.store import LineItem, ResourceLink
from classroom.texts import decimal
from classroom.visit import classroom, for_account, refuse_other_sites, visit, visitor

LONGEST_MESSAGE = 500

blueprint = Blueprint("pages", __name__)
blueprint.add_app_template_filter(decimal)


@blueprint.app_template_filter()
def moment(seconds: float) -> str:
    """A time in UTC as ``<time datetime>`` takes it; the page's script puts it in local time."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


@blueprint.get("/")
def course() -> str:
    """The course, or the choice of an account."""
    account = visit().account
    if account is None:
        return render_template(
            "sign_in.html", accounts=ACCOUNTS, others=others(classroom().options)
        )
    store = classroom().store
    links = [(link, store.line_item_of(link.id)) for link in store.links()]
    return render_template("course.html", links=links, lines=classroom().gradebook(account))


@blueprint.post("/sign-in")
def sign_in() -> AnyResponse:
    refuse_other_sites()
    account = find_account(request.form.get("account"), classroom().options)
    if account is None:
        abort(400)
    session["account"] = account.user_id
    return redirect("/")


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    refuse_other_sites()
    session.pop("account", None)
    return redirect("/")


@blueprint.get("/activities/<link_id>")
@for_account(lambda _: True)
def activity(link_id: str) -> str:
    """The activity in its frame, above the grades that come from it."""
    link = find_link(link_id)
    lines = classroom().gradebook(visitor(), link.id)
    return render_template("activity.html", link=link, lines=lines)


def find_link(link_id: str) -> ResourceLink:
    """The link of that id; 404 when there is none."""
    link = classroom().store.link(link_id)
    if link is None:
        abort(404)
    return link


@blueprint.get("/activities/new")
@for_account(lambda account: account.teaches)
def picker() -> str:
    """The tool's own page for choosing what to add, in a frame."""
    return render_template("picker.html")


@blueprint.get("/gradebook")
@for_account(lambda _: True)
def gradebook() -> str:
    return render_template("gradebook.html", lines=classroom().gradebook(visitor()))


@blueprint.get("/reviews/<int:line_item_id>/<user_id>")
@for_account(lambda _: True)
def review(line_item_id: int, user_id: str) -> str:
    """A student's work in one column, shown by the tool in its frame."""
    item = classroom().store.line_item(line_item_id)
    student = find_account(user_id, classroom().options)
    if item is None or student is None:
        abort(404)
    if not visitor().teaches and visitor() != student:
        abort(403)
    return render_template("review.html", item=item, student=student)


@blueprint.get("/gradebook/<int:line_item_id>/<user_id>")
@for_account(lambda account: account.teaches)
def grade(line_item_id: int, user_id: str) -> str:
    """Where a teacher writes a grade by hand."""
    item, student = _place(line_item_id, user_id)
    grades = classroom().store.grades()
    mine = (one for one in grades if (one.line_item_id, one.user_id) == (item.id, user_id))
    return render_template("grade.html", item=item, student=student, grade=next(mine, None))


@blueprint.post("/gradebook/<int:line_item_id>/<user_id>")
@for_account(lambda account: account.teaches)
def write_grade(line_item_id: int, user_id: str) -> AnyResponse:
    """Keep a grade that a teacher writes, or none, as if the tool had never sent any."""
    refuse_other_sites()
    item, student = _place(line_item_id, user_id)
    written = request.form.get("score", "").strip().replace(",", ".")
    try:
        score = float(written) if written else None
    except ValueError:
        abort(400)
    if score is not None and not 0 <= score <= item.maximum:
        abort(400)
    classroom().store.write_grade(item.id, student.user_id, score, time.time())
    flash(visit().texts["grade_written"])
    return redirect("/gradebook")


def _place(line_item_id: int, user_id: str) -> tuple[LineItem, Account]:
    """The column and the student; 404 when there is no such place in the gradebook."""
    item = classroom().store.line_item(line_item_id)
    student = next(
        (one for one in in_gradebook(classroom().options) if one.user_id == user_id), None
    )
    if item is None or student is None:
        abort(404)
    return item, student


@blueprint.get("/gradebook/lines")
@for_account(lambda _: True)
def gradebook_lines() -> Response:
    """The table alone, for a page that shows it already: 304 while nothing is new."""
    lines = classroom().gradebook(visitor(), request.args.get("link"))
    response = Response(render_template("_gradebook.html", lines=lines))
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/administration")
@for_account(lambda account: account.role is Role.ADMINISTRATOR)
def administration() -> str:
    here = classroom()
    return render_template(
        "administration.html",
        tool=here.tool(),
        is_registered=here.registered_tool() is not None,
        registration=ToolRegistration.of(here.options),
    )


@blueprint.get("/administration/tool")
@for_account(lambda account: account.role is Role.ADMINISTRATOR)
def tool_administration() -> str:
    """The tool's own administration, in a frame as any activity."""
    return render_template("tool_administration.html")


@blueprint.post("/reset")
@for_account(lambda account: account.role is Role.ADMINISTRATOR)
def reset() -> AnyResponse:
    refuse_other_sites()
    classroom().store.reset()
    flash(visit().texts["reset_done"])
    return redirect("/administration")


@blueprint.post("/copy")
@for_account(lambda account: account.role is Role.ADMINISTRATOR)
def copy() -> AnyResponse:
    """Go on in a copy of the course, and tell the tool if it wants to know."""
    refuse_other_sites()
    here = classroom()
    origin_id = here.store.copy()
    flash(visit().texts["copy_done"])
    if notices.tell_of_copy(here, origin_id):
        flash(visit().texts["copy_told"])
    return redirect("/administration")


@blueprint.get("/return")
def leave() -> str:
    """Where the tool sends people who are done (LTI 1.3 core, 5.4.4: ``return_url``).

    In a frame, the page takes its parent to the course.
    """
    for name in ("lti_msg", "lti_errormsg"):
        message = request.args.get(name, "").strip()[:LONGEST_MESSAGE]
        if message:
            flash(f"{visit().texts['tool_says']} {message}")
    return render_template("leave.html")
