"""What browsers may do with our pages."""

from __future__ import annotations

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
"""Nothing from elsewhere, and nothing inline that runs.

No ``frame-ancestors``: platforms show us in their frames, some under names that are
nowhere in their registration. A page of ours is worth nothing without a launch's token.
"""

UNFRAMED_POLICY = f"{CONTENT_SECURITY_POLICY}; frame-ancestors 'none'"
"""For pages that a cookie opens: nobody may have one clicked in a frame of theirs."""
