"""From LTI roles to ours (LTI 1.3 core, 5.3.7 and A.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
OLD_MEMBERSHIP = "urn:lti:role:ims/lis/"
TEACHING_ROLES = frozenset({"Instructor", "Administrator", "ContentDeveloper", "TeachingAssistant"})
WATCHING_ROLES = frozenset({"Manager", "Member", "Mentor", "Officer"})
MENTOR = "Mentor"
DESIGNER = "ContentDeveloper"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
"""Nobody: what a teacher becomes who looks at their class as a student would (A.2.4)."""
ADMINISTRATORS = frozenset(
    {
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
    }
)
"""Of the institution or of the platform itself (A.2.1, A.2.2). A class's are not meant."""
TEST_USERS = frozenset({TEST_USER, TEST_USER.replace("http:", "https:")})


class Role(StrEnum):
    """What a person is in a class, to us."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    MENTOR = "mentor"


def role_in_class(roles: Iterable[str]) -> Role:
    """Return the role that the context roles of a launch give.

    Institution and system roles count for nothing: a professor is a student in the class
    that they attend. Without a context role that we know, a person is a learner. A mentor
    accompanies learners, and is one only if another role says so.
    """
    named = {context_role(role) for role in roles}
    if named & TEACHING_ROLES:
        return Role.INSTRUCTOR
    return Role.MENTOR if MENTOR in named and not _takes_part(named) else Role.LEARNER


def role_on_list(roles: Iterable[str]) -> Role | None:
    """Return the role of somebody on a class's list, ``None`` for a bystander."""
    named = {context_role(role) for role in roles}
    if named & TEACHING_ROLES:
        return Role.INSTRUCTOR
    return Role.LEARNER if _takes_part(named) else None


def administrates(roles: Iterable[str]) -> bool:
    """Whether somebody administers the institution or the platform, by a role's whole name."""
    return not ADMINISTRATORS.isdisjoint(roles)


def designs(roles: Iterable[str]) -> bool:
    """Whether somebody makes the course's content (``ContentDeveloper``, LTI 1.3 core, A.2.3)."""
    return any(context_role(role) == DESIGNER for role in roles)


def is_test_user(roles: Iterable[str]) -> bool:
    """Whether a teacher looks at the class as a student would, under nobody's name."""
    return not TEST_USERS.isdisjoint(roles)


def _takes_part(named: Collection[str | None]) -> bool:
    """Whether context roles make more than a bystander; who has none that we know is a learner."""
    known = frozenset(named) - {None}
    return not known or not known <= WATCHING_ROLES


def context_role(role: str) -> str | None:
    """Return the principal role that a context role names, ``None`` for any other role.

    ``…/membership#Instructor``, ``…/membership/Instructor#Grader``, the short name
    ``Instructor`` and LTI 1.1's ``urn:lti:role:ims/lis/Instructor/Grader`` are all
    ``Instructor``.
    """
    if role.startswith(OLD_MEMBERSHIP):
        return role.removeprefix(OLD_MEMBERSHIP).partition("/")[0]
    if role.startswith(f"{MEMBERSHIP}#"):
        return role.removeprefix(f"{MEMBERSHIP}#")
    if role.startswith(f"{MEMBERSHIP}/"):
        return role.removeprefix(f"{MEMBERSHIP}/").partition("#")[0]
    if role.isalpha():
        return role
    return None
