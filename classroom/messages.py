"""What a launch says: the claims of an id_token, as Moodle 4.5 fills them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from lti1p3platform.ags import LtiAgs
from lti1p3platform.deep_linking import LtiDeepLinking
from typing_extensions import override

from classroom import __version__
from classroom.accounts import Account
from classroom.options import NAME, Options
from classroom.platform import (
    AGS_SCOPES,
    CLAIM,
    DEEP_LINKING_CLAIM,
    ID_TOKEN_SECONDS,
    Launch,
)
from classroom.store import LineItem, ResourceLink

COURSE_TYPE = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"
COURSE_LABEL = "DEMO"

Target = Literal["iframe", "window"]


class GradeServiceClaim(LtiAgs):
    """The grade service, with the four scopes that Moodle grants."""

    @override
    def get_available_scopes(self) -> list[str]:
        return list(AGS_SCOPES)


class DeepLinkingClaim(LtiDeepLinking):
    """Deep linking settings as Moodle sends them: links to the tool only, no ``data``."""

    @override
    def get_lti_deep_linking_launch_claim(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        claim: dict[str, Any] = super().get_lti_deep_linking_launch_claim(*args, **kwargs)
        settings = claim[f"{DEEP_LINKING_CLAIM}deep_linking_settings"]
        settings["accept_types"] = ["ltiResourceLink"]
        settings["accept_presentation_document_targets"] = ["frame", "iframe", "window"]
        settings["auto_create"] = False
        return claim


@dataclass(frozen=True, slots=True)
class Situation:
    """Who launches, from which course, in which language and in what kind of window."""

    account: Account
    course_id: str
    language: str
    target: Target


class Addresses:
    """The classroom's own service addresses. Like Moodle's, they carry ``?type_id=1``."""

    def __init__(self, options: Options) -> None:
        self._services = f"{options.url}/services"
        self.return_url = f"{options.url}/return"
        self.deep_linking_return_url = f"{options.url}/lti/deep-linking/return"

    def line_items(self, course_id: str) -> str:
        return f"{self._services}/{course_id}/lineitems?type_id=1"

    def line_item(self, course_id: str, line_item_id: int) -> str:
        return f"{self._services}/{course_id}/lineitems/{line_item_id}/lineitem?type_id=1"

    def results(self, course_id: str, line_item_id: int) -> str:
        return f"{self._services}/{course_id}/lineitems/{line_item_id}/lineitem/results?type_id=1"

    def members(self, course_id: str) -> str:
        return f"{self._services}/{course_id}/memberships"


def describe(launch: Launch, options: Options, situation: Situation) -> None:
    """Put into ``launch`` what every message says, whatever its type."""
    account = situation.account
    addresses = Addresses(options)
    launch.set_id_token_expiration(ID_TOKEN_SECONDS)
    launch.set_user_data(account.user_id, list(account.roles), account.name, account.email)
    launch.set_launch_context_claim(situation.course_id, [COURSE_TYPE], NAME, COURSE_LABEL)
    launch.set_nrps(addresses.members(situation.course_id))
    launch.set_extra_claims(
        {
            "given_name": account.given_name,
            "family_name": account.family_name,
            f"{CLAIM}lis": {"person_sourcedid": "", "course_section_sourcedid": ""},
            f"{CLAIM}ext": {"user_username": account.username, "lms": "demonstration"},
            f"{CLAIM}tool_platform": {
                "guid": urlsplit(options.url).netloc,
                "name": NAME,
                "version": __version__,
                "product_family_code": "arrimage-classroom",
            },
            f"{CLAIM}launch_presentation": {
                "locale": situation.language,
                "document_target": situation.target,
                "return_url": addresses.return_url,
            },
        }
    )


def describe_link(
    launch: Launch,
    options: Options,
    course_id: str,
    link: ResourceLink,
    line_item: LineItem | None,
) -> None:
    """Make ``launch`` open a link. Without a column, it carries no ``lineitem`` (M)."""
    addresses = Addresses(options)
    launch.set_launch_url(f"{options.tool_url}{link.address}")
    launch.set_resource_link_claim(link.id, link.description, link.title)
    if link.custom:
        launch.set_custom_parameters_claim(dict(link.custom))
    claim = GradeServiceClaim(
        addresses.line_items(course_id),
        addresses.line_item(course_id, line_item.id) if line_item else None,
    )
    launch.set_extra_claims(claim.get_lti_ags_launch_claim())


class DeepLinkingLaunch(Launch):
    """Asks the tool what to add to the course (deep linking 2.0, 4.4)."""

    def set_return_url(self, url: str, title: str) -> None:
        self._dl = DeepLinkingClaim(url)
        self._deep_linking_launch_data = self._dl.get_lti_deep_linking_launch_claim(title)
