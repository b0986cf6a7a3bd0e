"""Scores to the platform's gradebook (LTI Assignment and Grade Services 2.0).

``ScoreClient`` posts scores with the library's service, on our tokens and our way to call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.grade import Grade
from pylti1p3.registration import Registration
from pylti1p3.service_connector import ServiceConnector, TServiceConnectorResponse
from typing_extensions import override

from lti_tool.lti.http import Answer, origin_of
from lti_tool.lti.services import below
from lti_tool.lti.tokens import (
    UNAUTHORIZED,
    NoToken,
    ScoreError,
    ServiceCall,
    Temporary,
    TokenClient,
    comes_back,
    excerpt,
    retry_after,
    trusted_origins,
)
from lti_tool.models import Platform

SCORE_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Score:
    """One score to post (AGS 2.0, 3.4). ``timestamp`` must be later than the last one's."""

    user_id: str
    score_given: float
    score_maximum: float
    timestamp: datetime
    activity_progress: str = "Completed"
    grading_progress: str = "FullyGraded"
    comment: str | None = None


class Refused(ScoreError):
    """The platform does not want this score, and will not want it later."""


class Outdated(ScoreError):
    """The platform holds a score with the same timestamp or a later one (409)."""


class ScoreClient:
    """Posts scores. Safe to share among threads."""

    def __init__(self, tokens: TokenClient) -> None:
        self._tokens = tokens

    def post_score(self, platform: Platform, line_item_url: str, score: Score) -> None:
        """Post one score to a line item.

        Raise ``Refused``, ``Outdated``, ``Temporary`` or, when it is a token that we do
        not get, ``NoToken``. A token that is refused is replaced once.
        """
        if origin_of(line_item_url) not in trusted_origins(platform):
            raise Refused(
                f"the line item is at {origin_of(line_item_url) or 'no web address'}, which is "
                "not one of the platform's registered hosts: no access token is sent there"
            )
        grades = _Grades(_Connector(self._tokens, platform), line_item_url)
        grades.put_grade(_grade(score))


class _Grades(AssignmentsGradesService):
    """The library's service for one line item, with nothing lost from its address."""

    def __init__(self, connector: ServiceConnector, line_item_url: str) -> None:
        super().__init__(connector, {"scope": [SCORE_SCOPE], "lineitem": line_item_url})

    @staticmethod
    @override
    def _add_url_path_ending(url: str, url_path_ending: str) -> str:
        return below(url, url_path_ending)


class _Connector(ServiceConnector):
    """The library's connector, on our tokens and our way to call."""

    def __init__(self, tokens: TokenClient, platform: Platform) -> None:
        super().__init__(Registration())
        self._tokens = tokens
        self._platform = platform

    @override
    def make_service_request(
        self,
        scopes: Sequence[str],
        url: str,
        is_post: bool = False,
        data: str | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        case_insensitive_headers: bool = False,
    ) -> TServiceConnectorResponse:
        headers = {"Accept": accept}
        if is_post:
            headers["Content-Type"] = content_type
        body = None if data is None else data.encode()
        service_call = ServiceCall("POST" if is_post else "GET", url, headers, body)
        answer = self._tokens.call(self._platform, scopes, service_call)
        if not answer.ok:
            raise _refusal(answer)
        return {"headers": dict(answer.headers), "body": None, "next_page_url": None}


def _grade(score: Score) -> Grade:
    grade = (
        Grade()
        .set_score_given(score.score_given)
        .set_score_maximum(score.score_maximum)
        .set_activity_progress(score.activity_progress)
        .set_grading_progress(score.grading_progress)
        .set_timestamp(_timestamp(score.timestamp))
        .set_user_id(score.user_id)
    )
    return grade.set_comment(score.comment) if score.comment else grade


def _timestamp(moment: datetime) -> str:
    """Return ISO 8601 with an explicit zone (AGS 2.0, 3.4.4)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refusal(answer: Answer) -> ScoreError:
    body = excerpt(answer.body)
    message = f"HTTP {answer.status} {body}".strip()
    kind: type[ScoreError] = Refused
    if answer.status == CONFLICT:
        kind = Outdated
    elif answer.status == UNAUTHORIZED:
        kind = NoToken
    elif comes_back(answer.status):
        kind = Temporary
    return kind(message, status=answer.status, body=body, retry_after=retry_after(answer))
