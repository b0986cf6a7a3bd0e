"""Calls to a platform's services: who may be called, why not, and lists page after page.

The library's own services are not used for lists: they follow a next page to any host, in
lower case, and without an end.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lti_tool.lti.claims import web_address
from lti_tool.lti.http import Answer, origin_of
from lti_tool.lti.tokens import (
    UNAUTHORIZED,
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

MOST_PAGES = 200
TOTAL_SECONDS = 40.0
LONGEST_LINK_HEADER = 16_000

FORBIDDEN = 403
NOT_FOUND = 404
GONE = 410
BUSY = frozenset({408, 425, 429})


class ServiceFault(StrEnum):
    """Why a service did not do what we asked. ``services.objections`` puts it in words."""

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


class ServiceError(Exception):
    """A service did not do what we asked, or not wholly.

    ``detail`` is for whoever reads the log, and holds nothing about a person.
    ``retry_after`` is how long the platform asks to be left alone.
    """

    def __init__(
        self, fault: ServiceFault, detail: str = "", retry_after: timedelta | None = None
    ) -> None:
        super().__init__(f"{fault}: {detail}" if detail else str(fault))
        self.fault = fault
        self.detail = detail
        self.retry_after = retry_after


class Services:
    """Calls services with a token. Safe to share among threads."""

    def __init__(
        self, tokens: TokenClient, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._tokens = tokens
        self._monotonic = monotonic

    def call(self, platform: Platform, scope: str, service_call: ServiceCall) -> Answer:
        """Make one call and return its answer, which is a good one. Raise ``ServiceError``.

        No token goes to a host that is not one of the platform's.
        """
        origin = origin_of(service_call.url)
        if origin not in trusted_origins(platform):
            raise ServiceError(
                ServiceFault.FOREIGN_ADDRESS,
                f"{origin or 'no web address'} is not one of the platform's registered "
                "hosts: no access token is sent there",
            )
        try:
            answer = self._tokens.call(platform, [scope], service_call)
        except ScoreError as error:
            raise _no_answer(error) from error
        if not answer.ok:
            raise _refusal(answer)
        return answer

    def pages(
        self, platform: Platform, scope: str, url: str, accept: str, kept: Mapping[str, str]
    ) -> Iterator[Answer]:
        """Yield the pages of a list, as their ``Link`` headers lead (RFC 8288).

        ``kept`` are parameters that every page's address must have: Moodle forgets some of
        them from the second page on. Raise ``ServiceError``.
        """
        following: str | None = with_parameters(url, kept)
        deadline = self._monotonic() + TOTAL_SECONDS
        seen: set[str] = set()
        while following is not None:
            if following in seen or len(seen) >= MOST_PAGES:
                raise ServiceError(ServiceFault.UNREADABLE, "the pages of the list have no end")
            if self._monotonic() > deadline:
                raise ServiceError(ServiceFault.UNREACHABLE, f"more than {TOTAL_SECONDS:.0f} s")
            seen.add(following)
            asked = ServiceCall("GET", following, {"Accept": accept})
            answer = self.call(platform, scope, asked)
            yield answer
            after = next_page(answer.headers.get("link", ""), following)
            following = with_parameters(after, kept) if after else None


def read_json(answer: Answer) -> Any:
    """Return what an answer says. Raise ``ServiceError`` when it is not JSON."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise ServiceError(ServiceFault.UNREADABLE, "the answer is not JSON") from error


def below(url: str, name: str) -> str:
    """Return the address below another one; the query stays behind it, as Moodle wants."""
    path, question_mark, query = url.partition("?")
    return f"{path.rstrip('/')}/{name}{question_mark}{query}"


def entries(answer: Answer, name: str) -> list[Any]:
    """Return the list of that name in an answer. Raise ``ServiceError`` when there is none."""
    said = read_json(answer)
    listed = said.get(name) if isinstance(said, dict) else None
    if not isinstance(listed, list):
        raise ServiceError(ServiceFault.UNREADABLE, f"the answer is not a list of {name}")
    return listed


def next_page(header: str, url: str) -> str | None:
    """Return the address of the page after ``url`` that a ``Link`` header names.

    Raise ``ServiceError`` when there is a next page but no usable address of it.
    """
    return linked(header, url, "next")


def linked(header: str, url: str, wanted: str) -> str | None:
    """Return the address that a ``Link`` header at ``url`` gives for a relation (RFC 8288).

    Platforms write ``&`` as in HTML, round quotes, or none; an address may hold commas and
    semicolons. Raise ``ServiceError`` when there is such a link but no usable address in it.
    """
    header = _readable(header[:LONGEST_LINK_HEADER])
    for target, parameters in re.findall(r"<([^<>]*)>([^<>]*)", header):
        relation = re.search(r";\s*rel\s*=\s*([^;,]*)", parameters, re.IGNORECASE)
        if relation and wanted in relation[1].strip("\"'“”„«»‘’ \t").lower().split():
            return _target(target, url)
    return None


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """Return the address with these parameters, where it does not have them already.

    What is no address stays what it is: ``call`` refuses it.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    present = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    missing = {name: value for name, value in parameters.items() if name not in present}
    query = "&".join(filter(None, (parts.query, urlencode(missing))))
    return urlunsplit(parts._replace(query=query, fragment=""))


def _target(target: str, url: str) -> str:
    try:
        address = web_address(urljoin(url, target.strip().replace("&amp;", "&")))
    except ValueError:
        address = None
    if address is None:
        raise ServiceError(ServiceFault.UNREADABLE, "a linked page's address cannot be read")
    return address


def _readable(header: str) -> str:
    """Read as UTF-8 what HTTP libraries read as Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _no_answer(error: ScoreError) -> ServiceError:
    if isinstance(error, NoToken):
        fault = ServiceFault.ACCESS_REFUSED
    elif error.status is None:
        fault = ServiceFault.UNREACHABLE
    else:
        fault = ServiceFault.BUSY if error.status in BUSY else ServiceFault.PLATFORM_ERROR
    return ServiceError(fault, str(error), error.retry_after)


def _refusal(answer: Answer) -> ServiceError:
    faults = {
        UNAUTHORIZED: ServiceFault.ACCESS_REFUSED,
        FORBIDDEN: ServiceFault.NOT_ALLOWED,
        NOT_FOUND: ServiceFault.GONE,
        GONE: ServiceFault.GONE,
    }
    fault = faults.get(answer.status, ServiceFault.REFUSED)
    if comes_back(answer.status):
        fault = ServiceFault.BUSY if answer.status in BUSY else ServiceFault.PLATFORM_ERROR
    detail = f"HTTP {answer.status} {excerpt(answer.body)}".strip()
    return ServiceError(fault, detail, retry_after(answer))
