"""What launches say besides opening a window: of copies, of notices, of older names.

None of it is asked of the database twice by one process: a launch that says nothing new
costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.database import Database
from lti_tool.lti import RESOURCE_LINK, Launch
from lti_tool.services.copied_links import LinkBook
from lti_tool.services.courses import CourseShelf
from lti_tool.services.migrations import OlderIdBook
from lti_tool.services.subscriptions import OfferBook


@dataclass(frozen=True, slots=True)
class LaunchRecords:
    """The books of one process. Safe to share among threads."""

    links: LinkBook
    offers: OfferBook
    older_ids: OlderIdBook

    @classmethod
    def of(cls, database: Database, courses: CourseShelf) -> LaunchRecords:
        """Begin empty books."""
        return cls(LinkBook(database, courses), OfferBook(database), OlderIdBook(database))

    def inherited(self, platform_id: int, launch: Launch) -> tuple[str, str] | None:
        """Return the course and the target that a verified launch's link has as a copy.

        Raise ``LaunchRefused`` when the tool no longer has them.
        """
        if launch.message_type != RESOURCE_LINK:
            return None
        return self.links.place(platform_id, launch)

    def note(self, platform_id: int, launch: Launch) -> None:
        """Note what a launch that was let in has said, outside its transaction."""
        self.offers.note(platform_id, launch.deployment_id, launch.notices)
        if launch.message_type == RESOURCE_LINK:
            self.older_ids.note(platform_id, launch)
