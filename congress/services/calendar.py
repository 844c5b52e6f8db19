"""Loading years of the working-day calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from chinese_calendar import Holiday, constants
from django.db import transaction

from audit.actors import SYSTEM, Actor
from audit.services import record
from congress.memory import forget_all
from congress.models import CalendarDay, CalendarYear
from congress.registry import calendar_listeners

# The package's complete years that the product starts with; later ones come by import_calendar.
BUILTIN_YEARS = (2024, 2025, 2026)
BUILTIN_SOURCE = "国务院办公厅节假日安排（chinesecalendar 1.11.0）"
_NAMES = {holiday.value: holiday.chinese for holiday in Holiday}


@dataclass(frozen=True)
class SpecialDay:
    """A holiday, or a weekend day that is worked instead."""

    on: date
    is_working: bool
    name: str


def load_year(
    *, year: int, days: Iterable[SpecialDay], source: str, actor: Actor, now: datetime
) -> bool:
    """Store the published table of one year; False when it was stored like this already.

    Tells the listeners, in the same transaction, so that provisional dates are recounted.
    """
    fresh = {day.on: (day.is_working, day.name) for day in days}
    with transaction.atomic():
        stored = CalendarDay.objects.filter(on__year=year)
        same = {d.on: (d.is_working, d.name) for d in stored} == fresh
        row, created = CalendarYear.objects.get_or_create(year=year, defaults={"source": source})
        if same and not created and row.published:
            return False
        CalendarYear.objects.filter(pk=row.pk).update(published=True, source=source)
        stored.delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(on=on, is_working=works, name=name, source=source)
            for on, (works, name) in fresh.items()
        )
        _tell(row, actor, now)
    transaction.on_commit(forget_all)
    return True


def _tell(row: CalendarYear, actor: Actor, now: datetime) -> None:
    forget_all()
    record(
        actor=actor, action="congress.calendar_loaded", obj=row, now=now, data={"year": row.year}
    )
    for listener in calendar_listeners():
        listener([row.year], now)


def load_calendar(*, now: datetime) -> list[int]:
    """Store the years the product ships with; returns the ones that were new.

    Never touches a year that somebody has loaded: their table is newer than ours.
    """
    known = set(CalendarYear.objects.filter(published=True).values_list("year", flat=True))
    return [
        year
        for year in BUILTIN_YEARS
        if year not in known
        and load_year(year=year, days=_builtin(year), source=BUILTIN_SOURCE, actor=SYSTEM, now=now)
    ]


def _builtin(year: int) -> Iterable[SpecialDay]:
    for is_working, table in ((False, constants.holidays), (True, constants.workdays)):
        for on, name in table.items():
            if on.year == year:
                yield SpecialDay(on, is_working, _NAMES[name])
