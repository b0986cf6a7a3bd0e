"""Who is in a class (LTI Names and Role Provisioning Services 2.0).

``RosterClient`` reads the whole list, page after page, or nothing of it: half a list would
make the other half look as if they had left. The library's own service is not used: it
follows a next page to any host, in lower case, and without an end.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lti_tool.lti.claims import LONGEST_ID, UNSTORABLE, Claims, label, web_address
from lti_tool.lti.http import Answer, origin_of
from lti_tool.lti.roles import Role, role_in_class, takes_part
from lti_tool.lti.tokens import (
    NoToken,
    ScoreError,
    ServiceCall,
    TokenClient,
    comes_back,
    excerpt,
    retry_after,
    trusted_origins,
)
from lti_tool.models import Platform

ROSTER_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
"""Exact: Moodle answers to nothing else."""
PAGE_MEMBERS = 200
MOST_PAGES = 200
MOST_MEMBERS = 10_000
MOST_ROLES = 200
TOTAL_SECONDS = 40.0
LONGEST_LINK_HEADER = 16_000

UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404
GONE = 410
BUSY = frozenset({408, 425, 429})


class RosterFault(StrEnum):
    """Why the list did not come. ``services.objections`` puts it in words."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"
    PLATFORM_ERROR = "platform_error"
    ACCESS_REFUSED = "access_refused"
    NOT_ALLOWED = "not_allowed"
    GONE = "gone"
    REFUSED = "refused"
    FOREIGN_ADDRESS = "foreign_address"
    UNREADABLE = "unreadable"
    TOO_LONG = "too_long"
    INTERNAL = "internal"


class RosterError(Exception):
    """The list of a class did not come, or not whole.

    ``detail`` is for whoever reads the log, and holds nothing about a person.
    ``retry_after`` is how long the platform asks to be left alone.
    """

    def __init__(
        self, fault: RosterFault, detail: str = "", retry_after: timedelta | None = None
    ) -> None:
        super().__init__(f"{fault}: {detail}" if detail else str(fault))
        self.fault = fault
        self.detail = detail
        self.retry_after = retry_after


class MemberStatus(StrEnum):
    """Whether somebody is of the class now (NRPS 2.0, 2.3)."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the list. Every text is safe to store; of a person we keep the name.

    ``role`` is ``None`` for those who neither learn nor teach, such as mentors.
    """

    user_id: str
    name: str
    role: Role | None
    status: MemberStatus


@dataclass(frozen=True, slots=True)
class _Page:
    members: list[Member]
    next_url: str | None


class RosterClient:
    """Reads the lists of classes. Safe to share among threads."""

    def __init__(
        self, tokens: TokenClient, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._tokens = tokens
        self._monotonic = monotonic

    def members(
        self, platform: Platform, memberships_url: str, resource_link_id: str | None = None
    ) -> tuple[Member, ...]:
        """Return everybody on a class's list, once each, whatever their role and status.

        With ``resource_link_id``, those who may open that link (NRPS 2.0, 3). No role is
        asked for: Moodle forgets it from the second page on. Raise ``RosterError``.
        """
        kept = {"rlid": resource_link_id} if resource_link_id else {}
        url: str | None = _with(memberships_url, {"limit": str(PAGE_MEMBERS), **kept})
        deadline = self._monotonic() + TOTAL_SECONDS
        seen: set[str] = set()
        found: list[Member] = []
        while url is not None:
            if url in seen or len(seen) >= MOST_PAGES:
                raise RosterError(RosterFault.UNREADABLE, "the pages of the list have no end")
            if self._monotonic() > deadline:
                raise RosterError(RosterFault.UNREACHABLE, f"more than {TOTAL_SECONDS:.0f} s")
            seen.add(url)
            page = self._page(platform, url)
            found += page.members
            if len(found) > MOST_MEMBERS:
                raise RosterError(RosterFault.TOO_LONG, f"more than {MOST_MEMBERS} members")
            url = _with(page.next_url, kept) if page.next_url else None
        return _once_each(found)

    def _page(self, platform: Platform, url: str) -> _Page:
        if origin_of(url) not in trusted_origins(platform):
            raise RosterError(
                RosterFault.FOREIGN_ADDRESS,
                f"{origin_of(url) or 'no web address'} is not one of the platform's registered "
                "hosts: no access token is sent there",
            )
        try:
            answer = self._tokens.call(
                platform, [ROSTER_SCOPE], ServiceCall("GET", url, {"Accept": MEMBERS_TYPE})
            )
        except ScoreError as error:
            raise _no_answer(error) from error
        if not answer.ok:
            raise _refusal(answer)
        return _Page(list(_members(answer)), next_page(answer.headers.get("link", ""), url))


def next_page(header: str, url: str) -> str | None:
    """Return the address of the page after ``url`` that a ``Link`` header names (RFC 8288).

    Platforms write ``&`` as in HTML, round quotes, or none; an address may hold commas and
    semicolons. Raise ``RosterError`` when there is a next page but no usable address of it.
    """
    header = _readable(header[:LONGEST_LINK_HEADER])
    for target, parameters in re.findall(r"<([^<>]*)>([^<>]*)", header):
        relation = re.search(r";\s*rel\s*=\s*([^;,]*)", parameters, re.IGNORECASE)
        if relation and "next" in relation[1].strip("\"'“”„«»‘’ \t").lower().split():
            return _target(target, url)
    return None


def _target(target: str, url: str) -> str:
    try:
        address = web_address(urljoin(url, target.strip().replace("&amp;", "&")))
    except ValueError:
        address = None
    if address is None:
        raise RosterError(RosterFault.UNREADABLE, "the next page's address cannot be read")
    return address


def _readable(header: str) -> str:
    """Read as UTF-8 what HTTP libraries read as Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _with(url: str, parameters: Mapping[str, str]) -> str:
    """Return the address with these parameters, where it does not have them already."""
    parts = urlsplit(url)
    present = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    missing = {name: value for name, value in parameters.items() if name not in present}
    query = "&".join(filter(None, (parts.query, urlencode(missing))))
    return urlunsplit(parts._replace(query=query, fragment=""))


def _members(answer: Answer) -> Iterator[Member]:
    try:
        listed: Any = json.loads(answer.body)["members"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise RosterError(RosterFault.UNREADABLE, "the answer is not a list of members") from error
    if not isinstance(listed, list):
        raise RosterError(RosterFault.UNREADABLE, "the answer's members are not a list")
    for described in listed:
        member = _member(described) if isinstance(described, dict) else None
        if member is not None:
            yield member


def _member(described: Claims) -> Member | None:
    """Read one member; ``None`` for somebody whom no launch could name either."""
    user_id = described.get("user_id")
    if (
        not isinstance(user_id, str)
        or not 0 < len(user_id.strip()) <= len(user_id) <= LONGEST_ID
        or UNSTORABLE.search(user_id)
    ):
        return None
    roles = described.get("roles")
    named = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
    return Member(
        user_id=user_id,
        name=label(described, "name")
        or " ".join(
            filter(None, (label(described, "given_name"), label(described, "family_name")))
        ),
        role=_role(named[:MOST_ROLES]),
        status=_status(described.get("status")),
    )


def _role(roles: list[str]) -> Role | None:
    role = role_in_class(roles)
    return role if role is Role.INSTRUCTOR or takes_part(roles) else None


def _status(status: object) -> MemberStatus:
    """Return the status; without one that we know, a member is active (NRPS 2.0, 2.3)."""
    name = status.rpartition("#")[2].lower() if isinstance(status, str) else ""
    return MemberStatus(name) if name in set(MemberStatus) else MemberStatus.ACTIVE


def _once_each(members: Iterable[Member]) -> tuple[Member, ...]:
    """Put those together whom the platform lists several times, for a role or group each."""
    people: dict[str, Member] = {}
    for member in members:
        known = people.get(member.user_id)
        people[member.user_id] = member if known is None else _together(known, member)
    return tuple(people.values())


def _together(one: Member, other: Member) -> Member:
    order = list(MemberStatus)
    present = min(one, other, key=lambda member: order.index(member.status))
    roles = {member.role for member in (one, other) if member.status is present.status}
    role = next((role for role in (Role.INSTRUCTOR, Role.LEARNER) if role in roles), None)
    return replace(present, name=one.name or other.name, role=role)


def _no_answer(error: ScoreError) -> RosterError:
    if isinstance(error, NoToken):
        fault = RosterFault.ACCESS_REFUSED
    elif error.status is None:
        fault = RosterFault.UNREACHABLE
    else:
        fault = RosterFault.BUSY if error.status in BUSY else RosterFault.PLATFORM_ERROR
    return RosterError(fault, str(error), error.retry_after)


def _refusal(answer: Answer) -> RosterError:
    faults = {
        UNAUTHORIZED: RosterFault.ACCESS_REFUSED,
        FORBIDDEN: RosterFault.NOT_ALLOWED,
        NOT_FOUND: RosterFault.GONE,
        GONE: RosterFault.GONE,
    }
    fault = faults.get(answer.status, RosterFault.REFUSED)
    if comes_back(answer.status):
        fault = RosterFault.BUSY if answer.status in BUSY else RosterFault.PLATFORM_ERROR
    detail = f"HTTP {answer.status} {excerpt(answer.body)}".strip()
    return RosterError(fault, detail, retry_after(answer))
