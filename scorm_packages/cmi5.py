"""A course as a cmi5 package: content that speaks xAPI to the store that its platform names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scorm_packages.checks.findings import Finding
from scorm_packages.cmi5_structure import STRUCTURE, course_structure, iri
from scorm_packages.format import ZipFormat
from scorm_packages.manifest import serialize
from scorm_packages.options import MODULE, Options
from scorm_packages.press import Content
from scorm_packages.rendered import RenderedCourse, player_files
from scorm_packages.scos import branches, launch, scos, units_beside, works_apart


class Cmi5(ZipFormat):
    name = "cmi5"
    title = "cmi5"
    purpose = (
        "Tells a platform's learning record store of every answer, and keeps all of a learner's "
        "work there without a limit, in platforms that take cmi5."
    )
    options = frozenset({"language", "structure", "completion", "mastery", "statuses"})
    checked_as = name

    def warnings(self, course: RenderedCourse, options: Options) -> tuple[Finding, ...]:
        """Each assignable unit keeps its documents under its own name (cmi5, 10.0)."""
        if options.structure == MODULE:
            return ()
        there = "Learners find nothing of it there."
        return tuple(works_apart(course, there, "Export one piece for the module."))

    def files(self, course: RenderedCourse, options: Options) -> Mapping[str, Content]:
        """Return everything in the package, by its name in the zip. Raise ``PackageError``."""
        tree = branches(course, options)
        own = {"iri": iri(course.course.slug)}
        pages: dict[str, Content] = {}
        for sco in scos(tree):
            started = launch(sco, options, "cmi5")
            pages[sco.page] = course.page(replace(started, rules={**started.rules, **own}))
        return {
            **pages,
            **player_files("cmi5", course.language),
            **units_beside(course, options),
            **course.media,
            STRUCTURE: serialize(course_structure(course, options, tree)),
        }
