"""What is ordered for a partner, when nobody says it."""

import pytest

from config.settings import Settings
from lti_tool.services.exports import ExportDesk
from scorm_packages.partners import Partner
from scorm_packages.platforms import Platform


@pytest.fixture
def desk(tmp_path):
    """A desk that knows of a platform which shows no menu of several pieces."""
    made = ExportDesk(Settings.from_environment({"ARRIMAGE_CACHE": str(tmp_path)}))
    bare = Platform("bare", "Bare", ("scorm12",), outline=False)
    made.platforms = {**made.platforms, "bare": bare}
    return made


def test_a_partner_whose_platform_shows_no_menu_is_ordered_for_without_one(desk):
    assert desk.order("scorm12", Partner("p", lms="bare")).options.outline == "no"
    assert desk.order("scorm12", Partner("p", lms="moodle")).options.outline == "yes"
    assert desk.order("scorm12").options.outline == "yes"


def test_a_profile_and_a_person_know_better_than_the_family(desk):
    profile = Partner("p", lms="bare", choices={"outline": "yes"})
    assert desk.order("scorm12", profile).options.outline == "yes"
    assert desk.order("scorm12", Partner("p", lms="bare"), {"outline": "yes"}).options.outline == (
        "yes"
    )
