"""Assignment and Grade Services 2.0 and Names and Role Provisioning 2.0, with Moodle's rules.

lti1p3platform checks the token and gives each call its shape; what is said and kept is
decided here.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeGuard
from urllib.parse import urlencode

from flask import Request as HttpRequest
from lti1p3platform.exceptions import LineItemNotFoundException, LtiServiceException
from lti1p3platform.lineitem import TLineItem
from lti1p3platform.membership import Context
from lti1p3platform.score import TScore, UpdateScoreStatus
from lti1p3platform.service_connector import (
    AssignmentsGradesService,
    NamesRoleProvisioningService,
    TPage,
)
from typing_extensions import override

from classroom.accounts import Account, Role
from classroom.groups import enrollments
from classroom.messages import COURSE_LABEL, Addresses
from classroom.options import NAME, Options
from classroom.people import in_gradebook, members
from classroom.platform import ClassroomPlatform, FlaskRequest
from classroom.store import Grade, LineItem, NewLineItem, Store

LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"

ACTIVITY_PROGRESS = ("Initialized", "Started", "InProgress", "Submitted", "Completed")
GRADING_PROGRESS = ("NotReady", "Failed", "Pending", "PendingManual", "FullyGraded")
LARGEST_NUMBER = 1e9
SHORT_ROLES = {Role.STUDENT: "Learner", Role.INSTRUCTOR: "Instructor", Role.MENTOR: "Mentor"}


class ServiceRequest(FlaskRequest):
    """A service call. Its query is handed on as arguments: only what is expected passes."""

    NUMBERS = ("limit", "from")
    TEXTS = ("resource_link_id", "resource_id", "tag", "user_id", "role", "rlid", "groups")

    def query(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = {
            name: request.args[name] for name in self.TEXTS if name in request.args
        }
        for name in self.NUMBERS:
            value = request.args.get(name, default=None, type=int)
            if value is not None and value >= 0:
                found["start" if name == "from" else name] = value
        return found


class Page(NamedTuple):
    """A part of a list. ``next`` is the query of the part after it, if there is one."""

    items: list[Any]
    next: str | None


def page_of(items: Sequence[Any], start: int, limit: int | None, **kept: str | None) -> Page:
    """The part of ``items`` that ``limit`` and ``from`` name; ``kept`` stays in the query."""
    if not limit:
        return Page(list(items[start:]), None)
    end = start + limit
    query = {name: value for name, value in kept.items() if value is not None}
    following = urlencode({**query, "limit": limit, "from": end}) if end < len(items) else None
    return Page(list(items[start:end]), following)


class GradeService(AssignmentsGradesService):
    """Columns, scores and results of one course.

    A part of a list is named by ``limit`` and ``from``, as Moodle does, never by ``page``.

    ``scopes`` is what this call needs: any one of them will do. After a call, ``next_url``
    is the address of the next page, for the ``Link`` header.
    """

    def __init__(
        self,
        request: ServiceRequest,
        platform: ClassroomPlatform,
        options: Options,
        store: Store,
        scopes: Sequence[str],
    ) -> None:
        self._addresses = Addresses(options)
        self._options = options
        self._store = store
        self._course_id = store.course_id
        self._scopes = list(scopes)
        self.next_url: str | None = None
        super().__init__(request, platform, self._addresses.line_items(self._course_id))

    @property
    def allowed_scopes(self) -> list[str]:
        return self._scopes

    @override
    def find_lineitems(
        self,
        page: int = 1,
        limit: int | None = None,
        line_item_id: str | None = None,
        resource_link_id: str | None = None,
        resource_id: str | None = None,
        tag: str | None = None,
        start: int = 0,
        **_others: str,
    ) -> TPage:
        wanted = {"resource_link_id": resource_link_id, "resource_id": resource_id, "tag": tag}
        filters = {name: value for name, value in wanted.items() if value is not None}
        found = [
            item
            for item in self._store.line_items()
            if all(getattr(item, name) == value for name, value in filters.items())
        ]
        part = page_of(found, start, limit, **filters)
        self.next_url = self._following(self._addresses.line_items(self._course_id), part)
        return {"content": [self._described(item) for item in part.items], "has_next": False}

    @override
    def find_lineitem(self, line_item_id: str) -> TLineItem:
        return self._described(self._existing(line_item_id))

    @override
    def create_lineitem(self, creation_data: TLineItem) -> TLineItem:
        new = self._read_line_item(creation_data)
        return self._described(self._store.add_line_item(new))

    @override
    def update_lineitem(self, update_data: TLineItem) -> TLineItem:
        """Change what a tool may change; a column stays with its link (AGS 2.0, 3.1.2)."""
        item = self._existing(update_data["id"])
        new = self._read_line_item(update_data)
        changed = replace(
            item,
            label=new.label,
            maximum=new.maximum,
            resource_id=new.resource_id,
            tag=new.tag,
        )
        self._store.change_line_item(changed)
        return self._described(changed)

    @override
    def delete_lineitem(self, line_item_id: str) -> None:
        """Delete the column, were it the activity's own, as Moodle does."""
        self._store.delete_line_item(self._existing(line_item_id).id)

    @override
    def update_score(self, line_item_id: str, score: TScore) -> UpdateScoreStatus:
        """Keep a score, or erase the grade: anything but ``FullyGraded`` does that (M)."""
        item = self._existing(line_item_id)
        graded = [one.user_id for one in in_gradebook(self._options)]
        grade = read_score(item, score, graded, now=time.time())
        if not self._store.record_grade(grade):
            raise LtiServiceException(
                f"Refusing score with an earlier timestamp for item {item.id} and user "
                f"{grade.user_id}",
                409,
            )
        return UpdateScoreStatus.SUCCESS

    @override
    def get_results(
        self,
        line_item_id: str,
        page: int = 1,
        limit: int | None = None,
        user_id: str | None = None,
        start: int = 0,
        **_others: str,
    ) -> TPage:
        item = self._existing(line_item_id)
        found = [
            self._result(item, grade)
            for grade in self._store.grades()
            if grade.line_item_id == item.id and user_id in {None, grade.user_id}
        ]
        part = page_of(found, start, limit, user_id=user_id)
        self.next_url = self._following(self._addresses.results(self._course_id, item.id), part)
        return {"content": part.items, "has_next": False}

    def _existing(self, line_item_id: str) -> LineItem:
        item = self._store.line_item(int(line_item_id))
        if item is None:
            raise LineItemNotFoundException(f"There is no line item {line_item_id}.")
        return item

    def _described(self, item: LineItem) -> TLineItem:
        described: TLineItem = {
            "id": self._addresses.line_item(self._course_id, item.id),
            "label": item.label,
            "scoreMaximum": item.maximum,  # type: ignore[typeddict-item]  # AGS: a number
        }
        if item.resource_link_id is not None:
            described["resourceLinkId"] = item.resource_link_id
        if item.resource_id:
            described["resourceId"] = item.resource_id
        if item.tag:
            described["tag"] = item.tag
        return described

    def _result(self, item: LineItem, grade: Grade) -> dict[str, Any]:
        line_item_url = self._addresses.line_item(self._course_id, item.id)
        results_url = self._addresses.results(self._course_id, item.id)
        result = {
            "id": f"{results_url}&user_id={grade.user_id}",
            "userId": grade.user_id,
            "resultMaximum": item.maximum,
            "scoreOf": line_item_url,
        }
        if grade.score is not None:
            result["resultScore"] = grade.score
        if grade.comment:
            result["comment"] = grade.comment
        return result

    def _following(self, url: str, part: Page) -> str | None:
        return f"{url}&{part.next}" if part.next else None

    def _read_line_item(self, data: object) -> NewLineItem:
        if not isinstance(data, dict):
            raise LtiServiceException("The line item is not a JSON object", 400)
        link_id = data.get("resourceLinkId")
        if link_id is not None and self._store.link(str(link_id)) is None:
            raise LtiServiceException("There is no such resource link in this course", 400)
        return read_line_item(data, link_id)


def read_line_item(data: dict[str, Any], link_id: str | None = None) -> NewLineItem:
    """A column as a tool describes it (AGS 2.0, 3.1). Raise ``LtiServiceException`` (400)."""
    label: Any = data.get("label")
    maximum: Any = data.get("scoreMaximum")
    if not isinstance(label, str) or not label.strip():
        raise LtiServiceException("A line item needs a label", 400)
    if not is_number(maximum) or maximum <= 0:
        raise LtiServiceException("A line item needs a scoreMaximum greater than 0", 400)
    texts = {name: data.get(name) or "" for name in ("resourceId", "tag")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise LtiServiceException("resourceId and tag are texts", 400)
    return NewLineItem(label.strip(), float(maximum), link_id, texts["resourceId"], texts["tag"])


def read_score(item: LineItem, score: object, graded: Collection[str], now: float) -> Grade:
    """A grade of ``item``, rescaled to the column and kept within it.

    Raise ``LtiServiceException`` (400), with the one message that Moodle has for all
    causes. ``graded`` are those whom the gradebook has a line for: neither teachers nor
    unknown people, nor those who only attend.
    """
    incorrect = LtiServiceException("Incorrect score received", 400)
    if not isinstance(score, dict):
        raise incorrect
    moment = read_timestamp(score.get("timestamp"))
    if (
        moment is None
        or score.get("userId") not in graded
        or score.get("activityProgress") not in ACTIVITY_PROGRESS
        or score.get("gradingProgress") not in GRADING_PROGRESS
        or not isinstance(score.get("comment", ""), str)
    ):
        raise incorrect
    return Grade(
        line_item_id=item.id,
        user_id=score["userId"],
        score=points(item, score),
        comment=score.get("comment", ""),
        activity_progress=score["activityProgress"],
        grading_progress=score["gradingProgress"],
        timestamp=moment,
        received_at=now,
    )


def points(item: LineItem, score: dict[str, Any]) -> float | None:
    """The score in points of the column; ``None`` when there is nothing to keep."""
    given: Any = score.get("scoreGiven")
    maximum: Any = score.get("scoreMaximum")
    if given is None:
        return None
    if not is_number(given) or not is_number(maximum) or maximum <= 0:
        raise LtiServiceException("Incorrect score received", 400)
    if score["gradingProgress"] != "FullyGraded":
        return None
    return float(min(max(given / maximum, 0), 1) * item.maximum)


def read_timestamp(value: object) -> float | None:
    """Seconds since 1970 of an ISO 8601 time with a zone (AGS 2.0, 3.4.7), else ``None``."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.timestamp()


def is_number(value: object) -> TypeGuard[float]:
    """Whether a JSON value is a usable number: ``True`` is an ``int`` for Python only."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= LARGEST_NUMBER


class MembersService(NamesRoleProvisioningService):
    """The people of one course, with short role names, as Moodle gives them."""

    def __init__(
        self,
        request: ServiceRequest,
        platform: ClassroomPlatform,
        options: Options,
        store: Store,
    ) -> None:
        self._store = store
        self._options = options
        self._url = Addresses(options).members(store.course_id)
        self.next_url: str | None = None
        super().__init__(request, platform, self._url)

    @override
    def get_context_by_id(self) -> Context:
        return Context(id=self._store.course_id, label=COURSE_LABEL, title=NAME)

    @override
    def is_resource_link_valid(self, context_id: str, resource_link_id: str) -> bool:
        return context_id == self._store.course_id and bool(self._store.link(resource_link_id))

    def _enrollments(self, account: Account) -> dict[str, list[dict[str, str]]]:
        return {"group_enrollments": enrollments(account, self._options)}

    @override
    def get_member_data_page(
        self,
        page: int = 1,
        limit: int | None = None,
        role: str | None = None,
        since: str | None = None,
        start: int = 0,
        rlid: str | None = None,
        groups: str | None = None,
        **_others: str,
    ) -> TPage:
        with_groups = groups == "true" and self._options.groups == "service"
        found = [
            {**member(one), **(self._enrollments(one) if with_groups else {})}
            for one in members(self._options)
            if has_role(one, role)
        ]
        part = page_of(found, start, limit, role=role, rlid=rlid, groups=groups)
        self.next_url = f"{self._url}?{part.next}" if part.next else None
        return {"content": part.items, "has_next": False}


def has_role(account: Account, role: str | None) -> bool:
    """Whether the account answers to ``role``: none, a short name or a full URI."""
    return role is None or role in account.roles or role == SHORT_ROLES[account.role]


def member(account: Account) -> dict[str, Any]:
    """One member (NRPS 2.0, 2.2)."""
    return {
        "status": "Active",
        "user_id": account.user_id,
        "roles": [SHORT_ROLES[account.role]],
        "name": account.name,
        "given_name": account.given_name,
        "family_name": account.family_name,
        "email": account.email,
        "lis_person_sourcedid": "",
    }


def asks_for(accept: str, media_type: str) -> bool:
    """Whether a request's ``Accept`` names ``media_type``, or anything, or is absent."""
    return not accept or "*/*" in accept or media_type in accept
