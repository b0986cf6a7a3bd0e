"""What a page finds of the tool and of the request."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request

from lti_tool.tool import LANGUAGES, Tool

EXTENSION = "arrimage"


def tool() -> Tool:
    """Return the tool that the running application serves."""
    return cast("Tool", current_app.extensions[EXTENSION])


def accepted_languages() -> tuple[str, ...]:
    """Return those of our languages that the browser asks for, the preferred one first."""
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return tuple(dict.fromkeys(tag for tag in wanted if tag in LANGUAGES))


def page_language() -> str:
    """Return the language of the page: that of the launch, else of the browser, else French."""
    chosen: str | None = g.get("language")
    return chosen or (*accepted_languages(), *LANGUAGES)[0]


def use_language(language: str) -> None:
    """Show this page in a language, whatever the browser asks for."""
    g.language = language if language in LANGUAGES else LANGUAGES[0]
