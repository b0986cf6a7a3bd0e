"""The addresses that a course's texts may hold."""

from __future__ import annotations

import re

MEDIA_NAME = re.compile(r"media/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,99})")
GLOSSARY = "glossaire"
"""The id of the glossary, a unit of one page beside the course's own units."""

STEP_LINK = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")
EXTERNAL_LINK = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
MAIL_LINK = re.compile(r"mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)


def link_kind(target: str) -> str | None:
    """Return ``step``, ``term``, ``external``, ``mail`` or ``media``; ``None`` for any other.

    A term is an entry of the glossary, ``glossaire/id``; the glossary itself is a step.
    """
    for kind, pattern in (
        ("step", STEP_LINK),
        ("external", EXTERNAL_LINK),
        ("mail", MAIL_LINK),
        ("media", MEDIA_NAME),
    ):
        if pattern.fullmatch(target) and not (kind == "step" and target.startswith("media/")):
            return "term" if kind == "step" and is_term(target) else kind
    return None


def term_path(term_id: str) -> str:
    """Return the address of an entry of the glossary."""
    return f"{GLOSSARY}/{term_id}"


def is_term(path: str) -> bool:
    """Tell an entry's address from those of steps, the glossary's own among them."""
    return path.startswith(f"{GLOSSARY}/") and path != term_path(GLOSSARY)
