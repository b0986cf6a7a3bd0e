"""Who is in a classroom: the six who always are, and the rest of a whole class."""

from __future__ import annotations

from classroom.accounts import ACCOUNTS, Account
from classroom.class_of_thirty import CLASSMATES
from classroom.options import Options


def others(options: Options) -> tuple[Account, ...]:
    """The people of the course besides the six."""
    return tuple(one for one in everybody(options)[len(ACCOUNTS) :] if one.enrolled)


def everybody(options: Options) -> tuple[Account, ...]:
    """All who ever could enter, those who left included."""
    return (*ACCOUNTS, *CLASSMATES) if options.whole_class else ACCOUNTS


def members(options: Options) -> tuple[Account, ...]:
    """The people of the course, as its list gives them."""
    return tuple(one for one in everybody(options) if one.enrolled)


def in_gradebook(options: Options) -> tuple[Account, ...]:
    """The people for whom the gradebook has a line."""
    return tuple(one for one in everybody(options) if one.in_gradebook)


def find_account(user_id: object, options: Options) -> Account | None:
    """The account with that ``sub``, or ``None``: scores name people whom nobody knows."""
    return next((one for one in everybody(options) if one.user_id == user_id), None)
