"""A course as a SCORM 1.2 package.

Answer keys are included: in SCORM the browser scores. A SCO of one unit has it in its page; that
of the whole module has its units beside its page, which would be heavy.
One SCO is the usual choice, because several leave navigation to the platform, and many
platforms do it badly or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from scorm_packages.checks.findings import Finding
from scorm_packages.checks.packaging import MANIFEST
from scorm_packages.control_documents import documents
from scorm_packages.format import ZipFormat
from scorm_packages.lom import Metadata
from scorm_packages.manifest import serialize
from scorm_packages.options import Options
from scorm_packages.press import Content
from scorm_packages.rendered import RenderedCourse, player_files
from scorm_packages.scorm12_manifest import scorm12_manifest
from scorm_packages.scos import (
    OPTIONS,
    branches,
    launch,
    refuse_oversized,
    refuse_unreachable,
    scos,
    split_warnings,
    units_beside,
)

SUSPEND_DATA_LIMIT: Final = 4096
"""Characters (SCORM 1.2 RTE, 3.4.4: cmi.suspend_data is a CMIString4096)."""


class Scorm12(ZipFormat):
    name = "scorm12"
    title = "SCORM 1.2"
    purpose = "Plays in every platform that takes SCORM, and in Moodle's mobile application."
    options = OPTIONS
    checked_as = "scorm12"

    def warnings(self, course: RenderedCourse, options: Options) -> tuple[Finding, ...]:
        return split_warnings(course, options)

    def files(self, course: RenderedCourse, options: Options) -> Mapping[str, Content]:
        """Return everything in the package, by its name in the zip.

        Raise ``PackageError`` when a medium is missing, when learners' work would not fit
        into what SCORM 1.2 keeps of it, or when a build step was left out.
        """
        refuse_unreachable(options, self.title)
        tree = branches(course, options)
        pages: dict[str, Content] = {}
        for sco in scos(tree):
            refuse_oversized(course, sco, SUSPEND_DATA_LIMIT, self.title)
            pages[sco.page] = course.page(launch(sco, options, "scorm12"))
        shared: dict[str, Content] = {
            **player_files("scorm12", course.language),
            **units_beside(course, options),
            **course.media,
        }
        manifest = scorm12_manifest(course.course.slug, Metadata.of(course), tree, shared)
        return {**pages, **shared, **documents(self.name), MANIFEST: serialize(manifest)}
