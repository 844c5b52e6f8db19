"""Reading figures: from the snapshot where there is one, else counted now and kept for a minute."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import cache

from core.dates import local_date
from stats.counting import Tally, arrivals, count_all
from stats.figures import Figures, body_of
from stats.kinds import KINDS
from stats.models import Snapshot
from stats.rules import TOWN, Span, year_to

KEPT_SECONDS = 60
PAST_KEPT_SECONDS = 3600  # a day gone by changes only when a register is corrected
WITH_MONTHS = ("message", "proposal")
Months = dict[str, dict[tuple[str, int], int]]


def figures(scope: str, span: Span, *, now: datetime) -> Figures:
    """The figures of a place and a span, at most a quarter of an hour old for today.

    A day gone by is read as it was kept, when it was; any other is counted from the rows and
    remembered for an hour.
    """
    key = f"stats:{scope}:{span.key}"
    found = cache.get(key)
    if found is None:
        found = _kept(scope, span) or count_now(scope, span, now=now)
        past = span.on < local_date(now)
        cache.set(key, found, PAST_KEPT_SECONDS if past else KEPT_SECONDS)
    return found  # type: ignore[no-any-return]


def _kept(scope: str, span: Span) -> Figures | None:
    if len(scope) > TOWN or span != year_to(span.on):
        return None
    row = Snapshot.objects.filter(scope=scope, on=span.on).first()
    if row is None or not row.body.keys() >= KINDS.keys():
        return None
    return figures_of(row)


def newest(scope: str, *, now: datetime) -> Figures:
    """The year so far as it was kept last, today or yesterday; counted when neither was kept."""
    today = local_date(now)
    row = Snapshot.objects.filter(scope=scope, on__range=(today - timedelta(days=1), today)).first()
    if row is not None and row.on.year == today.year and row.body.keys() >= KINDS.keys():
        return figures_of(row)
    return figures(scope, year_to(today), now=now)


def figures_of(row: Snapshot) -> Figures:
    """A snapshot as figures."""
    body = dict(row.body)
    months = body.pop("months", {})
    return Figures(row.scope, year_to(row.on), row.taken_at, body, months)


def count_now(scope: str, span: Span, *, now: datetime) -> Figures:
    """Count a place's figures from the rows."""
    tallies = count_all(span, scope=scope)
    months = months_of(span) if span == year_to(span.on) and len(scope) <= TOWN else {}
    return Figures(scope, span, now, body_of(tallies, scope), months_in(months, scope))


def months_of(span: Span) -> Months:
    """What arrived, by kind, town and month."""
    return {name: arrivals(KINDS[name], span) for name in WITH_MONTHS}


def months_in(months: Months, scope: str) -> dict[str, dict[str, int]]:
    """The months of one place: every month of the year so far, also those with nothing."""
    found: dict[str, dict[str, int]] = {}
    for kind, numbers in months.items():
        here: dict[str, int] = {}
        for (town, month), number in numbers.items():
            if town.startswith(scope):
                here[str(month)] = here.get(str(month), 0) + number
        found[kind] = here
    return found


def snapshot_body(tallies: Mapping[str, Tally], months: Months, scope: str) -> dict[str, Any]:
    """What a snapshot keeps."""
    return {**body_of(tallies, scope), "months": months_in(months, scope)}


def trend(scope: str, today: date, *, months: int = 12) -> list[Figures]:
    """The ends of the months of a year as they were kept, and the newest day."""
    ends = month_ends(today, months)
    rows = Snapshot.objects.filter(scope=scope, on__in=[*ends, today]).order_by("on")
    return [figures_of(row) for row in rows if row.final or row.on == today]


def month_ends(today: date, months: int) -> list[date]:
    """The last days of the months before this one, oldest first."""
    found, day = [], today.replace(day=1)
    for _ in range(months):
        day -= timedelta(days=1)
        found.append(day)
        day = day.replace(day=1)
    return found[::-1]


def today_of(now: datetime) -> date:
    return local_date(now)
