"""From LTI roles to ours (LTI 1.3 core, 5.3.7 and A.2)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
OLD_MEMBERSHIP = "urn:lti:role:ims/lis/"
TEACHING_ROLES = frozenset({"Instructor", "Administrator", "ContentDeveloper", "TeachingAssistant"})
WATCHING_ROLES = frozenset({"Manager", "Member", "Mentor", "Officer"})


class Role(StrEnum):
    """What a person is in a class, to us."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"


def role_in_class(roles: Iterable[str]) -> Role:
    """Return the role that the context roles give.

    Institution and system roles count for nothing: a professor is a student in the class
    that they attend. Without a context role that we know, a person is a learner.
    """
    return Role.INSTRUCTOR if any(map(_teaches, roles)) else Role.LEARNER


def takes_part(roles: Iterable[str]) -> bool:
    """Whether somebody on a class's list is more than a bystander, such as a mentor.

    Who has no context role that we know is a learner, as in a launch.
    """
    known = {context_role(role) for role in roles} - {None}
    return not known or not known <= WATCHING_ROLES


def _teaches(role: str) -> bool:
    name = context_role(role)
    return name is not None and name in TEACHING_ROLES


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
