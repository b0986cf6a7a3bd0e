"""A course as a plain web site: a folder that opens from a double-click, or on any host.

There is no platform, so nobody is told of anything: the work stays in the reader's browser
(``player/tracking/local.js``). Scripts and not modules, and no request that a page opened
from a disk may not make: each unit comes as a script of its own, beside the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from course_content.render import Site
from scorm_packages.format import ZipFormat
from scorm_packages.lom import Metadata
from scorm_packages.options import Options
from scorm_packages.press import Content
from scorm_packages.readme import readme, readme_name
from scorm_packages.rendered import Launch, RenderedCourse, player_files
from scorm_packages.scos import LAUNCH_PAGE

OF_AUTHORS = "author"
OF_PUBLISHERS = "publisher"


class Html(ZipFormat):
    name = "html"
    title = "Web site"
    purpose = (
        "Opens from a double-click, or from any web server: to read the course again, to show "
        "it, to do without a platform. The work stays in the reader's browser, and nobody is "
        "told of it."
    )
    checked_as = name

    def files(self, course: RenderedCourse, options: Options) -> Mapping[str, Content]:
        """Return everything in the package, by its name in the zip: one folder.

        Raise ``PackageError`` when a medium is missing, or when a build step was left out.
        """
        del options
        site = Site(about=tuple(_about(Metadata.of(course))))
        page = Launch("local", beside=True, site=site)
        inside: dict[str, Content] = {
            LAUNCH_PAGE: course.page(page),
            readme_name(course.language): readme(course),
            **player_files("local", course.language),
            **course.unit_files,
            **course.media,
        }
        return {f"{course.course.slug}/{name}": content for name, content in inside.items()}


def _about(facts: Metadata) -> Iterator[tuple[str, str]]:
    """Yield what a page can tell of the course: as search engines ask, then in Dublin Core."""
    yield "description", facts.description
    yield "keywords", ", ".join(facts.keywords)
    for each in facts.contributors:
        if each.role == OF_AUTHORS:
            yield "author", each.name
        else:
            kind = "publisher" if each.role == OF_PUBLISHERS else "contributor"
            yield f"dcterms.{kind}", each.name
    yield "dcterms.rights", facts.rights
    for _, competency in facts.competencies:
        yield "dcterms.subject", competency
