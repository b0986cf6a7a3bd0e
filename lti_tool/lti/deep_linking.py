"""Our answer to a platform that asked for content (LTI deep linking 2.0)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.lineitem import LineItem
from pylti1p3.registration import Registration

from lti_tool.lti.signing import KeySource
from lti_tool.models import Platform

DATA_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/data"


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One link to place in a class (LTI deep linking 2.0, 3.2).

    Without ``score_maximum`` the platform makes no column for it.
    """

    title: str
    url: str
    custom: Mapping[str, str]
    score_maximum: int | None
    resource_id: str


def deep_linking_response(
    platform: Platform,
    deployment_id: str,
    data: str | None,
    items: Sequence[ContentItem],
    keys: KeySource,
) -> str:
    """Return the signed answer, to be posted by the browser as ``JWT``."""
    registration = Registration().set_issuer(platform.issuer).set_client_id(platform.client_id)
    link = DeepLink(registration, deployment_id, {} if data is None else {"data": data})
    message = link.get_message_jwt([_resource(item) for item in items])
    if data is None:
        # Only what the platform gave is given back (LTI deep linking 2.0, 4.5.6).
        del message[DATA_CLAIM]
    message["nonce"] = secrets.token_urlsafe(24)
    return keys().sign(message)


def _resource(item: ContentItem) -> DeepLinkResource:
    resource = (
        DeepLinkResource()
        .set_title(item.title)
        .set_url(item.url)
        .set_custom_params(dict(item.custom))
    )
    if item.score_maximum is not None:
        column = LineItem().set_score_maximum(item.score_maximum).set_label(item.title)
        resource.set_lineitem(column.set_resource_id(item.resource_id))
    return resource
