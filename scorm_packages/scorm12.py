"""A course as one SCORM 1.2 package with one SCO: the whole course in one page.

One SCO, because several of them leave navigation to the platform, and many platforms
do it badly or not at all. The page carries all it needs, answer keys included: in SCORM
the browser scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from course_content import render
from course_content.files import UnreadableFile
from course_content.model import Course
from scorm_packages.check import MANIFEST, check_scorm12
from scorm_packages.control_documents import scorm12_documents
from scorm_packages.manifest import serialize
from scorm_packages.package import Content, PackageError, Progress, file_name, write_zip
from scorm_packages.scorm12_manifest import LAUNCH_PAGE, scorm12_manifest

PLAYER_SCRIPT: Final = "player.js"
"""In the package, which has one delivery and one language."""

SUSPEND_DATA_LIMIT: Final = 4096
"""Characters (SCORM 1.2 RTE, 3.4.4: cmi.suspend_data is a CMIString4096)."""

PREFIX_CHARACTERS: Final = 9
BITS_PER_CHARACTER: Final = 6
PLACE_BITS: Final = 28
STEP_BITS: Final = 1
WORKSHOP_BITS: Final = 1
ACTIVITY_BITS: Final = 48
WORKS_CHARACTERS: Final = 2
"""The least that player/tracking/scorm/suspend-data.js needs: where the learner is, which
steps they saw, which workshops they finished, each activity's number of attempts, last score
and best score, and a mark that works had no room."""


@dataclass(frozen=True, slots=True)
class Scorm12Options:
    """When the platform is told that the course is done, and whether it was passed.

    With a ``mastery`` score (per cent), whoever did all graded activities has passed or
    failed by the mean of their best scores. Without one (``None``), or in a course that
    grades nothing, the course is completed once that much was done. Raise
    ``PackageError`` for a score that is no percentage.
    """

    mastery: float | None = 60.0

    def __post_init__(self) -> None:
        if self.mastery is not None and not 0 <= self.mastery <= 100:  # noqa: PLR2004 - per cent
            raise PackageError(
                f"The mastery score {self.mastery:g} cannot be.",
                "Give a number from 0 to 100, or none at all.",
            )


@dataclass(frozen=True, slots=True)
class Scorm12Package:
    """``course`` in ``language`` for platforms that play SCORM 1.2."""

    course: Course
    language: str
    options: Scorm12Options = Scorm12Options()

    @property
    def name(self) -> str:
        return file_name(self.course.slug, self.course.version, self.language, "scorm12")

    @property
    def title(self) -> str:
        title: str = render.outline(self.course, self.language)["title"]
        return title

    def write(self, out: Path, progress: Progress | None = None) -> Path:
        """Write ``<name>.zip`` into the folder ``out``, checked, and return where it lies.

        Raise ``PackageError`` when the course is not written in this language, when a
        medium is missing or badly named, when learners' work would not fit into what
        SCORM 1.2 keeps of it, when a build step was left out, or when ``out`` cannot be
        written to.
        """
        verify = partial(_refuse_faults, schemas=scorm12_documents())
        target = out / f"{self.name}.zip"
        return write_zip(self.files(), target, progress=progress, verify=verify)

    def files(self) -> Mapping[str, Content]:
        """Everything in the package, by its name in the zip. Raise as ``write`` does."""
        self._refuse_unknown_language()
        refuse_oversized(self.course)
        content: dict[str, Content] = {
            LAUNCH_PAGE: self._page().encode(),
            **_player(self.language),
            **_media(self.course),
        }
        outline = render.outline(self.course, self.language)
        manifest = scorm12_manifest(outline, content, self._mastery)
        return {**content, **scorm12_documents(), MANIFEST: serialize(manifest)}

    @property
    def _mastery(self) -> float | None:
        """A course that grades nothing has nothing to master."""
        graded = any(activity.graded for activity in self.course.activities)
        return self.options.mastery if graded else None

    def _page(self) -> str:
        visit = render.Visit(delivery="scorm12", with_keys=True, mastery=self._mastery)
        return render.document(
            self.course,
            self.language,
            boot=render.boot(self.course, self.language, visit),
            assets=render.Assets(script=PLAYER_SCRIPT, style=render.PLAYER_STYLE),
        )

    def _refuse_unknown_language(self) -> None:
        if self.language not in self.course.languages:
            written = ", ".join(self.course.languages)
            raise PackageError(
                f"The course {self.course.slug} is not written in {self.language!r}.",
                f"Choose one of its languages: {written}.",
            )


def refuse_oversized(course: Course) -> None:
    """Raise ``PackageError`` when SCORM 1.2 has no room for a learner's place and scores.

    Answers and drafts may be left out when room is short, and the player says so; what
    is counted here may not.
    """
    steps = 1 + sum(len(unit.steps) for unit in course.units)
    activities = sum(1 for _ in course.activities)
    workshops = sum(1 for _ in course.workshops)
    bits = PLACE_BITS + steps * STEP_BITS + workshops * WORKSHOP_BITS + activities * ACTIVITY_BITS
    ending = WORKS_CHARACTERS if workshops else 0
    if bits > (SUSPEND_DATA_LIMIT - PREFIX_CHARACTERS - ending) * BITS_PER_CHARACTER:
        raise PackageError(
            f"The course is too large for SCORM 1.2: with {steps} steps and {activities} "
            "activities, what a platform keeps of a learner would not hold their scores.",
            "Split the course into several, or deliver it by LTI, which has no such limit.",
        )


def _player(language: str) -> dict[str, Content]:
    try:
        folder = render.player_assets()
    except render.PlayerNotBuilt as error:
        raise PackageError(str(error), "Then export again.") from error
    return {
        render.PLAYER_STYLE: folder / render.PLAYER_STYLE,
        PLAYER_SCRIPT: folder / render.player_script("scorm12", language),
    }


def _media(course: Course) -> Mapping[str, Content]:
    try:
        return dict(render.media_files(course))
    except UnreadableFile as error:
        problem = error.problem
        raise PackageError(f"{problem.path}: {problem.message}", problem.remedy) from error


def _refuse_faults(package: Path, schemas: Mapping[str, bytes]) -> None:
    """Nobody gets a package in which the checks find something."""
    findings = check_scorm12(package, schemas)
    if findings:
        listed = "\n".join(f"- {finding}" for finding in findings)
        raise PackageError(
            f"The package would not be sound, so it was not made:\n{listed}\n",
            "What is wrong with a page or a drawing is mended in the course; "
            "anything else is a fault of Arrimage: please report it.",
        )
