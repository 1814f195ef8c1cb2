"""When a promise falls due, in the local time of the field: midnights, weeks and working days with 调休."""

from datetime import date, datetime, time, timedelta
from typing import Literal

import chinese_calendar
from pydantic import BaseModel, ConfigDict

from contracts.places import LOCAL


class Lasts(BaseModel):
    """How long a promise is: a duration, or working days, or until a local boundary."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: int = 0
    minutes: int = 0
    hours: int = 0
    days: int = 0
    working_days: int = 0  # to the end of the n-th working day after the day it starts
    until: Literal["midnight", "week_end"] | None = None
    at_least_hours: int = 0  # where the boundary is nearer than that

    def due(self, start: datetime) -> datetime:
        """When it falls due. Aware in, aware out."""
        if self.working_days:
            return _end_of(_working_day(start.astimezone(LOCAL).date(), self.working_days))
        if self.until is None:
            return start + timedelta(
                seconds=self.seconds, minutes=self.minutes, hours=self.hours, days=self.days
            )
        day = start.astimezone(LOCAL).date()
        to_sunday = 6 - day.weekday() if self.until == "week_end" else 0
        return max(_end_of(day + timedelta(days=to_sunday)), start + timedelta(hours=self.at_least_hours))


def is_working_day(day: date) -> bool:
    """Whether offices work, by the State Council's calendar; Monday to Friday in years not published."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def _working_day(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LOCAL)
