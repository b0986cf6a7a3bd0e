"""A learner's work in one column: to be read, and nothing else."""

from __future__ import annotations

from flask import Response, make_response, render_template

from lti_tool.services.grading_words import COUNTING_WORDS
from lti_tool.services.objections import objection_to
from lti_tool.services.reviews import OpenReview, review_of
from lti_tool.views.context import tool


def review_page(opened: OpenReview) -> Response:
    """Answer a review's launch with the work itself.

    The page opens no session: it is the answer to the platform's post, shows what there is,
    and asks for nothing more.
    """
    with tool().database.reading() as db:
        review = review_of(db, tool().courses, opened)
    page = render_template(
        "review.html",
        review=review,
        is_own=opened.is_own,
        return_url=opened.return_url,
        objection_to=objection_to,
        counting_words=COUNTING_WORDS,
    )
    return make_response(page)
