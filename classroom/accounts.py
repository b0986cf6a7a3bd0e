"""People who do not exist, and what each may do; six of them are always there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"


class Role(StrEnum):
    STUDENT = "student"
    TEST_STUDENT = "test_student"
    MENTOR = "mentor"
    INSTRUCTOR = "instructor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Account:
    """``user_id`` is the LTI ``sub``: a number, as Moodle's are.

    ``roles`` are full URIs (LTI 1.3 core, A.2). An administrator is also an instructor,
    as a Moodle site administrator is, and is not enrolled: no one grades them. Nor is the
    test student, whom a teacher becomes to see the course as students do. ``groups`` are the
    groups of the course that they are in; ``mentored`` the people whom a mentor accompanies.
    Somebody who is not ``graded`` attends without being examined: the gradebook has no line for
    them. Somebody who ``left`` was enrolled once.
    """

    user_id: str
    role: Role
    given_name: str
    family_name: str
    username: str
    roles: tuple[str, ...]
    groups: tuple[str, ...] = ()
    mentored: tuple[str, ...] = ()
    graded: bool = True
    left: bool = False

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"

    @property
    def teaches(self) -> bool:
        return self.role in {Role.INSTRUCTOR, Role.ADMINISTRATOR}

    @property
    def enrolled(self) -> bool:
        return not self.left and self.role not in {Role.ADMINISTRATOR, Role.TEST_STUDENT}

    @property
    def in_gradebook(self) -> bool:
        return self.role is Role.STUDENT and self.graded and not self.left


STUDENT = Account(
    user_id="4",
    role=Role.STUDENT,
    given_name="Alix",
    family_name="Fictive",
    username="alix.fictive",
    roles=(f"{INSTITUTION}Student", f"{MEMBERSHIP}Learner"),
    groups=("11",),
)
OTHER_STUDENT = Account(
    user_id="5",
    role=Role.STUDENT,
    given_name="Claude",
    family_name="Chimère",
    username="claude.chimere",
    roles=(f"{INSTITUTION}Student", f"{MEMBERSHIP}Learner"),
    groups=("12",),
)
INSTRUCTOR = Account(
    user_id="3",
    role=Role.INSTRUCTOR,
    given_name="Dominique",
    family_name="Inventée",
    username="dominique.inventee",
    roles=(f"{INSTITUTION}Instructor", f"{MEMBERSHIP}Instructor"),
)
ADMINISTRATOR = Account(
    user_id="2",
    role=Role.ADMINISTRATOR,
    given_name="Sacha",
    family_name="Imaginaire",
    username="sacha.imaginaire",
    roles=(f"{SYSTEM}Administrator", f"{INSTITUTION}Administrator", f"{MEMBERSHIP}Instructor"),
)
TEST_STUDENT = Account(
    user_id="6",
    role=Role.TEST_STUDENT,
    given_name="Vue",
    family_name="Étudiante",
    username="vue.etudiante",
    roles=(TEST_USER, f"{MEMBERSHIP}Learner"),
)
MENTOR = Account(
    user_id="7",
    role=Role.MENTOR,
    given_name="Camille",
    family_name="Supposée",
    username="camille.supposee",
    roles=(f"{INSTITUTION}Mentor", f"{MEMBERSHIP}Mentor"),
    mentored=(STUDENT.user_id,),
)

ACCOUNTS = (STUDENT, OTHER_STUDENT, INSTRUCTOR, ADMINISTRATOR, TEST_STUDENT, MENTOR)
