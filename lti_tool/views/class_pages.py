"""The pages about one learner of a class and about one of its activities."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, make_response, render_template, request

from course_content.model import localized
from lti_tool.models import now
from lti_tool.services.activity_page import analysis_of
from lti_tool.services.attention import RULE_WORDS
from lti_tool.services.charts import histogram
from lti_tool.services.class_lines import Share, bring_up_to_date
from lti_tool.services.class_view import TableView
from lti_tool.services.courses import link_extent
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.grading_words import COUNTING_WORDS
from lti_tool.services.item_analysis import (
    LEAST_FOR_DIFFICULTY,
    LEAST_FOR_DISCRIMINATION,
    LEAST_FOR_PATH,
)
from lti_tool.services.learner_page import learner_page, unit_titles
from lti_tool.services.learner_terms import learner_terms
from lti_tool.services.objections import ApiFault, objection_to
from lti_tool.services.reports import ClassTable
from lti_tool.services.time_spent import LONGEST_SILENCE
from lti_tool.views.activity_words import item_lines, path_lines
from lti_tool.views.asking import instructor_window, refuse, row_number
from lti_tool.views.class_terms import zone_details
from lti_tool.views.classes import titles_of
from lti_tool.views.context import tool

blueprint = Blueprint("class_pages", __name__)


@blueprint.get("/class/learners/<learner>")
def learner_shell(learner: str) -> Response:
    """Return the page without anybody: its window proves who it is, and asks for the rest."""
    del learner
    return make_response(render_template("class.html", session=None))


@blueprint.get("/api/class/learners/<learner>")
def learner(learner: str) -> Response:
    """Return what one learner of the window's class did, as a piece of HTML.

    The table's view says who stands before and after them.
    """
    with tool().database.reading() as db:
        window = instructor_window(db)
        link = window.resource_link
        course = tool().courses.course(link.course)
        language = tool().courses.language(link.course, window.language)
        number = row_number(learner)
        bring_up_to_date(tool().database, db, course, link, Share([number]))
        moment = now()
        table = ClassTable.of(db, course, link, moment)
        page = learner_page(table, TableView.read(request.args), number, language)
        if page is None:
            refuse(ApiFault.UNKNOWN_LEARNER)
        terms = learner_terms(table, page)
        return make_response(
            render_template(
                "class_learner.html",
                **zone_details(window),
                terms=terms,
                target_titles={
                    target: localized(title, language) for target, title in terms.targets
                },
                title_of=lambda title: localized(title, language),
                page=page,
                line=page.line,
                course_title=localized(course.title, language),
                class_title=link.context.title,
                titles=titles_of(course, language),
                steps=unit_titles(course, language),
                has_column=bool(table.items),
                rule_words=RULE_WORDS,
                counting_words=COUNTING_WORDS,
                objection_to=objection_to,
                longest_silence=LONGEST_SILENCE // timedelta(minutes=1),
                written_at=moment,
            )
        )


@blueprint.get("/class/activities/<activity>")
def activity_shell(activity: str) -> Response:
    """Return the page without anything in it, as for a learner."""
    del activity
    return make_response(render_template("class.html", session=None))


@blueprint.get("/api/class/activities/<activity>")
def activity(activity: str) -> Response:
    """Return what the class's answers say of an activity that the link covers."""
    with tool().database.reading() as db:
        window = instructor_window(db)
        link = window.resource_link
        course = tool().courses.course(link.course)
        language = tool().courses.language(link.course, window.language)
        covered = link_extent(course, link.target).activities
        places = {one.id: place for place, one in enumerate(covered)}
        if activity not in places:
            refuse(ApiFault.UNKNOWN_QUIZ)
        place = places[activity]
        asked = GradingPolicy.of(link).applied_to(covered[place])
        analysis = analysis_of(tool().database, db, link, asked, now())
        items = item_lines(asked, analysis.figures, language)
        titles = titles_of(course, language)
        return make_response(
            render_template(
                "class_activity.html",
                title=titles[activity],
                titles=titles,
                before=covered[place - 1] if place else None,
                after=covered[place + 1] if place + 1 < len(covered) else None,
                course_title=localized(course.title, language),
                class_title=link.context.title,
                figures=analysis.figures,
                items=items,
                paths=path_lines(items, analysis.figures, language),
                chart=histogram(analysis.figures["first_scores"], analysis.figures["best_scores"]),
                least_for_difficulty=LEAST_FOR_DIFFICULTY,
                least_for_discrimination=LEAST_FOR_DISCRIMINATION,
                least_for_path=LEAST_FOR_PATH,
                taken_at=analysis.taken_at,
            )
        )
