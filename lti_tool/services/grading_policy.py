"""How the scores of a link are made: which of somebody's attempts counts, and who passes.

A policy belongs to a resource link, as columns do (docs/adr/0032). It is about graded quizzes:
a workshop has the one mark that an instructor gave, and training is not graded at all. Whoever
shows or sends a score asks here, so that all say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from course_content.model import Activity, Gradable, Quiz
from lti_tool.models import Counting, ResourceLink

STEPS: Final = 10_000
"""Scores are rounded to so many steps between 0 and 1, as ``course_content.scoring`` does."""


@dataclass(frozen=True, slots=True)
class GradingPolicy:
    """What an instructor chose for a link. ``pass_mark`` is in percent: ``None`` for the course's.

    What nobody chose is the best attempt, and the pass marks of the course.
    """

    counting: Counting = Counting.BEST
    pass_mark: int | None = None

    @classmethod
    def of(cls, link: ResourceLink) -> GradingPolicy:
        """Return the policy of a link."""
        return cls(Counting(link.counting), link.pass_mark)

    def counting_for(self, activity: Gradable) -> Counting:
        """Return which attempt at an activity counts: the best one, where nothing is graded."""
        return self.counting if activity.graded else Counting.BEST

    def pass_mark_of(self, activity: Gradable) -> float:
        """Return the score, from 0 to 1, from which an activity is passed.

        A workshop's work is accepted or not: any score of one that was accepted passes.
        """
        return self.applied_to(activity).pass_mark / 100 if isinstance(activity, Quiz) else 0.0

    def applied_to(self, quiz: Activity) -> Activity:
        """Return a quiz with the pass mark that it has here."""
        if self.pass_mark is None or not quiz.graded:
            return quiz
        return replace(quiz, pass_mark=self.pass_mark)


USUAL: Final = GradingPolicy()


def counted(scores: Sequence[float], counting: Counting) -> float:
    """Return what some completed attempts come to: one at least, the earliest first.

    The mean of whole steps is exact, however the scores are ordered, and is rounded half up.
    """
    if counting is Counting.BEST:
        return max(scores)
    if counting is Counting.LAST:
        return scores[-1]
    if counting is Counting.FIRST:
        return scores[0]
    total = sum(round(score * STEPS) for score in scores)
    return (2 * total + len(scores)) // (2 * len(scores)) / STEPS
