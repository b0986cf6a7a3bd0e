"""Who visits, in which language, and what is answered to those who may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app, request, session

from classroom.accounts import Account
from classroom.classroom import Classroom
from classroom.people import find_account
from classroom.texts import LANGUAGES, TEXTS

P = ParamSpec("P")
R = TypeVar("R")


class Refusal(Exception):
    """A request that ends in a page that says why.

    ``text`` names a sentence in ``texts``; ``detail`` is for whoever develops the tool.
    """

    def __init__(self, text: str, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.text = text
        self.detail = detail
        self.status = status


@dataclass(frozen=True, slots=True)
class Visit:
    """``account`` is ``None`` before an account is chosen."""

    account: Account | None
    language: str

    @property
    def texts(self) -> Mapping[str, str]:
        return TEXTS[self.language]


def visit() -> Visit:
    """The visit that the current request belongs to."""
    return Visit(find_account(session.get("account"), classroom().options), _language())


def _language() -> str:
    """What the visitor chose, else the browser's preference, else French."""
    wanted = request.args.get("lang")
    if wanted in LANGUAGES:
        session["language"] = wanted
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])


def classroom() -> Classroom:
    """The classroom that answers the current request."""
    found: Classroom = current_app.extensions["classroom"]
    return found


def visitor() -> Account:
    """The account of a view that ``for_account`` guards."""
    account = visit().account
    if account is None:
        abort(403)
    return account


def for_account(allowed: Callable[[Account], bool]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep a view for the accounts that ``allowed`` accepts: 403 for the others."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not allowed(visitor()):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


def refuse_other_sites() -> None:
    """Refuse a form that a page of another site posts.

    Our cookie is ``SameSite=Lax`` and would not come along; this says so, and also keeps
    others from choosing an account for the visitor.
    """
    origin = request.headers.get("Origin")
    if origin is not None and origin != classroom().options.url:
        raise Refusal("error_cross_site", f"Origin is {origin}", status=403)
