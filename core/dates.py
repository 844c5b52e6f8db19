"""Calendar arithmetic. Which days are worked is the caller's knowledge (`is_working`)."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
# The longest break ever is 9 days; a run of this length means a calendar that answers only "no".
LONGEST_BREAK = 60


def local_date(moment: datetime) -> date:
    """The day it is in China at this moment. ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no local date")
    return moment.astimezone(LOCAL_ZONE).date()


def add_months(day: date, months: int) -> date:
    """The same day `months` calendar months later; the month's last day where it has no such day.

    30 November + 3 months = 28 or 29 February. Months in the rules are natural months, never
    30 days (代表法 and its local rules count 个月 from the day of assignment).
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_working_days(day: date, count: int, is_working: Callable[[date], bool]) -> date:
    """The `count`-th working day after `day` (before it, if negative); `day` itself for 0.

    `day` is not counted, as 民法典 201 has it: a period starts on the following day.
    """
    step = timedelta(days=1 if count >= 0 else -1)
    left, idle = abs(count), 0
    while left:
        day += step
        if is_working(day):
            left, idle = left - 1, 0
            continue
        idle += 1
        if idle > LONGEST_BREAK:
            raise ValueError(f"no working day within {LONGEST_BREAK} days of {day}")
    return day


def working_days_between(start: date, end: date, is_working: Callable[[date], bool]) -> int:
    """How many working days after `start` up to and including `end`; negative if end is earlier.

    The inverse of `add_working_days`: between(d, add(d, n)) == n.
    """
    if end < start:
        days = (start - timedelta(days=n) for n in range(1, (start - end).days + 1))
        return -sum(1 for day in days if is_working(day))
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(1 for day in days if is_working(day))
