"""The platform's list of a class, kept beside what launches tell: who is in it, ever seen or not.

The list is asked for outside any transaction, and stored whole or not at all. What it
says of a person:

- a student of the list who never opened anything gets a place in the class, and is shown;
- one whose place is suspended (``Inactive``) is shown, marked, and does not count;
- one who is on the list no longer keeps every answer and score, and does not count. They
  are shown and marked if they ever opened the course; if not, they are not shown, and
  their name is forgotten once no class knows them;
- who teaches is no student, whatever a launch said; who only looks on is not added.

Whoever is launched after the list was asked for is of the class, whatever the list says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import Member, MemberStatus, Role, ServiceError, ServiceFault
from lti_tool.models import (
    Context,
    Deployment,
    Learner,
    Membership,
    Platform,
    Standing,
    now,
)
from lti_tool.services.links import OWN_CONTEXT
from lti_tool.services.progress import insert_into

FRESH_FOR = timedelta(minutes=5)
"""How old a list may be before a look at the table asks for a newer one."""
PAUSE_AFTER_FAILURE = timedelta(minutes=1)
PAUSE_ON_DEMAND = timedelta(seconds=10)
"""The least time between two tries, however often somebody asks."""
LONGEST_PAUSE = timedelta(hours=1)
"""However long a platform asks to be left alone."""
BATCH = 500
"""Rows of one statement: databases limit the values that it may have."""
ERROR_LENGTH = 1000

log = logging.getLogger(__name__)


class RosterSource(Protocol):
    """What asks a platform for a list: ``lti_tool.lti.RosterClient``."""

    def members(
        self, platform: Platform, memberships_url: str, resource_link_id: str | None = None
    ) -> Sequence[Member]:
        """Raise ``ServiceError``."""


@dataclass(frozen=True, slots=True)
class RosterStatus:
    """What is known of a class's list.

    ``offered`` says whether the platform gives one, ``received_at`` how old ours is, and
    ``fault`` what went wrong since. ``is_due`` says that it is time to ask again.
    """

    offered: bool
    received_at: datetime | None
    fault: ServiceFault | None
    is_due: bool

    @classmethod
    def of(cls, context: Context, at: datetime) -> RosterStatus:
        """Return the status at a time."""
        offered = context.memberships_url is not None
        due = context.roster_due_at is None or context.roster_due_at <= at
        return cls(
            offered, context.roster_received_at, fault_of(context.roster_error), offered and due
        )


@dataclass(frozen=True, slots=True)
class _Request:
    """A list to ask for, as the class stood when it was claimed."""

    context_pk: int
    platform: Platform
    memberships_url: str
    resource_link_id: str | None
    asked_at: datetime


def fault_of(error: str | None) -> ServiceFault | None:
    """Return the fault that a class's ``roster_error`` begins with."""
    code = (error or "").partition(":")[0]
    return ServiceFault(code) if code in set(ServiceFault) else None


def refresh(
    database: Database,
    source: RosterSource,
    context_pk: int,
    *,
    on_demand: bool,
    clock: Callable[[], datetime] = now,
) -> bool:
    """Ask for a class's list if it is time to, and keep it. Return whether it was asked for.

    ``on_demand`` asks for it however new ours is, but for ``PAUSE_ON_DEMAND``. Whatever
    goes wrong is noted and logged, never raised: the table shows what we have.
    """
    request = _claim(database, context_pk, clock(), on_demand=on_demand)
    if request is None:
        return False
    try:
        members = source.members(
            request.platform, request.memberships_url, request.resource_link_id
        )
    except ServiceError as error:
        _note_failure(database, request, error, clock())
    except Exception as error:
        log.exception("The list of class %s could not be asked for.", context_pk)
        _note_failure(
            database, request, ServiceError(ServiceFault.INTERNAL, type(error).__name__), clock()
        )
    else:
        with database.transaction() as db:
            _keep(db, request, members)
    return True


def _claim(
    database: Database, context_pk: int, moment: datetime, *, on_demand: bool
) -> _Request | None:
    """Take it upon us to ask, so that windows opened together ask once."""
    may_ask = (
        or_(Context.roster_tried_at.is_(None), Context.roster_tried_at <= moment - PAUSE_ON_DEMAND)
        if on_demand
        else or_(Context.roster_due_at.is_(None), Context.roster_due_at <= moment)
    )
    statement = (
        update(Context)
        .where(Context.id == context_pk, Context.memberships_url.is_not(None), may_ask)
        .values(roster_tried_at=moment, roster_due_at=moment + PAUSE_AFTER_FAILURE)
        .returning(Context.id)
        .execution_options(synchronize_session=False)
    )
    with database.transaction() as db:
        if db.execute(statement).scalar_one_or_none() is None:
            return None
        context = db.scalars(
            select(Context)
            .where(Context.id == context_pk)
            .options(joinedload(Context.deployment).joinedload(Deployment.platform))
        ).one()
    link_id = context.context_id.removeprefix(OWN_CONTEXT)
    return _Request(
        context_pk=context_pk,
        platform=context.deployment.platform,
        memberships_url=context.memberships_url or "",
        resource_link_id=None if link_id == context.context_id else link_id,
        asked_at=moment,
    )


def _note_failure(
    database: Database, request: _Request, error: ServiceError, moment: datetime
) -> None:
    asked = min(error.retry_after or PAUSE_AFTER_FAILURE, LONGEST_PAUSE)
    log.warning("The list of class %s did not come: %s", request.context_pk, error)
    with database.transaction() as db:
        db.execute(
            update(Context)
            .where(Context.id == request.context_pk, _latest(request))
            .values(
                roster_error=str(error)[:ERROR_LENGTH],
                roster_due_at=moment + max(asked, PAUSE_AFTER_FAILURE),
            )
        )


def _keep(db: Session, request: _Request, members: Sequence[Member]) -> None:
    """Store a list, unless a later one was asked for meanwhile."""
    context = db.scalars(
        select(Context)
        .where(Context.id == request.context_pk, _latest(request))
        # Launches refer to the class while we write: their foreign keys need not wait.
        .with_for_update(key_share=True)
    ).one_or_none()
    if context is None:
        return
    listed = {member.user_id: member for member in members}
    kept = _places(db, request.context_pk)
    _bring_up_to_date(kept, listed, request.asked_at)
    db.flush()
    newcomers = [member for member in members if member.user_id not in kept and _is_new(member)]
    _add(db, request, newcomers)
    _forget_names(db, request)
    context.roster_received_at = request.asked_at
    context.roster_due_at = request.asked_at + FRESH_FOR
    context.roster_error = None


def _latest(request: _Request) -> ColumnElement[bool]:
    return Context.roster_tried_at == request.asked_at


def _places(db: Session, context_pk: int) -> Mapping[str, Membership]:
    rows = db.scalars(
        select(Membership)
        .where(Membership.context_pk == context_pk)
        .options(joinedload(Membership.learner))
    )
    return {row.learner.sub: row for row in rows}


def _bring_up_to_date(
    kept: Mapping[str, Membership], listed: Mapping[str, Member], asked_at: datetime
) -> None:
    for user_id, place in kept.items():
        member = listed.get(user_id)
        if member is not None and member.name:
            # A list without names says nothing of the name that a launch gave.
            place.learner.name = member.name
        if place.last_seen_at is not None and place.last_seen_at > asked_at:
            continue
        place.standing = _standing(member)
        if member is not None and member.role is not None:
            place.role = member.role.value


def _standing(member: Member | None) -> Standing:
    if member is None or member.status is MemberStatus.DELETED:
        return Standing.LEFT
    return Standing.INACTIVE if member.status is MemberStatus.INACTIVE else Standing.ACTIVE


def _is_new(member: Member) -> bool:
    """Whether somebody who was never seen belongs in the table of students."""
    return member.role is Role.LEARNER and member.status is not MemberStatus.DELETED


def _add(db: Session, request: _Request, newcomers: Iterable[Member]) -> None:
    """Give newcomers a place, and those whom no class knew a row, in as few statements."""
    by_id = sorted(newcomers, key=lambda member: member.user_id)
    for batch in _batches(by_id):
        standings = {member.user_id: _standing(member) for member in batch}
        people = insert_into(db, Learner).values(
            [
                {"platform_id": request.platform.id, "sub": member.user_id, "name": member.name}
                for member in batch
            ]
        )
        db.execute(
            people.on_conflict_do_update(
                index_elements=["platform_id", "sub"],
                set_={"name": people.excluded.name},
                where=and_(
                    people.excluded.name != "",
                    Learner.name != people.excluded.name,
                ),
            )
        )
        learners = db.execute(
            select(Learner.id, Learner.sub).where(
                Learner.platform_id == request.platform.id, Learner.sub.in_(standings)
            )
        )
        places = [
            {
                "context_pk": request.context_pk,
                "learner_id": learner_id,
                "role": Role.LEARNER.value,
                "standing": standings[sub].value,
                "first_seen_at": None,
                "last_seen_at": None,
            }
            for learner_id, sub in learners
        ]
        db.execute(insert_into(db, Membership).values(places).on_conflict_do_nothing())


def _batches(members: Iterable[Member]) -> Iterator[Sequence[Member]]:
    remaining = iter(members)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _forget_names(db: Session, request: _Request) -> None:
    """Forget the names of those who left, never opened anything, and are in no other class."""
    place = Membership.learner_id == Learner.id
    gone_unseen = and_(Membership.standing == Standing.LEFT, Membership.last_seen_at.is_(None))
    db.execute(
        update(Learner)
        .where(
            Learner.platform_id == request.platform.id,
            Learner.name != "",
            exists().where(place, gone_unseen, Membership.context_pk == request.context_pk),
            ~exists().where(place, ~gone_unseen),
        )
        .values(name="")
        .execution_options(synchronize_session=False)
    )
