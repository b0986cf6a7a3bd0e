"""What the player begins with when a platform launched it."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from course_content.render import Visit, boot_data, visit_json
from lti_tool.lti import Role
from lti_tool.models import Counting, WindowSession
from lti_tool.services import attempts, progress, submissions
from lti_tool.services.courses import CourseShelf, Json
from lti_tool.services.grades import GradeStatus
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.objections import objection_to
from lti_tool.services.progress import Seat
from lti_tool.services.sessions import Visitor


def lti_boot(
    courses: CourseShelf, window: WindowSession, snapshot: Json, unit_id: str = ""
) -> Json:
    """Return the player's boot data for a window, without its token.

    The content of one unit comes along: the one asked for, else the one where the learner
    stopped, else the first that the link covers.
    """
    visitor = Visitor.of(window)
    language = courses.language(visitor.course, visitor.language)
    visit = _visit(courses, visitor, snapshot)
    outline = courses.outline(visitor.course, language)
    opened = _opened_unit(outline, visit.scope, (unit_id, _place(snapshot)))
    content = courses.covered_content(visitor.course, visitor.target, opened, language)
    return boot_data(outline, {opened: content}, visit)


def lti_boot_json(
    courses: CourseShelf, visitor: Visitor, snapshot: Json, session: str
) -> tuple[bytes, bytes]:
    """Return the same with the window's token, as text that can stand in the page.

    What it says of the person comes first and is new, what it says of the course was written
    once, for all.
    """
    course = visitor.course
    language = courses.language(course, visitor.language)
    visit = _visit(courses, visitor, snapshot, session)
    outline = courses.outline(course, language)
    opened = _opened_unit(outline, visit.scope, (_place(snapshot),))
    shared = courses.covered_json(course, visitor.target, opened, language)
    return visit_json(language, visit), shared


def untouched() -> Json:
    """Return the snapshot of somebody who has not worked here yet, or whose work is not kept."""
    return {"state": None, "revision": 0, "attempts": {}, "handed": {}}


def snapshot_of(db: Session, courses: CourseShelf, window: WindowSession) -> Json:
    """Return what a window's learner has done so far."""
    seat = learner_seat(window)
    if seat is None:
        return untouched()
    saved = progress.load(db, seat)
    language = courses.language(seat.course, window.language)
    keys = courses.answer_keys(seat.course, language)
    return {
        "state": saved.state,
        "revision": saved.revision,
        "attempts": attempts.snapshot(
            db,
            seat,
            courses.course(seat.course),
            keys,
            GradingPolicy.of(window.resource_link),
        ),
        "handed": submissions.latest_states(db, seat),
    }


def learner_seat(window: WindowSession) -> Seat | None:
    """Return whose work is recorded, if anybody's is (``Visitor.recorded``)."""
    return Seat.of(window) if window.role == Role.LEARNER else None


def grade_json(grade: GradeStatus) -> Json:
    """Return a grade's state as the player takes it, with what stands in its way in words."""
    objection = objection_to(grade)
    return {
        "state": grade.state,
        "score": grade.score,
        "error": None if objection is None else _(objection.cause),
    }


def _visit(
    courses: CourseShelf, visitor: Visitor, snapshot: Json, session: str | None = None
) -> Visit:
    return Visit(
        delivery="lti",
        role="learner" if visitor.recorded else "instructor",
        learner=visitor.name,
        scope=courses.extent(visitor.course, visitor.target).scope,
        mastery=None,
        rules=_rules(visitor.policy),
        session=session,
        snapshot=snapshot,
        return_url=visitor.return_url,
        due=visitor.due_at.isoformat(timespec="seconds") if visitor.due_at else None,
        class_page="/class" if visitor.role == Role.INSTRUCTOR else None,
    )


def _rules(policy: GradingPolicy) -> Json:
    """Return what an instructor chose for the graded quizzes of the link, as far as they did."""
    rules: Json = {}
    if policy.counting is not Counting.BEST:
        rules["counting"] = str(policy.counting)
    if policy.pass_mark is not None:
        rules["passMark"] = policy.pass_mark
    return rules


def _place(snapshot: Json) -> str:
    """Return the unit where the learner stopped, if any."""
    position: str = (snapshot["state"] or {}).get("position") or ""
    return position.partition("/")[0]


def _opened_unit(outline: Json, scope: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    opened = {each.partition("/")[0] for each in scope}
    units = [unit["id"] for part in outline["parts"] for unit in part["units"]]
    units += [appendix["id"] for appendix in outline["appendices"]]
    covered = [unit for unit in units if not scope or unit in opened]
    return next((unit for unit in wanted if unit in covered), covered[0])
