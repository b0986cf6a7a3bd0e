"""Who is in a class (LTI Names and Role Provisioning Services 2.0).

``RosterClient`` reads the whole list, page after page, or nothing of it: half a list would
make the other half look as if they had left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from lti_tool.lti.claims import LONGEST_ID, UNSTORABLE, Claims, label
from lti_tool.lti.http import Answer
from lti_tool.lti.roles import Role, role_in_class, takes_part
from lti_tool.lti.services import ServiceError, ServiceFault, Services, read_json, with_parameters
from lti_tool.lti.tokens import TokenClient
from lti_tool.models import Platform

ROSTER_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
"""Exact: Moodle answers to nothing else."""
PAGE_MEMBERS = 200
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

    ``role`` is ``None`` for those who neither learn nor teach, such as mentors.
    """

    user_id: str
    name: str
    role: Role | None
    status: MemberStatus


class RosterClient:
    """Reads the lists of classes. Safe to share among threads."""

    def __init__(
        self, tokens: TokenClient, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._services = Services(tokens, monotonic)

    def members(
        self, platform: Platform, memberships_url: str, resource_link_id: str | None = None
    ) -> tuple[Member, ...]:
        """Return everybody on a class's list, once each, whatever their role and status.

        With ``resource_link_id``, those who may open that link (NRPS 2.0, 3). No role is
        asked for: Moodle forgets it from the second page on. Raise ``ServiceError``.
        """
        kept = {"rlid": resource_link_id} if resource_link_id else {}
        first = with_parameters(memberships_url, {"limit": str(PAGE_MEMBERS)})
        found: list[Member] = []
        pages = self._services.pages(platform, ROSTER_SCOPE, first, MEMBERS_TYPE, kept)
        for page in pages:
            found += _members(page)
            if len(found) > MOST_MEMBERS:
                raise ServiceError(ServiceFault.TOO_LONG, f"more than {MOST_MEMBERS} members")
        return _once_each(found)


def _members(answer: Answer) -> Iterator[Member]:
    said = read_json(answer)
    listed = said.get("members") if isinstance(said, dict) else None
    if not isinstance(listed, list):
        raise ServiceError(ServiceFault.UNREADABLE, "the answer's members are not a list")
    for described in listed:
        member = _member(described) if isinstance(described, dict) else None
        if member is not None:
            yield member


def _member(described: Claims) -> Member | None:
    """Read one member; ``None`` for somebody whom no launch could name either."""
    user_id = described.get("user_id")
    if (
        not isinstance(user_id, str)
        or not 0 < len(user_id.strip()) <= len(user_id) <= LONGEST_ID
        or UNSTORABLE.search(user_id)
    ):
        return None
    roles = described.get("roles")
    named = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
    return Member(
        user_id=user_id,
        name=label(described, "name")
        or " ".join(
            filter(None, (label(described, "given_name"), label(described, "family_name")))
        ),
        role=_role(named[:MOST_ROLES]),
        status=_status(described.get("status")),
    )


def _role(roles: list[str]) -> Role | None:
    role = role_in_class(roles)
    return role if role is Role.INSTRUCTOR or takes_part(roles) else None


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
    return replace(present, name=one.name or other.name, role=role)
