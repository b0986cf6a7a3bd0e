"""The addresses that a course's texts may hold."""

from __future__ import annotations

import re

MEDIA_NAME = re.compile(r"media/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,99})")
STEP_LINK = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")
EXTERNAL_LINK = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
MAIL_LINK = re.compile(r"mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)


def link_kind(target: str) -> str | None:
    """Return ``step``, ``external``, ``mail`` or ``media``; ``None`` for any other address."""
    for kind, pattern in (
        ("step", STEP_LINK),
        ("external", EXTERNAL_LINK),
        ("mail", MAIL_LINK),
        ("media", MEDIA_NAME),
    ):
        if pattern.fullmatch(target) and not (kind == "step" and target.startswith("media/")):
            return kind
    return None
