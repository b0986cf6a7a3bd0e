"""The groups of a class (LTI Course Groups Service 1.0), and those that a launch names.

The service tells which groups a class has; who is in them comes with the list of its people
(``lti.rosters``). Moodle has no such service: it can put the numbers of a person's groups
into a custom parameter of each launch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lti_tool.lti.claims import Claims, group, identifier, label, web_address
from lti_tool.lti.services import ServiceError, ServiceFault, Services, entries, with_parameters
from lti_tool.lti.tokens import TokenClient
from lti_tool.models import Platform

GROUPS_CLAIM: Final = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
GROUP_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
GROUPS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
SETS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupsetcontainer+json"
GROUPS_VERSION = "1.0"
PAGE_GROUPS = 200
MOST_GROUPS = 2_000
MOST_OF_A_PERSON = 100

GROUP_IDS: Final = "group_ids"
"""The custom parameter that a platform may fill with the groups of whoever launches."""
GROUP_IDS_VARIABLE: Final = "$Moodle.Person.userGroupIds"


@dataclass(frozen=True, slots=True)
class GroupsService:
    """Where a platform tells the groups of a class, and the sets of them if it has any."""

    groups_url: str
    sets_url: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a class. Every text is safe to store; a group outside any set has none."""

    group_id: str
    name: str
    set_id: str = ""
    set_name: str = ""


class GroupsClient:
    """Reads the groups of classes. Safe to share among threads."""

    def __init__(
        self, tokens: TokenClient, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._services = Services(tokens, monotonic)

    def groups(self, platform: Platform, service: GroupsService) -> tuple[Group, ...]:
        """Return every group of a class once, with the name of its set.

        Raise ``ServiceError``: the groups and their sets come together, or not at all.
        """
        sets = self._sets(platform, service.sets_url) if service.sets_url else {}
        found = {}
        for described in self._described(platform, service.groups_url, GROUPS_TYPE, "groups"):
            group_id = identifier(described.get("id"))
            if group_id is None:
                continue
            set_id = identifier(described.get("set_id")) or ""
            found[group_id] = Group(
                group_id, label(described, "name"), set_id, sets.get(set_id, "")
            )
        return tuple(found.values())

    def _sets(self, platform: Platform, url: str) -> Mapping[str, str]:
        described = self._described(platform, url, SETS_TYPE, "sets")
        named = ((identifier(each.get("id")), label(each, "name")) for each in described)
        return {set_id: name for set_id, name in named if set_id is not None}

    def _described(
        self, platform: Platform, url: str, media_type: str, name: str
    ) -> Sequence[Claims]:
        first = with_parameters(url, {"limit": str(PAGE_GROUPS)})
        found: list[Claims] = []
        for page in self._services.pages(platform, GROUP_SCOPE, first, media_type, {}):
            found += [each for each in entries(page, name) if isinstance(each, dict)]
            if len(found) > MOST_GROUPS:
                raise ServiceError(ServiceFault.TOO_LONG, f"more than {MOST_GROUPS} {name}")
        return found


def groups_service(claims: Claims) -> GroupsService | None:
    """Return where a launch says that the groups are, if we may ask (Course Groups 1.0, 3.1)."""
    service = group(claims, GROUPS_CLAIM) or {}
    versions = service.get("service_versions", [GROUPS_VERSION])
    scopes = service.get("scope")
    url = web_address(service.get("context_groups_url"))
    if url is None or not isinstance(scopes, list) or GROUP_SCOPE not in scopes:
        return None
    if not isinstance(versions, list) or GROUPS_VERSION not in versions:
        return None
    return GroupsService(url, web_address(service.get("context_group_sets_url")))


def told_groups(custom: Claims) -> tuple[str, ...] | None:
    """Return the groups that custom parameters name: none of them, or ``None`` if untold.

    A ``$Variable`` that the platform does not know arrives as it is, and tells nothing.
    """
    told = custom.get(GROUP_IDS)
    if not isinstance(told, str) or told.strip().startswith("$"):
        return None
    return group_ids(part.strip() for part in told.split(","))


def group_ids(values: Iterable[Any]) -> tuple[str, ...]:
    """Return the usable identifiers among some values, once each, so many at most."""
    usable = (identifier(value) for value in values)
    return tuple(dict.fromkeys(each for each in usable if each is not None))[:MOST_OF_A_PERSON]
