"""The course's groups, and the service that tells them (LTI Course Groups Service 1.0).

lti1p3platform has no such service: it checks the token, and the rest is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lti1p3platform.exceptions import LtiServiceException

from classroom.accounts import STUDENT, Account
from classroom.options import GROUPS_VARIABLE, Options
from classroom.platform import GROUP_SCOPE, ClassroomPlatform

GROUPS_CLAIM = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
GROUPS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
SETS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupsetcontainer+json"


@dataclass(frozen=True, slots=True)
class GroupSet:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: str
    set_id: str


GROUP_SETS = (GroupSet("1", "Travaux dirigés"),)
GROUPS = (Group("11", "Groupe A", "1"), Group("12", "Groupe B", "1"))
MORE_GROUPS = (Group("13", "Groupe C", "1"), Group("14", "Groupe D", "1"))


def described(all_of_them: Sequence[Group | GroupSet]) -> list[dict[str, Any]]:
    """Groups, or sets of them, as the service gives them."""
    return [asdict(one) for one in all_of_them]


def groups_in(options: Options) -> tuple[Group, ...]:
    """The groups that there are: a whole class makes more of them."""
    return (*GROUPS, *MORE_GROUPS) if options.whole_class else GROUPS


def groups_of(account: Account, options: Options) -> tuple[str, ...]:
    """The groups of somebody of the course."""
    is_together = options.one_group and account.groups
    return STUDENT.groups if is_together else account.groups


def enrollments(account: Account, options: Options) -> list[dict[str, str]]:
    """The groups of a member of the course, in the list of its people."""
    return [{"group_id": group} for group in groups_of(account, options)]


def substituted(value: str, account: Account, options: Options) -> str:
    """A custom parameter's value as Moodle sends it: a variable that it does not know, as is."""
    return ",".join(groups_of(account, options)) if value == GROUPS_VARIABLE else value


def require_token(platform: ClassroomPlatform, authorization: str) -> None:
    """Raise ``LtiServiceException`` (401) unless the bearer may read the groups."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not platform.validate_token(token.strip(), [GROUP_SCOPE]):
        raise LtiServiceException("Invalid LTI 1.3 authentication token", 401)
