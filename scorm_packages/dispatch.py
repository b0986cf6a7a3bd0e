"""A course as a dispatch package: a thin SCORM 1.2 zip that opens it on the tool's server.

The zip holds one page. It finds the platform's API, shows the server's page in a frame, and
hands the platform what that page says of the learner's work (docs/adr/0025-dispatch.md). The
server is asked under a licence, which comes as it is: where the tool is, and what it sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from course_content import render
from course_content.wording import wording
from scorm_packages.checks.dispatch import SERVER
from scorm_packages.checks.packaging import MANIFEST
from scorm_packages.control_documents import documents
from scorm_packages.format import ZipFormat
from scorm_packages.lom import Metadata
from scorm_packages.manifest import serialize
from scorm_packages.options import LICENCE, MODULE, NO_MASTERY, Options
from scorm_packages.package import PackageError
from scorm_packages.press import Content
from scorm_packages.rendered import RenderedCourse
from scorm_packages.scorm12 import SUSPEND_DATA_LIMIT
from scorm_packages.scorm12_manifest import scorm12_manifest
from scorm_packages.scos import LAUNCH_PAGE, branches, refuse_oversized, scos


class Dispatch(ZipFormat):
    name = "dispatch"
    title = "SCORM 1.2, dispatch"
    purpose = (
        "A small SCORM 1.2 package that opens the course on this tool's server: always up to "
        "date, under a licence with seats and dates. Learners need to reach the server."
    )
    options = frozenset({"language", "completion", "mastery", "statuses", "licence"})
    checked_as = "dispatch"
    taken_as = "scorm12"

    def files(self, course: RenderedCourse, options: Options) -> Mapping[str, Content]:
        """Return everything in the package, by its name in the zip.

        Raise ``PackageError`` without a licence's address, when learners' work would not fit
        into what SCORM 1.2 keeps of it, or when a build step was left out.
        """
        found = LICENCE.fullmatch(options.licence or "")
        if found is None:
            raise PackageError(
                "A dispatch package opens a course under a licence, and none is named.",
                "Name the licence (--licence) under which this partner may open it.",
            )
        tree = branches(course, options.but({"structure": MODULE}))
        for sco in scos(tree):
            refuse_oversized(course, sco, SUSPEND_DATA_LIMIT, self.title)
        pages: dict[str, Content] = {
            LAUNCH_PAGE: _page(course, options, found["server"], found["token"])
        }
        shared = _script_and_style(course.language)
        manifest = scorm12_manifest(course.course.slug, Metadata.of(course), tree, shared)
        return {**pages, **shared, **documents("scorm12"), MANIFEST: serialize(manifest)}


def _script_and_style(language: str) -> dict[str, Content]:
    try:
        return dict[str, Content](render.dispatch_files(language))
    except render.PlayerNotBuilt as error:
        raise PackageError(error.message, error.remedy) from error


_PAGE: Final = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="origin">
<meta name="{declaration}" content="{server}">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{style}">
<script src="{script}" defer></script>
</head>
<body>
<main>
<h1>{title}</h1>
<div id="said"><noscript>{noscript}</noscript></div>
<iframe id="course" name="course" title="{title}" allow="fullscreen; clipboard-write" hidden></iframe>
</main>
<form id="launch" method="post" action="{server}/dispatch/launch" target="course" hidden>
{fields}
</form>
</body>
</html>
"""  # noqa: E501 -- a line of HTML
_FIELD: Final = '<input type="hidden" name="{name}" value="{value}">'


def _page(course: RenderedCourse, options: Options, server: str, token: str) -> bytes:
    """Return the page that the platform opens. The licence is posted, so in no address."""
    mastery = NO_MASTERY if options.mastery is None else f"{options.mastery:g}"
    said = {
        "licence": token,
        "learner": "",
        "completion": options.completion,
        "mastery": mastery,
        "statuses": options.statuses,
    }
    fields = (_FIELD.format(name=name, value=escape(value)) for name, value in said.items())
    return _PAGE.format(
        language=escape(course.language),
        declaration=SERVER,
        server=escape(server),
        title=escape(course.title),
        style=render.DISPATCH_STYLE,
        script=render.DISPATCH_SCRIPT,
        noscript=escape(wording(course.language).needs_javascript),
        fields="\n".join(fields),
    ).encode()
