"""The time of a class: dates that an instructor writes, and the moments that they are.

A class has a zone, the tool's usual one until an instructor chooses another. Moments are kept in
UTC, so that a zone that is chosen later moves none of them. Of an hour that there is twice, when
clocks are put back, the later one is meant: it gives more time. One that there is not, when they
are put forward, is no moment.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from lti_tool.models import Context

END_OF_DAY: Final = "23:59"
"""Until when a date without an hour lasts."""
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME: Final = re.compile(r"\d{2}:\d{2}", re.ASCII)
_PLACE: Final = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z_/-]+", re.ASCII)
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2200


class DateFault(StrEnum):
    """Why what was written is no moment."""

    UNREADABLE_DATE = "unreadable_date"
    UNREADABLE_TIME = "unreadable_time"
    DATE_MISSING = "date_missing"
    FAR_AWAY = "far_away"
    NO_SUCH_HOUR = "no_such_hour"
    UNKNOWN_ZONE = "unknown_zone"


class DateRefused(Exception):
    """A date that somebody wrote, and why it is no moment."""

    def __init__(self, fault: DateFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@cache
def known_zones() -> tuple[str, ...]:
    """Return the names of the zones to choose from: places, in alphabetical order."""
    left_out = ("Etc/", "SystemV/", "US/")
    return tuple(
        sorted(
            name
            for name in available_timezones()
            if _PLACE.fullmatch(name) and not name.startswith(left_out)
        )
    )


def checked_zone(name: str) -> str:
    """Return the name of a zone that there is. Raise ``DateRefused``."""
    if name not in available_timezones():
        raise DateRefused(DateFault.UNKNOWN_ZONE)
    return name


def zone_of(context: Context, usual: str) -> ZoneInfo:
    """Return the zone in which the dates of a class are written."""
    return ZoneInfo(context.time_zone or usual)


def moment_in(zone: ZoneInfo, day: str, hour: str) -> datetime | None:
    """Return the moment that a date and an hour are in a zone, or ``None`` for an empty date.

    They are as the fields of a browser write them (HTML, 2.3.5); without an hour the date lasts
    until its end. Raise ``DateRefused``.
    """
    if not day:
        if hour and hour != END_OF_DAY:
            raise DateRefused(DateFault.DATE_MISSING)
        return None
    local = datetime.combine(_date(day), _time(hour or END_OF_DAY))
    moment = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise DateRefused(DateFault.NO_SUCH_HOUR)
    return moment


def as_written(zone: ZoneInfo, moment: datetime) -> tuple[str, str]:
    """Return the date and the hour of a moment, as ``moment_in`` reads them."""
    local = moment.astimezone(zone)
    return local.date().isoformat(), local.strftime("%H:%M")


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError as error:
        raise DateRefused(DateFault.UNREADABLE_DATE) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DateRefused(DateFault.FAR_AWAY)
    return day


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text if _TIME.fullmatch(text) else "")
    except ValueError as error:
        raise DateRefused(DateFault.UNREADABLE_TIME) from error
