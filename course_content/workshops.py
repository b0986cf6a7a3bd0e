"""A workshop's own settings, as the player takes them."""

from __future__ import annotations

from functools import singledispatch

from course_content.activities import Json, Voice
from course_content.model import RadarWorkshop, SortingWorkshop, Workshop


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
