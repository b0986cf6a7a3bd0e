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

Where the platform tells what has changed since the list that we have, that is asked for
instead, by itself: somebody who wants the list gets all of it, and so does everybody once a
day, or when the changes do not come. The groups of the class come with either.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import (
    Group,
    GroupsService,
    Member,
    MemberStatus,
    Role,
    Roster,
    ServiceError,
    ServiceFault,
)
from lti_tool.models import (
    Context,
    Deployment,
    Learner,
    Membership,
    Platform,
    Standing,
    folded_name,
    now,
)
from lti_tool.services.batches import batches
from lti_tool.services.groups import GroupNews, GroupSource, keep_list
from lti_tool.services.links import OWN_CONTEXT
from lti_tool.services.progress import insert_into

FRESH_FOR = timedelta(minutes=5)
"""How old a list may be before a look at the table asks for a newer one."""
PAUSE_AFTER_FAILURE = timedelta(minutes=1)
PAUSE_ON_DEMAND = timedelta(seconds=10)
"""The least time between two tries, however often somebody asks."""
LONGEST_PAUSE = timedelta(hours=1)
"""However long a platform asks to be left alone."""
WHOLE_EVERY = timedelta(days=1)
"""How long differences may add up: one that was missed is put right by then."""
ERROR_LENGTH = 1000

log = logging.getLogger(__name__)


class RosterSource(Protocol):
    """What asks a platform for a list: ``lti_tool.lti.RosterClient``."""

    def roster(
        self,
        platform: Platform,
        url: str,
        resource_link_id: str | None = None,
        *,
        with_groups: bool = False,
    ) -> Roster:
        """Raise ``ServiceError``."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What asks platforms: for the people of a class, and for its groups."""

    rosters: RosterSource
    groups: GroupSource


@dataclass(frozen=True, slots=True)
class RosterStatus:
    """What is known of a class's list.

    ``offered`` says whether the platform gives one, ``received_at`` how old ours is, and
    ``fault`` what went wrong since, ``groups_fault`` with the groups only. ``is_due`` says
    that it is time to ask again.
    """

    offered: bool
    received_at: datetime | None
    fault: ServiceFault | None
    groups_fault: ServiceFault | None
    is_due: bool

    @classmethod
    def of(cls, context: Context, at: datetime) -> RosterStatus:
        """Return the status at a time."""
        offered = context.memberships_url is not None
        due = context.roster_due_at is None or context.roster_due_at <= at
        return cls(
            offered,
            context.roster_received_at,
            fault_of(context.roster_error),
            fault_of(context.groups_error),
            offered and due,
        )


@dataclass(frozen=True, slots=True)
class _Request:
    """A list to ask for, as the class stood when it was claimed."""

    context_pk: int
    platform: Platform
    memberships_url: str
    differences_url: str | None
    groups: GroupsService | None
    resource_link_id: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class _Received:
    """What came. ``groups`` is ``None`` where there is no such list, or it did not come."""

    roster: Roster
    is_whole: bool
    groups: Sequence[Group] | None
    groups_error: ServiceError | None


def fault_of(error: str | None) -> ServiceFault | None:
    """Return the fault that a class's ``roster_error`` or ``groups_error`` begins with."""
    code = (error or "").partition(":")[0]
    return ServiceFault(code) if code in set(ServiceFault) else None


def refresh(
    database: Database,
    sources: Sources,
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
        received = _ask(sources, request)
    except ServiceError as error:
        _note_failure(database, request, error, clock())
    except Exception as error:
        log.exception("The list of class %s could not be asked for.", context_pk)
        _note_failure(
            database, request, ServiceError(ServiceFault.INTERNAL, type(error).__name__), clock()
        )
    else:
        with database.transaction() as db:
            _keep(db, request, received)
    return True


def _ask(sources: Sources, request: _Request) -> _Received:
    """Ask for the groups, then for who is in them. A class without its groups is still one."""
    groups: Sequence[Group] | None = None
    groups_error = None
    if request.groups is not None:
        try:
            groups = sources.groups.groups(request.platform, request.groups)
        except ServiceError as error:
            log.warning("The groups of class %s did not come: %s", request.context_pk, error)
            groups_error = error
    roster = _differences(sources.rosters, request, with_groups=groups is not None)
    is_whole = roster is None
    if roster is None:
        roster = sources.rosters.roster(
            request.platform,
            request.memberships_url,
            request.resource_link_id,
            with_groups=groups is not None,
        )
    return _Received(roster, is_whole, groups, groups_error)


def _differences(source: RosterSource, request: _Request, *, with_groups: bool) -> Roster | None:
    """Return what changed since the list that we have, unless there is any doubt about it."""
    if request.differences_url is None:
        return None
    try:
        return source.roster(
            request.platform,
            request.differences_url,
            request.resource_link_id,
            with_groups=with_groups,
        )
    except ServiceError as error:
        log.info("The changes in class %s did not come: %s", request.context_pk, error)
        return None


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
    whole_at = context.roster_whole_at
    has_recent = whole_at is not None and whole_at > moment - WHOLE_EVERY
    return _Request(
        context_pk=context_pk,
        platform=context.deployment.platform,
        memberships_url=context.memberships_url or "",
        differences_url=context.differences_url if has_recent and not on_demand else None,
        groups=(
            GroupsService(context.groups_url, context.group_sets_url)
            if context.groups_url
            else None
        ),
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


def _keep(db: Session, request: _Request, received: _Received) -> None:
    """Store a list, unless a later one was asked for meanwhile."""
    context = db.scalars(
        select(Context)
        .where(Context.id == request.context_pk, _latest(request))
        # Launches refer to the class while we write: their foreign keys need not wait.
        .with_for_update(key_share=True)
    ).one_or_none()
    if context is None:
        return
    members = received.roster.members
    listed = {member.user_id: member for member in members}
    places = _places(db, request.context_pk)
    stated = places if received.is_whole else _among(places, listed)
    _bring_up_to_date(stated, listed, request.asked_at)
    db.flush()
    _add(db, request, [one for one in members if one.user_id not in places and _is_new(one)])
    _forget_names(db, request)
    news = GroupNews(received.groups, members, request.asked_at, received.is_whole)
    keep_list(db, request.context_pk, news)
    context.roster_received_at = request.asked_at
    context.roster_due_at = request.asked_at + FRESH_FOR
    context.roster_error = None
    context.differences_url = received.roster.differences_url
    if received.is_whole:
        context.roster_whole_at = request.asked_at
    error = received.groups_error
    context.groups_error = str(error)[:ERROR_LENGTH] if error else None


def _among(
    places: Mapping[str, Membership], listed: Mapping[str, Member]
) -> Mapping[str, Membership]:
    """Return the places of those whom differences name: nothing is said of the others."""
    return {user_id: place for user_id, place in places.items() if user_id in listed}


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
        if member is not None and member.is_test_user:
            place.learner.is_test_user = True
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
    for batch in batches(by_id):
        standings = {member.user_id: _standing(member) for member in batch}
        people = insert_into(db, Learner).values(
            [
                {
                    "platform_id": request.platform.id,
                    "sub": member.user_id,
                    "name": member.name,
                    "sort_name": folded_name(member.name),
                    "is_test_user": member.is_test_user,
                }
                for member in batch
            ]
        )
        db.execute(
            people.on_conflict_do_update(
                index_elements=["platform_id", "sub"],
                set_={
                    "name": people.excluded.name,
                    "sort_name": people.excluded.sort_name,
                },
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
        .values(name="", sort_name="")
        .execution_options(synchronize_session=False)
    )
