"""Clocks: started and stopped with the work, reminding by the rulebook's stages."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from congress.rules import DueDate
from congress.selectors import due_date, rulebook_for_region, working_day_offset
from core.dates import local_date
from core.rows import insert
from notifications.models import Clock


def stages_for(region_code: str, on: date) -> list[list[Any]]:
    """`[[offset, [audience, …]], …]` of the place's rulebook on a day, earliest first."""
    value = rulebook_for_region(region_code, on).value("reminder_stages")
    return sorted([int(s["offset"]), list(s["to"])] for s in value)


@transaction.atomic(savepoint=False)
def start_clock(
    obj: models.Model,
    *,
    name: str,
    due: DueDate,
    now: datetime,
    round: int = 1,
    fresh: bool = False,
    counted_from: date | None = None,
) -> Clock:
    """Run `due` on `obj`, stopping whatever clock ran on it before (a `fresh` object has none).

    `name` is the rule that `due` was counted by, from `counted_from` (today if left out): a
    provisional date is counted again by them when its calendar year is loaded.
    """
    if not fresh:
        stop_clock(obj, now=now)
    clock = clock_for(obj, name=name, due=due, now=now, round=round, counted_from=counted_from)
    insert(clock)
    return clock


def clock_for(
    obj: models.Model,
    *,
    name: str,
    due: DueDate,
    now: datetime,
    round: int = 1,
    counted_from: date | None = None,
) -> Clock:
    """The clock that `start_clock` would run, for whoever inserts it together with a new `obj`."""
    today = local_date(now)
    region_code = str(obj.region_code)  # type: ignore[attr-defined]
    stages = stages_for(region_code, today)
    return Clock(
        object_type=obj._meta.label_lower, object_code=obj.code,  # type: ignore[attr-defined]
        region_code=region_code, name=name, round=round, started_on=today,
        counted_from=counted_from or today, due_on=due.on,
        original_due_on=due.on, basis=due.basis, provisional=due.provisional, stages=stages,
        next_on=next_stage_on(stages, due.on, after=today),
    )  # fmt: skip


def stop_clock(obj: models.Model, *, now: datetime) -> int:
    """Stop the running clock of an object, if any."""
    return _running(obj).update(stopped_at=now, next_on=None)


@transaction.atomic(savepoint=False)
def move_clock(obj: models.Model, *, due: DueDate, now: datetime) -> None:
    """Give the running clock a new date (an extension); the original date stays on record."""
    for clock in _running(obj).select_for_update():
        clock.due_on, clock.basis, clock.provisional = due.on, due.basis, due.provisional
        clock.next_on = next_stage_on(clock.stages, due.on, after=local_date(now))
        clock.save(update_fields=["due_on", "basis", "provisional", "next_on"])


def next_stage_on(stages: list[list[Any]], due_on: date, *, after: date) -> date | None:
    """The first reminder day later than `after`, or None when all stages are behind."""
    days = (working_day_offset(due_on, int(offset)) for offset, _ in stages)
    return min((day for day in days if day > after), default=None)


def recount(years: list[int], now: datetime) -> None:
    """Listener of the calendar: what was counted through these years is counted again.

    Provisional dates move (agreed extensions do not), and reminders of every running clock whose
    stages lie in those years keep their distance in working days.
    """
    today = local_date(now)
    running = Clock.objects.filter(stopped_at__isnull=True)
    touched = Q(provisional=True) | Q(due_on__year__in=years) | Q(next_on__year__in=years)
    for clock in running.filter(touched).select_for_update().iterator(chunk_size=1000):
        if clock.provisional and clock.due_on == clock.original_due_on:
            _recount(clock)
        # what the scan has not come to yet is still to be told
        behind = clock.next_on - timedelta(days=1) if clock.next_on else today
        clock.next_on = next_stage_on(clock.stages, clock.due_on, after=min(today, behind))
        clock.save(update_fields=["due_on", "original_due_on", "basis", "provisional", "next_on"])


def _recount(clock: Clock) -> None:
    start = clock.counted_from or clock.started_on
    rules = rulebook_for_region(clock.region_code, start)
    if clock.name not in rules.rules:  # not a rule's date but somebody's
        return
    due = due_date(start, rules.duration(clock.name))
    clock.due_on = clock.original_due_on = due.on
    clock.basis, clock.provisional = due.basis, due.provisional


def _running(obj: models.Model) -> models.QuerySet[Clock]:
    return Clock.objects.filter(
        object_type=obj._meta.label_lower,
        object_code=obj.code,  # type: ignore[attr-defined]
        stopped_at__isnull=True,
    )
