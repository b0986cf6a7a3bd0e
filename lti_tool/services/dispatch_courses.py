"""Courses as dispatch packages open them: as a partner gives them, with what answers are marked by.

As in a SCORM package, the browser marks the answers and the platform keeps the work: nothing that
a learner does is kept here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property

from course_content import render
from course_content.model import Course, Quiz
from lti_tool.models import DispatchLicence
from lti_tool.services.courses import CourseShelf, Json, UnknownCourse
from lti_tool.services.dispatch_refusals import DispatchFault, DispatchRefused
from scorm_packages.options import Options
from scorm_packages.package import PackageError
from scorm_packages.partners import Look, Partner, ProfileError


class DispatchedCourse:
    """A course in one language, as a partner gives it; each unit is rendered once."""

    def __init__(self, course: Course, language: str, look: Look, media_base: str) -> None:
        self.language = language
        self.outline: Json = render.outline(course, language)
        self._course = course
        self._look = look
        self._media_base = media_base
        self._units: dict[str, Json] = {}

    @property
    def title(self) -> str:
        title: str = self.outline["title"]
        return title

    def boot_json(
        self, options: Options, visit: str, places: tuple[str, ...]
    ) -> tuple[bytes, bytes]:
        """Return what the player begins with: this visit's part, and the same for everybody.

        ``places`` are the origins that may speak with it. Units come when they are opened.
        """
        rules = {
            "completion": options.completion,
            "statuses": options.statuses,
            "structure": "module",
            "places": list(places),
        }
        own = render.Visit(
            delivery="dispatch",
            mastery=options.mastery if any(each.graded for each in self._quizzes) else None,
            rules=rules,
            look=None if self._look == Look() else asdict(self._look),
            session=visit,
        )
        return render.visit_json(self.language, own), self._shared

    def unit(self, unit_id: str) -> Json:
        """Return a unit's content, with what is said to answers. Raise ``KeyError``."""
        if unit_id not in self._units:
            content = render.unit_content(
                self._course, unit_id, self.language, media_base=self._media_base
            )
            quizzes = (each for each in self._quizzes if each.id in content["steps"])
            keys = {each.id: self._keys[each.id] for each in quizzes}
            self._units[unit_id] = render.unit_with_feedback(content, keys)
        return self._units[unit_id]

    @property
    def _quizzes(self) -> tuple[Quiz, ...]:
        return tuple(self._course.activities)

    @cached_property
    def _keys(self) -> dict[str, dict[str, Json]]:
        return render.answer_keys(self._course, self.language, media_base=self._media_base)

    @cached_property
    def _shared(self) -> bytes:
        bare = {quiz: render.bare_keys(keys) for quiz, keys in self._keys.items()}
        marking = {
            "keys": render.json_for_script(bare),
            "quizzes": render.json_for_script(render.quizzes_in_brief(self._quizzes)),
            "competencies": render.json_for_script(
                render.competencies_of(self._course, self._quizzes, self.language)
            ),
        }
        return render.course_json(render.json_for_script(self.outline), {}, marking)


class DispatchedCourses:
    """The courses that licences open, each made once for each partner and language.

    ``courses`` has them as their files say, without the institution's own syllabus;
    ``find_partner`` reads a profile, which is looked at once.
    """

    def __init__(
        self,
        courses: CourseShelf,
        find_partner: Callable[[str], Partner],
        media_base: Callable[[str], str],
    ) -> None:
        self._courses = courses
        self._find_partner = find_partner
        self._media_base = media_base
        self._kept: dict[tuple[str, str, str], DispatchedCourse] = {}
        self._lock = threading.Lock()

    def of(self, licence: DispatchLicence) -> DispatchedCourse:
        """Return what a licence opens. Raise ``DispatchRefused`` when it is not there."""
        place = (licence.course, licence.language, licence.partner)
        with self._lock:
            if place not in self._kept:
                self._kept[place] = self._made(licence)
            return self._kept[place]

    def _made(self, licence: DispatchLicence) -> DispatchedCourse:
        try:
            course = self._courses.course(licence.course)
            partner = self._find_partner(licence.partner)
            adapted = partner.adapt(course)
        except (UnknownCourse, ProfileError, PackageError) as error:
            raise DispatchRefused(
                DispatchFault.COURSE_MISSING, str(error), licence.language
            ) from error
        if licence.language not in adapted.languages:
            raise DispatchRefused(
                DispatchFault.COURSE_MISSING, f"not written in {licence.language}", None
            )
        base = self._media_base(licence.course)
        return DispatchedCourse(adapted, licence.language, partner.look, base)
