"""What a launch says: the claims of an id_token, as Moodle 4.5 fills them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from lti1p3platform.ags import LtiAgs
from lti1p3platform.deep_linking import LtiDeepLinking
from typing_extensions import override

from classroom import __version__
from classroom.accounts import Account
from classroom.groups import GROUPS_CLAIM, substituted
from classroom.options import COURSE_HISTORY, LINK_HISTORY, NAME, Options
from classroom.platform import (
    AGS_SCOPES,
    CLAIM,
    DEEP_LINKING_CLAIM,
    GROUP_SCOPE,
    ID_TOKEN_SECONDS,
    Launch,
)
from classroom.store import LineItem, ResourceLink, Store
from classroom.tools import SUBMISSION_REVIEW

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
    """Who launches, from which course, in which language and in what kind of window.

    ``tool_custom`` are the custom parameters that every launch of the tool has, and
    ``variables`` the values of those that the link's history fills.
    """

    account: Account
    course_id: str
    language: str
    target: Target
    tool_custom: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


def histories(store: Store, link: ResourceLink) -> dict[str, str]:
    """The values of the variables that tell of copies (LTI 1.3 core, B.3 and B.5)."""
    return {
        COURSE_HISTORY: _listed(store.history(store.course_id)),
        LINK_HISTORY: _listed(store.history(link.id)),
    }


def _listed(names: Sequence[str]) -> str:
    """Write a history: percent-encoded, the newest first, commas in between (core, B.3)."""
    return ",".join(quote(name, safe="") for name in names)


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

    def groups(self, course_id: str) -> str:
        return f"{self._services}/{course_id}/groups"

    def group_sets(self, course_id: str) -> str:
        return f"{self._services}/{course_id}/groupsets"


def describe(launch: Launch, options: Options, situation: Situation) -> None:
    """Put into ``launch`` what every message says, whatever its type."""
    account = situation.account
    addresses = Addresses(options)
    launch.set_id_token_expiration(ID_TOKEN_SECONDS)
    launch.set_user_data(account.user_id, list(account.roles), account.name, account.email)
    launch.set_launch_context_claim(situation.course_id, [COURSE_TYPE], NAME, COURSE_LABEL)
    launch.set_nrps(addresses.members(situation.course_id))
    if options.groups == "service":
        describe_groups(launch, options, situation.course_id)
    if account.mentored:
        launch.set_extra_claims({f"{CLAIM}role_scope_mentor": list(account.mentored)})
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


def describe_groups(launch: Launch, options: Options, course_id: str) -> None:
    """Say where the course's groups are (Course Groups 1.0, 3.1)."""
    addresses = Addresses(options)
    launch.set_extra_claims(
        {
            GROUPS_CLAIM: {
                "scope": [GROUP_SCOPE],
                "context_groups_url": addresses.groups(course_id),
                "context_group_sets_url": addresses.group_sets(course_id),
                "service_versions": ["1.0"],
            }
        }
    )


def describe_link(
    launch: Launch,
    options: Options,
    situation: Situation,
    link: ResourceLink,
    line_item: LineItem | None,
) -> None:
    """Make ``launch`` open a link. Without a column, it carries no ``lineitem`` (M)."""
    addresses = Addresses(options)
    course_id = situation.course_id
    launch.set_launch_url(f"{options.tool_url}{link.address}")
    launch.set_resource_link_claim(link.id, link.description, link.title)
    custom = {**situation.tool_custom, **link.custom}
    if options.groups == "parameter":
        custom = {name: substituted(custom[name], situation.account, options) for name in custom}
    custom = {name: situation.variables.get(value, value) for name, value in custom.items()}
    if custom:
        launch.set_custom_parameters_claim(_dated(custom, link))
    claim = GradeServiceClaim(
        addresses.line_items(course_id),
        addresses.line_item(course_id, line_item.id) if line_item else None,
    )
    launch.set_extra_claims(claim.get_lti_ags_launch_claim())


def describe_review(
    launch: Launch, options: Options, course_id: str, line_item: LineItem, student: Account
) -> None:
    """Make ``launch`` show a student's work in a column (Submission Review 1.0).

    The column may be one that the tool made for itself, of no link.
    """
    addresses = Addresses(options)
    launch.set_launch_url(options.launch_url)
    claim = GradeServiceClaim(
        addresses.line_items(course_id), addresses.line_item(course_id, line_item.id)
    )
    launch.set_extra_claims(
        {
            **claim.get_lti_ags_launch_claim(),
            f"{CLAIM}message_type": SUBMISSION_REVIEW,
            f"{CLAIM}for_user": {
                "user_id": student.user_id,
                "name": student.name,
                "roles": list(student.roles),
            },
        }
    )


def _dated(custom: Mapping[str, str], link: ResourceLink) -> dict[str, str]:
    """The parameters, with the link's dates in place of their variables (LTI 1.3 core, 5.4.6.1).

    A variable for which there is no date goes out as it is written (M).
    """
    known = {
        "$ResourceLink.available.startDateTime": link.opens_at,
        "$ResourceLink.submission.endDateTime": link.due_at,
    }
    return {name: known.get(value) or value for name, value in custom.items()}


class DeepLinkingLaunch(Launch):
    """Asks the tool what to add to the course (deep linking 2.0, 4.4)."""

    def set_return_url(self, url: str, title: str) -> None:
        self._dl = DeepLinkingClaim(url)
        self._deep_linking_launch_data = self._dl.get_lti_deep_linking_launch_claim(title)
