"""A course as a SCORM 2004 package, of the 3rd or the 4th Edition.

Nothing in it depends on sequencing, which many platforms leave aside: learners choose freely
among the units, and the content itself says who completed and who passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from scorm_packages.checks.findings import Finding
from scorm_packages.checks.packaging import MANIFEST
from scorm_packages.control_documents import documents
from scorm_packages.format import ZipFormat
from scorm_packages.lom import Metadata, lom_document
from scorm_packages.manifest import serialize
from scorm_packages.options import Options
from scorm_packages.press import Content
from scorm_packages.rendered import RenderedCourse, player_files
from scorm_packages.scorm2004_manifest import METADATA, scorm2004_manifest
from scorm_packages.scos import (
    OPTIONS,
    branches,
    launch,
    refuse_oversized,
    scos,
    split_warnings,
    units_beside,
)

SUSPEND_DATA_LIMIT: Final = 64_000
"""Characters (SCORM 2004 4th Edition RTE, 4.2.24)."""


class _Scorm2004(ZipFormat):
    """What the editions share. ``edition`` is as the manifest names it."""

    options = OPTIONS
    edition: str

    def warnings(self, course: RenderedCourse, options: Options) -> tuple[Finding, ...]:
        return split_warnings(course, options)

    def files(self, course: RenderedCourse, options: Options) -> Mapping[str, Content]:
        """Return everything in the package, by its name in the zip. Raise ``PackageError``."""
        tree = branches(course, options)
        pages: dict[str, Content] = {}
        for sco in scos(tree):
            refuse_oversized(course, sco, SUSPEND_DATA_LIMIT, self.title)
            pages[sco.page] = course.page(launch(sco, options, "scorm2004"))
        shared: dict[str, Content] = {
            **player_files("scorm2004", course.language),
            **units_beside(course, options),
            **course.media,
        }
        facts = Metadata.of(course)
        manifest = scorm2004_manifest(course.course.slug, facts, tree, shared, self.edition)
        return {
            **pages,
            **shared,
            **documents(self.name),
            METADATA: serialize(lom_document(facts, (f"ADLv1.0 SCORM {self.edition}",))),
            MANIFEST: serialize(manifest),
        }


class Scorm2004Third(_Scorm2004):
    name = "scorm2004-3e"
    title = "SCORM 2004 3rd Edition"
    purpose = (
        "Tells completion and success apart, and keeps sixteen times more of a learner's work "
        "than SCORM 1.2, in platforms that take SCORM 2004."
    )
    checked_as = name
    edition = "2004 3rd Edition"


class Scorm2004Fourth(_Scorm2004):
    name = "scorm2004-4e"
    title = "SCORM 2004 4th Edition"
    purpose = "The same for platforms that ask for the last edition of SCORM."
    checked_as = name
    edition = "2004 4th Edition"
