"""What a launch writes: its login used up, class, link, person, their place, and the window.

All of it or nothing, and only what is new or changed: the students of a class who come in
at once must not wait for one another on the row of their class. Two ways lead there, and the
same tests hold both:

- PostgreSQL is asked once. ``_AT_ONCE`` is one statement, and so a transaction of its own.
  Its parts see the database as it was before, and one another by what they return.
- SQLite is in this very process: a question costs next to nothing, and the same steps are
  taken one after the other.

Whoever adds something that a launch writes adds it to ``Arrival`` and to both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.orm import Session

from lti_tool.models import (
    Context,
    Deployment,
    Learner,
    Membership,
    Platform,
    ResourceLink,
    Standing,
    UsedLogin,
    WindowSession,
    folded_name,
)


class Arrival(TypedDict):
    """A launch in the words of the tables. ``sub`` is ``None`` for somebody without a name."""

    login_id: str
    login_expires_at: datetime
    platform_id: int
    deployment_id: str
    context_id: str
    context_title: str
    """Empty when the launch does not say: the title that we know then stays."""
    memberships_url: str | None
    groups_url: str | None
    group_sets_url: str | None
    resource_link_id: str
    resource_link_title: str
    course: str
    target: str
    line_item_url: str | None
    line_items_url: str | None
    grade_scopes: Sequence[str]
    sub: str | None
    name: str
    is_test_user: bool
    """A person who was one once stays one."""
    role: str
    mentored: Sequence[str] | None
    token_hash: str
    language: str
    return_url: str | None
    due_at: datetime | None
    moment: datetime
    session_expires_at: datetime


@dataclass(frozen=True, slots=True)
class Arrived:
    """The keys of what was written. ``learner_id`` is ``None`` for somebody without a name.

    ``newcomer``: never before had a window in this class, and so has no work in it.
    ``counting`` and ``pass_mark`` are the link's (``services.grading_policy``).
    """

    context_pk: int
    resource_link_pk: int
    learner_id: int | None
    newcomer: bool
    counting: str
    pass_mark: int | None


def arrive_at_once(cursor: DBAPICursor, arrival: Arrival) -> Arrived | None:
    """Write a launch into PostgreSQL, by a cursor of its driver.

    Return ``None``, having written nothing, when the login is used up already, or the
    deployment is gone or its platform suspended.
    """
    written: dict[str, Any] = {
        **arrival,
        "grade_scopes": json.dumps(arrival["grade_scopes"]),
        "mentored": None if arrival["mentored"] is None else json.dumps(arrival["mentored"]),
        "sort_name": folded_name(arrival["name"]),
    }
    parameters = {short: written[name] for name, short in _SHORT_NAMES.items()}
    cursor.execute(STATEMENT, parameters)
    row = cursor.fetchone()
    return None if row is None else Arrived(*row)


def arrive_step_by_step(db: Session, arrival: Arrival) -> Arrived | None:
    """Write a launch into SQLite, in the caller's transaction. Return as ``arrive_at_once``."""
    deployment_pk = open_deployment(db, arrival["platform_id"], arrival["deployment_id"])
    if deployment_pk is None or not _write_login(db, arrival):
        return None
    context_pk = _keep(
        db,
        Context,
        {"deployment_id": deployment_pk, "context_id": arrival["context_id"]},
        {
            "title": arrival["context_title"],
            "memberships_url": arrival["memberships_url"],
            "groups_url": arrival["groups_url"],
            "group_sets_url": arrival["group_sets_url"],
        },
        unless_empty=("title",),
    )
    resource_link_pk = _keep(
        db,
        ResourceLink,
        {"context_pk": context_pk, "resource_link_id": arrival["resource_link_id"]},
        {
            "title": arrival["resource_link_title"],
            "course": arrival["course"],
            "target": arrival["target"],
            "line_item_url": arrival["line_item_url"],
            "line_items_url": arrival["line_items_url"],
            "grade_scopes": list(arrival["grade_scopes"]),
        },
    )
    learner_id, newcomer = None, True
    if arrival["sub"] is not None:
        learner_id = _keep(
            db,
            Learner,
            {"platform_id": arrival["platform_id"], "sub": arrival["sub"]},
            {
                "name": arrival["name"],
                "sort_name": folded_name(arrival["name"]),
                "is_test_user": arrival["is_test_user"],
            },
            unless_empty=("is_test_user",),
        )
        newcomer = _keep_membership(db, context_pk, learner_id, arrival)
    db.execute(
        sqlite.insert(WindowSession).values(
            token_hash=arrival["token_hash"],
            resource_link_pk=resource_link_pk,
            learner_id=learner_id,
            role=arrival["role"],
            mentored=arrival["mentored"],
            language=arrival["language"],
            return_url=arrival["return_url"],
            due_at=arrival["due_at"],
            created_at=arrival["moment"],
            expires_at=arrival["session_expires_at"],
        )
    )
    policy = select(ResourceLink.counting, ResourceLink.pass_mark)
    counting, pass_mark = db.execute(policy.where(ResourceLink.id == resource_link_pk)).one()
    return Arrived(context_pk, resource_link_pk, learner_id, newcomer, counting, pass_mark)


def open_deployment(db: Session, platform_id: int, deployment_id: str) -> int | None:
    """Return the number of a deployment whose platform lets people in, if there is one now."""
    return db.scalars(
        select(Deployment.id)
        .join(Deployment.platform)
        .where(
            Deployment.platform_id == platform_id,
            Deployment.deployment_id == deployment_id,
            Platform.suspended_at.is_(None),
        )
    ).one_or_none()


def _write_login(db: Session, arrival: Arrival) -> bool:
    statement = (
        sqlite.insert(UsedLogin)
        .values(login_id=arrival["login_id"], expires_at=arrival["login_expires_at"])
        .on_conflict_do_nothing()
        .returning(UsedLogin.login_id)
    )
    return db.execute(statement).first() is not None


def _keep(
    db: Session,
    model: type[Context | ResourceLink | Learner],
    key: Mapping[str, Any],
    news: Mapping[str, Any],
    unless_empty: tuple[str, ...] = (),
) -> int:
    """Bring the row of that key up to date, or insert it; return its number."""
    changes = {name: news[name] for name in news if news[name] or name not in unless_empty}
    statement = (
        sqlite.insert(model)
        .values(**key, **news)
        .on_conflict_do_update(index_elements=list(key), set_=changes)
        .returning(model.id)
    )
    return db.execute(statement).scalar_one()


def _keep_membership(db: Session, context_pk: int, learner_id: int, arrival: Arrival) -> bool:
    """Note that the person was seen; return whether for the first time.

    Whom the platform lets in is of the class, until its list says otherwise.
    """
    seen = {
        "role": arrival["role"],
        "standing": Standing.ACTIVE,
        "last_seen_at": arrival["moment"],
    }
    insert = sqlite.insert(Membership).values(
        context_pk=context_pk, learner_id=learner_id, first_seen_at=arrival["moment"], **seen
    )
    first_seen = func.coalesce(Membership.first_seen_at, insert.excluded.first_seen_at)
    statement = insert.on_conflict_do_update(
        index_elements=["context_pk", "learner_id"], set_={**seen, "first_seen_at": first_seen}
    ).returning(Membership.first_seen_at)
    return db.execute(statement).scalar_one() == arrival["moment"]


_AT_ONCE = """
WITH place AS (
    SELECT deployment.id FROM deployment JOIN platform ON platform.id = deployment.platform_id
    WHERE platform_id = %(platform_id)s AND deployment_id = %(deployment_id)s
    AND suspended_at IS NULL
),
-- Everything below needs this row: a login that is used up writes nothing.
login AS (
    INSERT INTO used_login (login_id, expires_at)
    SELECT %(login_id)s, %(login_expires_at)s FROM place
    ON CONFLICT DO NOTHING
    RETURNING login_id
),
same_class AS (
    SELECT context.id FROM context JOIN place ON context.deployment_id = place.id
    WHERE context_id = %(context_id)s
    AND title = COALESCE(NULLIF(%(context_title)s, ''), title)
    AND memberships_url IS NOT DISTINCT FROM %(memberships_url)s
    AND groups_url IS NOT DISTINCT FROM %(groups_url)s
    AND group_sets_url IS NOT DISTINCT FROM %(group_sets_url)s
),
kept_class AS (
    INSERT INTO context
        (deployment_id, context_id, title, memberships_url, groups_url, group_sets_url)
    SELECT place.id, %(context_id)s, %(context_title)s, %(memberships_url)s, %(groups_url)s,
        %(group_sets_url)s
    FROM place, login
    WHERE NOT EXISTS (SELECT FROM same_class)
    ON CONFLICT (deployment_id, context_id) DO UPDATE SET
        title = COALESCE(NULLIF(excluded.title, ''), context.title),
        memberships_url = excluded.memberships_url, groups_url = excluded.groups_url,
        group_sets_url = excluded.group_sets_url
    RETURNING id
),
class AS (
    SELECT id FROM same_class UNION ALL SELECT id FROM kept_class
),
same_link AS (
    SELECT resource_link.id, counting, pass_mark
    FROM resource_link JOIN class ON resource_link.context_pk = class.id
    WHERE resource_link_id = %(resource_link_id)s
    AND title = %(resource_link_title)s AND course = %(course)s AND target = %(target)s
    AND line_item_url IS NOT DISTINCT FROM %(line_item_url)s
    AND line_items_url IS NOT DISTINCT FROM %(line_items_url)s
    AND grade_scopes::text = %(grade_scopes)s
),
kept_link AS (
    INSERT INTO resource_link
        (context_pk, resource_link_id, title, course, target, line_item_url, line_items_url,
        grade_scopes)
    SELECT class.id, %(resource_link_id)s, %(resource_link_title)s, %(course)s, %(target)s,
        %(line_item_url)s, %(line_items_url)s, %(grade_scopes)s::json
    FROM class, login
    WHERE NOT EXISTS (SELECT FROM same_link)
    ON CONFLICT (context_pk, resource_link_id) DO UPDATE SET
        title = excluded.title, course = excluded.course, target = excluded.target,
        line_item_url = excluded.line_item_url, line_items_url = excluded.line_items_url,
        grade_scopes = excluded.grade_scopes
    RETURNING id, counting, pass_mark
),
link AS (
    SELECT * FROM same_link UNION ALL SELECT * FROM kept_link
),
same_person AS (
    SELECT id FROM learner
    WHERE platform_id = %(platform_id)s AND sub = %(sub)s AND name = %(name)s
    AND is_test_user = (is_test_user OR %(is_test_user)s)
),
kept_person AS (
    INSERT INTO learner (platform_id, sub, name, sort_name, is_test_user)
    SELECT %(platform_id)s, %(sub)s, %(name)s, %(sort_name)s, %(is_test_user)s FROM login
    WHERE %(sub)s::text IS NOT NULL AND NOT EXISTS (SELECT FROM same_person)
    ON CONFLICT (platform_id, sub) DO UPDATE SET
        name = excluded.name, sort_name = excluded.sort_name,
        is_test_user = learner.is_test_user OR excluded.is_test_user
    RETURNING id
),
person AS (
    SELECT id FROM same_person UNION ALL SELECT id FROM kept_person
),
seen AS (
    INSERT INTO membership
        (context_pk, learner_id, role, standing, first_seen_at, last_seen_at)
    SELECT class.id, person.id, %(role)s, 'active', %(moment)s, %(moment)s
    FROM class, person, login
    ON CONFLICT (context_pk, learner_id) DO UPDATE SET
        role = excluded.role, standing = excluded.standing,
        first_seen_at = COALESCE(membership.first_seen_at, excluded.first_seen_at),
        last_seen_at = excluded.last_seen_at
    RETURNING first_seen_at
),
opened AS (
    INSERT INTO window_session
        (token_hash, resource_link_pk, learner_id, role, mentored, language, return_url,
        due_at, created_at, expires_at)
    SELECT %(token_hash)s, link.id, (SELECT id FROM person), %(role)s, %(mentored)s::json,
        %(language)s, %(return_url)s, %(due_at)s::timestamptz, %(moment)s,
        %(session_expires_at)s
    FROM link, login
    RETURNING resource_link_pk, learner_id
)
SELECT class.id, opened.resource_link_pk, opened.learner_id,
    COALESCE((SELECT first_seen_at FROM seen) = %(moment)s, true),
    link.counting, link.pass_mark
FROM opened, class, link
"""

LONGEST_REMEMBERED = 4_096
"""Characters: psycopg reads a longer statement anew each time, for longer than all the rest."""


def _packed(statement: str) -> tuple[str, dict[str, str]]:
    """Return a statement without what only readers need, and the short names of its parameters."""
    names = dict.fromkeys(re.findall(r"%\((\w+)\)s", statement))
    short = {name: f"p{number}" for number, name in enumerate(names)}
    code = " ".join(line.partition("--")[0] for line in statement.splitlines())
    named = re.sub(r"%\((\w+)\)s", lambda found: f"%({short[found[1]]})s", code)
    return " ".join(named.split()), short


STATEMENT, _SHORT_NAMES = _packed(_AT_ONCE)
