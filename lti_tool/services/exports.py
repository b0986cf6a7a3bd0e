"""What an export takes from the settings: courses, partners, platforms, cache and store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from config import folders
from config.settings import Settings
from course_content.loader import BUILTIN_COURSES, find_course
from lti_tool.services.export_store import PackageStore
from scorm_packages.cache import Cache
from scorm_packages.exporter import Exporter, Order
from scorm_packages.options import MODULE, WITHOUT_OUTLINE, Options
from scorm_packages.package import PackageError
from scorm_packages.partners import (
    Partner,
    available_partners,
    find_partner,
    read_partner,
    unknown_partner,
)
from scorm_packages.platforms import Platform, read_platforms
from scorm_packages.registry import find_format

ANYBODY: Final = "scorm12"
"""What goes to a partner of whose platform nothing is known: nearly all of them play it."""


class ExportDesk:
    """Turns what people ask for into orders."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.platforms: Mapping[str, Platform] = read_platforms(folders.PLATFORMS)
        self.packages = PackageStore(settings.packages_folder)

    def course_folder(self, slug: str) -> Path:
        """Return the folder of a course that is served. Raise ``CourseNotFound``."""
        return find_course(slug, (*self._settings.course_roots, BUILTIN_COURSES))

    @property
    def partner_names(self) -> tuple[str, ...]:
        """The partners that have a profile."""
        return tuple(available_partners(self._folders))

    def partner(self, name: str) -> Partner:
        """Return a partner by its name, or by the path of its profile. Raise ``ProfileError``."""
        return find_partner(name, self._folders)

    def known_partner(self, name: str) -> Partner | None:
        """Return the partner of a listed name, and none for an empty one.

        Whoever asks may be anybody: no path is taken. Raise ``ProfileError``.
        """
        if not name:
            return None
        partners = available_partners(self._folders)
        if name not in partners:
            raise unknown_partner(name, partners)
        return read_partner(partners[name])

    def exporter(self, folder: Path) -> Exporter:
        """Return an exporter of the course in ``folder``, which uses the common cache."""
        return Exporter(folder, Cache(self._settings.cache))

    def recommended(self, partner: Partner | None) -> str:
        """Return the name of the format that suits a partner, as far as is known."""
        return self._format_for(partner)

    def order(
        self,
        format_name: str | None = None,
        partner: Partner | None = None,
        choices: Mapping[str, Any] | None = None,
    ) -> Order:
        """Return what is asked for; what is not said follows from the partner's profile.

        Without a partner it is the institution's own profile that fills in the syllabus, and
        the rest is as usual. Raise ``PackageError``, ``OptionError`` or ``ProfileError``.
        """
        chosen = find_format(format_name or self._format_for(partner))
        options = self.options_for(partner)
        order = Order(chosen, options.but(choices or {}), partner or self._institution())
        self._refuse_pieces(order)
        return order

    def options_for(self, partner: Partner | None) -> Options:
        """Return the options as they are where nobody chooses others.

        They are as the profile says; what it does not say of the platform, the family of it does.
        """
        if partner is None:
            return Options()
        platform = self.platforms.get(partner.lms or "")
        options = partner.options()
        if platform and not platform.outline and "outline" not in partner.choices:
            return options.but({"outline": WITHOUT_OUTLINE})
        return options

    def takers(self, format_name: str) -> tuple[str, ...]:
        """Return the titles of the families of platforms that take a format."""
        taken_as = find_format(format_name).taken_as or format_name
        return tuple(each.title for each in self.platforms.values() if taken_as in each.formats)

    def _format_for(self, partner: Partner | None) -> str:
        if partner is None:
            return ANYBODY
        platform = self.platforms.get(partner.lms or "")
        return partner.format or (platform.formats[0] if platform else ANYBODY)

    def _refuse_pieces(self, order: Order) -> None:
        """Raise ``PackageError`` for pieces that the partner's platform would not take."""
        platform = self.platforms.get(order.partner.lms or "") if order.partner else None
        if platform and order.format.name in platform.single and order.options.structure != MODULE:
            raise PackageError(
                f"{platform.title} takes {order.format.title} in one piece only.",
                f"Choose --structure {MODULE}, or another format.",
            )

    def _institution(self) -> Partner | None:
        """The institution's syllabus and nothing more, as its courses are served too."""
        file = self._settings.institution_file
        if file is None:
            return None
        return replace(Partner(""), syllabus=read_partner(file).syllabus)

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (*self._settings.partners, folders.PARTNERS)
