"""The working-day calendar as it stands, remembered per process."""

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date

from congress.memory import Memory
from congress.models import CalendarDay, CalendarYear
from congress.rules import Calendar, DueDate, DueWords, Duration


def _load() -> Calendar:
    days = dict(CalendarDay.objects.values_list("on", "is_working"))
    years = CalendarYear.objects.filter(published=True).values_list("year", flat=True)
    return Calendar(days, frozenset(years))


_calendar = Memory(_load, seconds=60)


def calendar() -> Calendar:
    """Return today's knowledge of holidays and make-up days; no query most of the time."""
    return _calendar.get()


def is_working_day(day: date) -> bool:
    """Tell whether people work on that day (工作日), make-up Saturdays included."""
    return calendar().is_working(day)


def due_date(start: date, duration: Duration) -> DueDate:
    """Count a rule's period from the day after `start`; provisional in unpublished years."""
    return calendar().due_date(start, duration)


def working_days_left(today: date, due: date) -> int:
    """Count working days after today up to the due day; negative when it is behind."""
    return calendar().left(today, due)


def working_day_offset(day: date, count: int) -> date:
    """Return the working day that many working days after (before) a day; itself for 0."""
    return calendar().offset(day, count)


@dataclass(frozen=True)
class DayCell:
    """A day in the year's table: `mark` is 休, 班 or empty."""

    on: date
    mark: str
    name: str


def year_table(year: int) -> list[tuple[int, list[list[DayCell | None]]]]:
    """Return a year as (month, weeks of seven), None outside the month, Monday first."""
    rows = CalendarDay.objects.filter(on__year=year)
    special = {d.on: ("班" if d.is_working else "休", d.name) for d in rows}

    def cell(on: date, month: int) -> DayCell | None:
        return DayCell(on, *special.get(on, ("", ""))) if on.month == month else None

    return [
        (month, [[cell(on, month) for on in week] for week in _weeks(year, month)])
        for month in range(1, 13)
    ]


def _weeks(year: int, month: int) -> list[list[date]]:
    return Weeks(firstweekday=0).monthdatescalendar(year, month)


def describe_due(
    today: date,
    due: date,
    done_on: date | None = None,
    *,
    basis: str = "",
    provisional: bool = False,
) -> DueWords:
    """Say how a due date stands, with sign and words; it also feeds the `due` component."""
    return calendar().describe(today, due, done_on, basis=basis, provisional=provisional)
