"""Who of a class needs attention, and why: the rules, their thresholds and their words.

Each rule is a condition of the database's, so that ten thousand people are looked through at
once, and is declared here and nowhere else. Only those who count in the class's figures are
meant. A rule tells of something that a teacher can see and do something about; none of them
guesses at reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from course_content.model import Course
from lti_tool.models import (
    ClassLine,
    GroupWork,
    Learner,
    LearnerWork,
    Membership,
    ResourceLink,
    Submission,
    SubmissionMember,
    SubmissionState,
)
from lti_tool.services.awaited import Awaited
from lti_tool.services.class_people import LEARNER_ROLE, REFUSED, People
from lti_tool.services.courses import link_extent
from lti_tool.services.refusals import N_
from lti_tool.services.terms import MINUTE, has_passed

NEVER_OPENED_AFTER: Final = timedelta(days=7)
"""How long after the first of the class somebody may open the course for the first time."""
INACTIVE_AFTER: Final = timedelta(days=14)
STUCK_TRIES: Final = 3
"""So many completed attempts at an activity, none of which passed."""
NOT_PASSED_AFTER: Final = timedelta(days=2)
"""How long somebody who did not pass may take before they try again."""
RETURNED_AFTER: Final = timedelta(days=7)
"""How long a work that was returned may rest."""


class Rule(StrEnum):
    """Why somebody needs attention, the most urgent first."""

    GRADE_REFUSED = "grade_refused"
    OVERDUE = "overdue"
    WORK_RETURNED = "work_returned"
    STUCK = "stuck"
    NEVER_OPENED = "never_opened"
    INACTIVE = "inactive"
    NOT_PASSED = "not_passed"


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule in words. ``cause`` takes the values of ``Reason``."""

    label: str
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one person needs attention.

    ``title`` is that of an activity or of a workshop, in no language yet; ``values`` what else
    the words take.
    """

    rule: Rule
    activity: str | None
    values: Mapping[str, object]


RULE_WORDS: Final[Mapping[Rule, RuleWords]] = {
    Rule.GRADE_REFUSED: RuleWords(
        N_("Note refusée"),
        N_("La plateforme a refusé sa note."),
        N_("La colonne «\u00a0Carnet de notes\u00a0» dit pourquoi, et qui peut y remédier."),
    ),
    Rule.OVERDUE: RuleWords(
        N_("En retard"),
        N_("«\u00a0%(title)s\u00a0» n’est pas fait, et son échéance est passée."),
        N_("Relancez cette personne, ou accordez-lui un délai depuis sa page."),
    ),
    Rule.WORK_RETURNED: RuleWords(
        N_("Travail rendu, non repris"),
        N_(
            "«\u00a0%(title)s\u00a0» a été rendu pour reprise il y a %(days)s jours, et n’a pas "
            "changé."
        ),
        N_("Demandez si le commentaire est clair, et dites quand vous attendez le travail."),
    ),
    Rule.STUCK: RuleWords(
        N_("Plusieurs essais sans réussir"),
        N_(
            "%(count)s essais à «\u00a0%(title)s\u00a0», sans atteindre le seuil de "
            "%(mark)s\u00a0%%."
        ),
        N_(
            "Regardez ses réponses\u00a0: la même erreur revient peut-être. Proposez-en "
            "l’explication."
        ),
    ),
    Rule.NEVER_OPENED: RuleWords(
        N_("Jamais ouvert"),
        N_("N’a jamais ouvert le module, que d’autres ont commencé depuis plus de %(days)s jours."),
        N_("Vérifiez que cette personne voit l’activité dans le cours, puis écrivez-lui."),
    ),
    Rule.INACTIVE: RuleWords(
        N_("Sans activité récente"),
        N_("Aucune activité depuis %(days)s jours, alors que tout n’est pas terminé."),
        N_("Prenez de ses nouvelles\u00a0: un message suffit souvent."),
    ),
    Rule.NOT_PASSED: RuleWords(
        N_("Sous le seuil de réussite"),
        N_(
            "«\u00a0%(title)s\u00a0» est terminé sous le seuil de %(mark)s\u00a0%%, et n’a pas été "
            "repris depuis."
        ),
        N_("Proposez un nouvel essai s’il en reste, ou la leçon qui précède."),
    ),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for one link at a moment, as conditions on the lines of its class."""

    conditions: Mapping[Rule, ColumnElement[bool]]

    @property
    def any(self) -> ColumnElement[bool]:
        """The condition that somebody needs attention at all."""
        return or_(*self.conditions.values())

    @property
    def urgency(self) -> ColumnElement[int]:
        """What puts people in the order of their most urgent reason."""
        ranks = [(condition, rank) for rank, condition in enumerate(self.conditions.values())]
        return case(*ranks, else_=len(ranks))

    @classmethod
    def of(cls, people: People, awaited: Awaited, moment: datetime) -> Rules:
        """Return the rules of a link, whose works ``awaited`` knows."""
        course, link = awaited.course, awaited.link
        seen = people.last_activity
        was_seen = seen.is_not(None)
        unfinished = func.coalesce(ClassLine.done, 0) < len(people.scope.activities)
        rested = seen < moment - NOT_PASSED_AFTER
        conditions = {
            Rule.GRADE_REFUSED: people.grade_rank == REFUSED,
            Rule.OVERDUE: _overdue(awaited, moment),
            Rule.WORK_RETURNED: Learner.id.in_(_left_lying(course, link, moment)),
            Rule.STUCK: ClassLine.failed_tries >= STUCK_TRIES,
            Rule.NEVER_OPENED: and_(
                seen.is_(None), _first_opened(link) < moment - NEVER_OPENED_AFTER
            ),
            Rule.INACTIVE: and_(was_seen, seen < moment - INACTIVE_AFTER, unfinished),
            Rule.NOT_PASSED: and_(ClassLine.failed_tries.between(1, STUCK_TRIES - 1), rested),
        }
        return cls(
            {
                rule: func.coalesce(and_(people.counts, condition), false())
                for rule, condition in conditions.items()
            }
        )


def returned_works(course: Course, link: ResourceLink) -> Select[int, str, datetime | None]:
    """Return a query of the works of a link that were returned and not handed in again.

    It gives the submission's key, its workshop and when it was returned.
    """
    later = aliased(Submission)
    workshops = [one.id for one in link_extent(course, link.target).workshops if one.review]
    superseded = exists().where(
        later.context_pk == Submission.context_pk,
        later.holder == Submission.holder,
        later.course == Submission.course,
        later.workshop == Submission.workshop,
        later.number > Submission.number,
    )
    wanted = select(Submission.id, Submission.workshop, Submission.decided_at)
    return wanted.select_from(Submission).where(
        Submission.context_pk == link.context_pk,
        Submission.course == link.course,
        Submission.state == SubmissionState.RETURNED,
        Submission.workshop.in_(workshops),
        ~superseded,
    )


def untouched() -> ColumnElement[bool]:
    """Return the condition that nobody worked on a work any more since it was returned."""
    own = exists().where(
        LearnerWork.context_pk == Submission.context_pk,
        LearnerWork.learner_id == Submission.learner_id,
        LearnerWork.course == Submission.course,
        LearnerWork.workshop == Submission.workshop,
        LearnerWork.updated_at > Submission.decided_at,
        Submission.group_id.is_(None),
    )
    shared = exists().where(
        GroupWork.context_pk == Submission.context_pk,
        GroupWork.group_id == Submission.group_id,
        GroupWork.course == Submission.course,
        GroupWork.workshop == Submission.workshop,
        GroupWork.updated_at > Submission.decided_at,
    )
    return and_(~own, ~shared)


def _left_lying(course: Course, link: ResourceLink, moment: datetime) -> CompoundSelect[int]:
    """Return a query of those whose returned work was not resumed in time."""
    works = returned_works(course, link).where(
        Submission.decided_at < moment - RETURNED_AFTER, untouched()
    )
    alone = works.with_only_columns(Submission.learner_id).where(Submission.group_id.is_(None))
    together = works.with_only_columns(SubmissionMember.learner_id).join(
        SubmissionMember, SubmissionMember.submission_pk == Submission.id
    )
    return union(alone, together)


def _overdue(awaited: Awaited, moment: datetime) -> ColumnElement[bool]:
    """Return the condition of not having done something although it is due.

    Who has no line has done nothing: for them the earliest of all their dates decides.
    """

    def is_over(dates: Mapping[str, datetime]) -> bool:
        return has_passed(min(dates.values(), default=None), moment)

    others = awaited.due_dates_of(awaited.terms.exceptional)
    late = [learner_id for learner_id, dates in others.items() if is_over(dates)]
    usual = ~_is_among(others) if is_over(awaited.due_dates(None)) else false()
    return or_(
        ClassLine.awaited_at <= moment - MINUTE,
        and_(ClassLine.learner_id.is_(None), or_(usual, _is_among(late))),
    )


def _is_among(learner_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition of being one of these, who may be more than a query has parameters."""
    keys: BindParameter[list[int]] = bindparam(
        "keys", sorted(learner_ids), expanding=True, literal_execute=True, unique=True
    )
    return Learner.id.in_(keys)


def _first_opened(link: ResourceLink) -> ScalarSelect[datetime | None]:
    other = aliased(Membership)
    return (
        select(func.min(other.first_seen_at))
        .where(other.context_pk == link.context_pk, other.role == LEARNER_ROLE)
        .scalar_subquery()
    )
