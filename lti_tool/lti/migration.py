"""What a link, a class and a person were called in LTI 1.1 (LTI 1.3 migration guide, 3).

Anybody who can launch us could claim another's old names; so the claim is signed with the
secret that the platform and its tools shared in LTI 1.1.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from lti_tool.lti.claims import LONGEST_ID, LTI, UNSTORABLE, Claims

LONGEST_SIGNATURE = 100
"""Characters: SHA-256 in base64 has 44."""


@dataclass(frozen=True, slots=True)
class OlderIds:
    """A migration claim: to be believed only if it ``is_signed_with`` the key's secret.

    An identifier is ``None`` where the platform gives none: it is then the same as now.
    """

    consumer_key: str
    user_id: str | None
    context_id: str | None
    resource_link_id: str | None
    signature: str = field(repr=False)
    signed: str = field(repr=False)

    def is_signed_with(self, secret: str) -> bool:
        """Whether the holder of a secret made this claim, for this very launch (3.1.2)."""
        made = hmac.new(secret.encode(), self.signed.encode(), hashlib.sha256).digest()
        return hmac.compare_digest(base64.b64encode(made), self.signature.encode())


def read_older_ids(claims: Claims, client_id: str) -> OlderIds | None:
    """Return a launch's migration claim, ``None`` when it has none that could be signed."""
    claim = claims.get(f"{LTI}lti1p1")
    if not isinstance(claim, dict):
        return None
    key = _text(claim, "oauth_consumer_key")
    signature = _text(claim, "oauth_consumer_key_sign")
    if key is None or signature is None or len(signature) > LONGEST_SIGNATURE:
        return None
    signed = (
        key,
        claims[f"{LTI}deployment_id"],
        claims["iss"],
        client_id,
        f"{claims['exp']:.0f}",
        claims["nonce"],
    )
    return OlderIds(
        consumer_key=key,
        user_id=_text(claim, "user_id"),
        context_id=_text(claim, "context_id"),
        resource_link_id=_text(claim, "resource_link_id"),
        signature=signature,
        signed="&".join(signed),
    )


def _text(claim: Claims, name: str) -> str | None:
    value = claim.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)[: LONGEST_ID + 1]
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or UNSTORABLE.search(value):
        return None
    return value
