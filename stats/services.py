"""Taking snapshots: every few minutes for today, once for good after midnight."""

from datetime import date, datetime, timedelta
from typing import Any

from core.dates import local_date
from stats.counting import Tally, count_all
from stats.models import Snapshot
from stats.rules import TOWN, Span, year_to
from stats.selectors import month_ends, months_of, snapshot_body
from voices.models import Message

AT_ONCE = 3  # days counted after the fact in one run: the next run does the rest
LEVELS = (4, 6, TOWN)


def take(on: date, *, now: datetime, final: bool) -> int:
    """Keep the year so far as of a day, for every place down to the town. Returns how many places.

    Taking it again replaces what was there: the same day is never kept twice.
    """
    span: Span = year_to(on)
    tallies, months = count_all(span), months_of(span)
    rows = [
        Snapshot(on=on, scope=scope, taken_at=now, final=final,
                 body=snapshot_body(tallies, months, scope))
        for scope in _scopes(tallies)
    ]  # fmt: skip
    Snapshot.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["scope", "on"],
        update_fields=["taken_at", "final", "body"],
    )  # fmt: skip
    return len(rows)


def _scopes(tallies: dict[str, Tally]) -> list[str]:
    places = {code for tally in tallies.values() for code in tally.places}
    return sorted({""} | {code[:n] for code in places for n in LEVELS if len(code) >= n})


def refresh(work: Any, now: datetime) -> None:
    """Due work: today anew; yesterday and the month ends that are not settled yet, a few a time."""
    today = local_date(now)
    take(today, now=now, final=False)
    for day in unsettled(today)[:AT_ONCE]:
        take(day, now=now, final=True)


def unsettled(today: date) -> list[date]:
    """Yesterday and the month ends of a year, newest first, without those settled or too early."""
    first = Message.objects.order_by("id").values_list("created_at", flat=True).first()
    if first is None:
        return []
    wanted = {today - timedelta(days=1), *month_ends(today, 12)}
    done = Snapshot.objects.filter(on__in=wanted, scope="", final=True).values_list("on", flat=True)
    return sorted((day for day in wanted - set(done) if day >= local_date(first)), reverse=True)
