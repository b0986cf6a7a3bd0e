"""What cmi5 asks of an assignable unit's statements, written down again from its specification.

Nothing here knows how our player makes them. ``violations`` says in words which rule of which
section is broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

Statement = dict[str, Any]

VERBS = "http://adlnet.gov/expapi/verbs/"
CMI5 = "https://w3id.org/xapi/cmi5/"
CATEGORY = f"{CMI5}context/categories/cmi5"
MOVE_ON = f"{CMI5}context/categories/moveon"
SESSION = f"{CMI5}context/extensions/sessionid"
MASTERY = f"{CMI5}context/extensions/masteryscore"
PROGRESS = f"{CMI5}result/extensions/progress"
DURATION = re.compile(r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")

OF_UNITS = frozenset({"initialized", "completed", "passed", "failed", "terminated"})
WITH_DURATION = frozenset({"completed", "passed", "failed", "terminated"})


@dataclass(frozen=True)
class Terms:
    """On what terms the platform launched a session."""

    session: str
    registration: str
    activity: str
    publisher: str
    actor: dict[str, Any]
    mode: str
    mastery: float | None


def verb_of(statement: Statement) -> str:
    return str(statement["verb"]["id"]).removeprefix(VERBS)


def is_defined(statement: Statement) -> bool:
    return CATEGORY in _ids(statement, "category")


def _ids(statement: Statement, kind: str) -> list[str]:
    return [each["id"] for each in statement["context"]["contextActivities"].get(kind, [])]


def violations(sessions: list[tuple[Terms, list[Statement]]]) -> list[str]:
    """Return what is wrong with the statements of one registration, session by session.

    Statements come in the order in which the record store was given them.
    """
    found = [
        f"{terms.session}: {fault}"
        for terms, statements in sessions
        for fault in _of_session(terms, statements)
    ]
    units = {terms.activity for terms, _statements in sessions}
    for unit in sorted(units):
        told = [
            verb_of(statement)
            for terms, statements in sessions
            if terms.activity == unit
            for statement in statements
            if is_defined(statement)
        ]
        found += [f"{unit}: {fault}" for fault in _of_registration(told)]
    return found


def _of_registration(told: list[str]) -> Iterator[str]:
    for verb in ("completed", "passed"):
        if told.count(verb) > 1:
            yield f"{verb} more than once in a registration (9.3)"
    if "passed" in told and "failed" in told[told.index("passed") :]:
        yield "failed after passed (9.3)"


def _of_session(terms: Terms, statements: list[Statement]) -> Iterator[str]:
    if not statements:
        yield "nothing was said"
        return
    verbs = [verb_of(each) if is_defined(each) else "allowed" for each in statements]
    if verbs[0] != "initialized":
        yield f"{verbs[0]} comes first (9.3.2)"
    if verbs[-1] != "terminated":
        yield f"{verbs[-1]} comes last (9.3.8)"
    moments = [_moment(each) for each in statements]
    if moments != sorted(moments):
        yield "the order is not that of the timestamps (9.7)"
    defined = [verb for verb in verbs if verb != "allowed"]
    if len(set(defined)) < len(defined):
        yield f"a verb comes twice: {defined} (9.3)"
    if {"passed", "failed"} <= set(defined):
        yield "passed and failed in one session (9.3)"
    if terms.mode != "Normal" and set(verbs) - {"initialized", "terminated"}:
        yield f"{verbs} in the mode {terms.mode} (10)"
    if len({each["id"] for each in statements}) < len(statements):
        yield "a number is used twice (9.1)"
    for each in statements:
        faults = _of_all(terms, each), _of_defined(terms, each), _of_allowed(each)
        yield from (f"{verb_of(each)}: {fault}" for group in faults for fault in group)


def _moment(statement: Statement) -> datetime:
    return datetime.fromisoformat(statement["timestamp"])


def _of_all(terms: Terms, statement: Statement) -> Iterator[str]:
    if str(UUID(statement["id"])) != statement["id"].lower():
        yield "its number is no UUID (9.1)"
    if _moment(statement).utcoffset() != timedelta(0):
        yield "its time is not UTC (9.7)"
    if statement["actor"] != terms.actor or "account" not in statement["actor"]:
        yield "it is of somebody else (9.2)"
    context = statement["context"]
    if context["registration"] != terms.registration:
        yield "it is of another registration (9.6.1)"
    if context["extensions"].get(SESSION) != terms.session:
        yield "it is of another session (9.6.3.1)"
    if terms.publisher not in _ids(statement, "grouping"):
        yield "the template's grouping is gone (10)"


def _of_allowed(statement: Statement) -> Iterator[str]:
    if not is_defined(statement) and MOVE_ON in _ids(statement, "category"):
        yield "a statement that is not defined has the category moveOn (9.6.2.2)"


def _of_defined(terms: Terms, statement: Statement) -> Iterator[str]:
    if not is_defined(statement):
        return
    verb = verb_of(statement)
    result = statement.get("result", {})
    if verb not in OF_UNITS:
        yield "units do not say so (9.3)"
    if statement["object"]["id"] != terms.activity:
        yield "it is about something else (9.4)"
    if result.get("success") != {"passed": True, "failed": False}.get(verb):
        yield f"success is {result.get('success')} (9.5.2)"
    if result.get("completion") != {"completed": True}.get(verb):
        yield f"completion is {result.get('completion')} (9.5.3)"
    decides = "success" in result or "completion" in result
    if decides != (MOVE_ON in _ids(statement, "category")):
        yield "the category moveOn is where it should not be, or not where it should (9.6.2.2)"
    if verb in WITH_DURATION and not DURATION.fullmatch(result.get("duration", "")):
        yield f"duration is {result.get('duration')!r} (9.5.4)"
    progress = result.get("extensions", {}).get(PROGRESS, 0)
    if type(progress) is not int or not 0 <= progress <= 100:
        yield f"progress is {progress!r} (9.5.5.1)"
    if verb == "completed" and PROGRESS in result.get("extensions", {}):
        yield "completed says how far one has come (9.5.5.1)"
    yield from _of_score(terms, verb, statement)


def _of_score(terms: Terms, verb: str, statement: Statement) -> Iterator[str]:
    score = statement.get("result", {}).get("score")
    told = statement["context"]["extensions"].get(MASTERY)
    if told != (terms.mastery if verb in {"passed", "failed"} else None):
        yield f"the mastery score is told as {told} (9.6.3.2)"
    if score is None:
        return
    if verb not in {"passed", "failed"}:
        yield "it has a score (9.5.1)"
    if not 0 <= score["scaled"] <= 1:
        yield f"the score is {score['scaled']} (9.5.1)"
    bounds = [score.get(name) for name in ("min", "raw", "max")]
    is_whole = all(type(each) is int for each in bounds)
    if "raw" in score and (not is_whole or bounds != sorted(bounds)):
        yield f"the raw score is not within its bounds: {bounds} (9.5.1)"
    if terms.mastery is not None and (score["scaled"] >= terms.mastery) != (verb == "passed"):
        yield f"{score['scaled']} against a mastery score of {terms.mastery} (9.3.4, 9.3.5)"
