"""A workshop's own settings, as the player takes them."""

from __future__ import annotations

from functools import singledispatch

from course_content.activities import Json, Voice
from course_content.model import RadarWorkshop, Rubric, SortingWorkshop, Workshop


@singledispatch
def workshop_settings(workshop: Workshop, voice: Voice) -> Json:
    """Return what the tool needs to know besides what every workshop has."""
    del workshop, voice
    return {}


@workshop_settings.register
def _sorting(workshop: SortingWorkshop, voice: Voice) -> Json:
    return {
        "categories": [
            {"id": each.id, "title": voice.inline(each.text)} for each in workshop.categories
        ],
        "cases": [
            {
                "id": case.id,
                "text": (own := voice.within(f"{workshop.id}-{case.id}")).block(case.text),
                "category": case.category,
                "feedback": own.within(f"{workshop.id}-{case.id}-right").block(case.feedback),
                "others": {
                    category: own.within(f"{workshop.id}-{case.id}-{category}").block(said)
                    for category, said in case.others.items()
                },
            }
            for case in workshop.cases
        ],
    }


@workshop_settings.register
def _radar(workshop: RadarWorkshop, voice: Voice) -> Json:
    return {
        "axes": [
            {"id": axis.id, "title": voice.plain(axis.title), "hint": voice.plain(axis.hint)}
            for axis in workshop.axes
        ]
    }


def shown_rubric(rubric: Rubric | None, voice: Voice) -> Json | None:
    """Return by what a work is reviewed, as the learner and the instructor read it."""
    if rubric is None:
        return None
    return {
        "graded": rubric.graded,
        "maximum": rubric.maximum,
        "criteria": [
            {
                "id": criterion.id,
                "title": voice.plain(criterion.title),
                "levels": [
                    {"points": level.points, "text": voice.plain(level.text)}
                    for level in criterion.levels
                ],
            }
            for criterion in rubric.criteria
        ],
    }
