"""Who is in a class (LTI Names and Role Provisioning Services 2.0)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from lti_tool.lti.claims import LTI, Claims, identifier, label
from lti_tool.lti.groups import group_ids, told_groups
from lti_tool.lti.roles import Role, is_test_user, role_on_list
from lti_tool.lti.services import (
    ServiceError,
    ServiceFault,
    Services,
    entries,
    linked,
    with_parameters,
)
from lti_tool.lti.tokens import TokenClient
from lti_tool.models import Platform

ROSTER_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
"""Exact: Moodle answers to nothing else."""
PAGE_MEMBERS = 200
FEW_MEMBERS = 10
MOST_MEMBERS = 10_000
MOST_ROLES = 200


class MemberStatus(StrEnum):
    """Whether somebody is of the class now (NRPS 2.0, 2.3)."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the list. Every text is safe to store; of a person we keep the name.

    ``role`` is ``None`` for those who neither learn nor teach, such as mentors. ``groups``
    is ``None`` where the list does not tell them.
    """

    user_id: str
    name: str
    role: Role | None
    status: MemberStatus
    groups: tuple[str, ...] | None = None
    is_test_user: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """A list of people, everybody once, whatever their role and status.

    At ``differences_url`` the platform will tell what has changed since (NRPS 2.0, 2.4.3).
    """

    members: tuple[Member, ...]
    differences_url: str | None


class RosterClient:
    """Reads the lists of classes. Safe to share among threads."""

    def __init__(
        self, tokens: TokenClient, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._services = Services(tokens, monotonic)

    def roster(
        self,
        platform: Platform,
        url: str,
        resource_link_id: str | None = None,
        *,
        with_groups: bool = False,
    ) -> Roster:
        """Return who is on a class's list, or what an earlier list's differences say.

        With ``resource_link_id``, those who may open that link (NRPS 2.0, 3). With
        ``with_groups``, each with their groups (Course Groups 1.0, 3.3). No role is asked
        for: Moodle forgets it from the second page on. Raise ``ServiceError``.
        """
        first = with_parameters(url, {"limit": str(PAGE_MEMBERS)})
        kept = {"rlid": resource_link_id} if resource_link_id else {}
        if with_groups:
            kept["groups"] = "true"
        found: list[Member] = []
        differences: list[str | None] = []
        for page in self._services.pages(platform, ROSTER_SCOPE, first, MEMBERS_TYPE, kept):
            described = (each for each in entries(page, "members") if isinstance(each, dict))
            found += [member for each in described if (member := _member(each)) is not None]
            if len(found) > MOST_MEMBERS:
                raise ServiceError(ServiceFault.TOO_LONG, f"more than {MOST_MEMBERS} members")
            differences.append(_differences(page.headers.get("link", ""), url))
        # A later page's link would miss what changed while the earlier pages were read.
        return Roster(_once_each(found), differences[0])

    def look(self, platform: Platform, memberships_url: str) -> int:
        """Return how many are on the first page of a class's list: whether it can be read.

        Raise ``ServiceError``.
        """
        pages = self._services.pages(
            platform, ROSTER_SCOPE, memberships_url, MEMBERS_TYPE, {"limit": str(FEW_MEMBERS)}
        )
        return len(entries(next(pages), "members"))


def _differences(header: str, url: str) -> str | None:
    try:
        return linked(header, url, "differences")
    except ServiceError:
        return None


def _member(described: Claims) -> Member | None:
    """Read one member; ``None`` for somebody whom no launch could name either."""
    user_id = described.get("user_id")
    if not isinstance(user_id, str) or identifier(user_id) is None:
        return None
    given = described.get("roles")
    roles = [role for role in given if isinstance(role, str)] if isinstance(given, list) else []
    roles = roles[:MOST_ROLES]
    return Member(
        user_id=user_id,
        name=label(described, "name")
        or " ".join(
            filter(None, (label(described, "given_name"), label(described, "family_name")))
        ),
        role=role_on_list(roles),
        status=_status(described.get("status")),
        groups=_groups(described),
        is_test_user=is_test_user(roles),
    )


def _groups(described: Claims) -> tuple[str, ...] | None:
    """Return the groups that a member's enrollments name, else those of their launches.

    A resource link's list may say what each person's launch would (NRPS 2.0, 3.2).
    """
    enrollments = described.get("group_enrollments")
    if isinstance(enrollments, list):
        return group_ids(each.get("group_id") for each in enrollments if isinstance(each, dict))
    messages = described.get("message")
    for message in messages if isinstance(messages, list) else ():
        custom = message.get(f"{LTI}custom") if isinstance(message, dict) else None
        if isinstance(custom, dict):
            return told_groups(custom)
    return None


def _status(status: object) -> MemberStatus:
    """Return the status; without one that we know, a member is active (NRPS 2.0, 2.3)."""
    name = status.rpartition("#")[2].lower() if isinstance(status, str) else ""
    return MemberStatus(name) if name in set(MemberStatus) else MemberStatus.ACTIVE


def _once_each(members: Iterable[Member]) -> tuple[Member, ...]:
    """Put those together whom the platform lists several times, for a role or group each."""
    people: dict[str, Member] = {}
    for member in members:
        known = people.get(member.user_id)
        people[member.user_id] = member if known is None else _together(known, member)
    return tuple(people.values())


def _together(one: Member, other: Member) -> Member:
    order = list(MemberStatus)
    present = min(one, other, key=lambda member: order.index(member.status))
    roles = {member.role for member in (one, other) if member.status is present.status}
    role = next((role for role in (Role.INSTRUCTOR, Role.LEARNER) if role in roles), None)
    told = [member.groups for member in (one, other) if member.groups is not None]
    return replace(
        present,
        name=one.name or other.name,
        role=role,
        groups=group_ids(each for groups in told for each in groups) if told else None,
        is_test_user=one.is_test_user or other.is_test_user,
    )
