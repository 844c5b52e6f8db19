"""Reception days: planned by hand or by rule, held with a record, moved, cancelled with a reason.

四定 (DOMAIN §1.4): theme, deputies, audience and time are never missing.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from django.db import IntegrityError, transaction

from audit.actors import Actor
from audit.services import record
from codes.rules.tokens import ALPHABET
from congress.selectors import is_working_day
from core.dates import local_date
from core.errors import InputInvalid, StateMoved
from core.text import clean_text
from deputies.models import Deputy
from deputies.services import record_duty
from stations.models import Reception, Station
from stations.rules.receptions import EXAMPLES, parse_rule


def plan_reception(
    *, actor: Actor, station: Station, on: date, starts_at: time, ends_at: time, theme: str,
    audience: str, deputies: Sequence[Deputy], now: datetime, capacity: int = 10,
    deferred_from: date | None = None,
) -> Reception:  # fmt: skip
    """Put a reception on the calendar. Recorded as `stations.reception_planned`.

    InputInvalid when one of the four is missing, the day is past, the hours are upside down or
    the station is closed; StateMoved when the station receives at that hour already.
    """
    theme, audience = _words(theme, "theme"), _words(audience, "audience")
    _check(station, on, starts_at, ends_at, theme, audience, deputies, now)
    reception = Reception(
        code=_code(on), station=station, on=on, starts_at=starts_at, ends_at=ends_at, theme=theme,
        audience=audience, capacity=max(1, min(capacity, 500)), deferred_from=deferred_from,
    )  # fmt: skip
    try:
        with transaction.atomic():
            reception.save(force_insert=True)
            reception.deputies.set(deputies)
            record(actor=actor, action="stations.reception_planned", obj=reception, now=now)
    except IntegrityError as error:
        message = f"{station.name}{on.month}月{on.day}日这个时间已经有接待了。"
        raise StateMoved("reception_twice", message) from error
    return reception


def plan_by_rule(
    *, actor: Actor, station: Station, until: date, theme: str, audience: str,
    deputies: Sequence[Deputy], now: datetime, capacity: int = 10,
) -> list[Reception]:  # fmt: skip
    """Plan every day of the station's reception rule from tomorrow to `until` that is not
    planned yet; safe to run again. Holidays by the published calendar."""
    rule = parse_rule(station.reception_rule)
    if rule is None:
        raise _wrong("reception_rule", f"先填写本站的接待日，例如：{EXAMPLES.split('；')[0]}")
    days = rule.days(local_date(now), until, is_working_day)
    with transaction.atomic():
        station = Station.objects.select_for_update().get(pk=station.pk)  # one planner at a time
        same = Reception.objects.filter(station=station, starts_at=rule.starts_at)
        # a day somebody cancelled stays cancelled: the rule must not bring it back
        known = set(same.values_list("on", flat=True))
        return [
            plan_reception(
                actor=actor, station=station, on=day.on, starts_at=rule.starts_at,
                ends_at=rule.ends_at, theme=theme, audience=audience, deputies=deputies,
                now=now, capacity=capacity, deferred_from=day.deferred_from,
            )
            for day in days
            if day.on not in known
        ]  # fmt: skip


def move_reception(
    *, actor: Actor, reception: Reception, on: date, starts_at: time, ends_at: time, now: datetime
) -> Reception:
    """Move a planned reception to another day; the day it was to be stays visible."""
    deputies = list(reception.deputies.all())
    _check(
        reception.station, on, starts_at, ends_at, reception.theme, reception.audience, deputies,
        now,
    )  # fmt: skip
    was = reception.deferred_from or reception.on
    try:
        with transaction.atomic():
            moved = Reception.objects.filter(pk=reception.pk, progress="planned").update(
                on=on,
                starts_at=starts_at,
                ends_at=ends_at,
                deferred_from=was if was != on else None,
            )
            _must_be_planned(moved)
            reception.refresh_from_db()
            record(
                actor=actor, action="stations.reception_moved", obj=reception, now=now,
                data={"from": str(was), "to": str(on)},
            )  # fmt: skip
    except IntegrityError as error:
        message = "那个时间本站已经有接待了，请换一个时间。"
        raise StateMoved("reception_twice", message) from error
    return reception


def cancel_reception(
    *, actor: Actor, reception: Reception, reason: str, now: datetime
) -> Reception:
    """Cancel a planned reception; the public page says why. Recorded."""
    reason = clean_text(reason, max_length=100, field="reason", multiline=False)
    if not reason:
        raise _wrong("reason", "请写一句取消的原因，群众在公开页上会看到。")
    with transaction.atomic():
        found = Reception.objects.filter(pk=reception.pk, progress="planned")
        _must_be_planned(found.update(progress="cancelled", cancel_reason=reason))
        reception.refresh_from_db()
        record(actor=actor, action="stations.reception_cancelled", obj=reception, now=now)
    return reception


def hold_reception(
    *, actor: Actor, reception: Reception, visitors: int, summary: str, now: datetime,
    public_summary: str = "", deputies: Iterable[Deputy] | None = None,
) -> Reception:  # fmt: skip
    """Record a reception that took place: who was there, how many came, what was said.

    `public_summary` is what the public page shows: no visitor's name in it. Each deputy gets an
    entry in the duty file. StateMoved when it is not planned any more; InputInvalid when it has
    not begun or nobody was there.
    """
    summary = clean_text(summary, max_length=2000, field="summary")
    public_summary = clean_text(public_summary, max_length=500, field="public_summary")
    if reception.on > local_date(now):
        raise _wrong("on", "接待日还没到，到了那天再登记。")
    if not summary:
        raise _wrong("summary", "请写接待了什么事；没有人来，就写“无人来访”。")
    with transaction.atomic():
        found = Reception.objects.filter(pk=reception.pk, progress="planned")
        held = found.update(
            progress="held", visitors=max(0, visitors), summary=summary,
            public_summary=public_summary,
        )  # fmt: skip
        _must_be_planned(held)
        reception.refresh_from_db()
        if deputies is not None:
            reception.deputies.set(deputies)
        present = list(reception.deputies.all())
        if not present:
            raise _wrong("deputies", "请选上到场接待的代表。")
        record(actor=actor, action="stations.reception_held", obj=reception, now=now)
        for deputy in present:
            record_duty(
                deputy=deputy, kind="reception", on=reception.on,
                source_type="stations.reception", source_code=reception.code,
                title=f"在{reception.station.name}接待群众：{reception.theme}", actor=actor, now=now,
            )  # fmt: skip
    return reception


def _check(
    station: Station, on: date, starts_at: time, ends_at: time, theme: str, audience: str,
    deputies: Sequence[Deputy], now: datetime,
) -> None:  # fmt: skip
    if station.closed_on is not None:
        raise _wrong("station", f"{station.name}已经停用，不能安排接待。")
    if on < local_date(now):
        raise _wrong("on", "日期已经过去了，请选今天或以后的日期。")
    if ends_at <= starts_at:
        raise _wrong("ends_at", "结束时间要晚于开始时间。")
    for field, value, message in (
        ("theme", theme, "定主题：请写这次接待主要谈什么。"),
        ("audience", audience, "定对象：请写请哪些群众来。"),
        ("deputies", deputies, "定主体：请至少选一位接待代表。"),
    ):
        if not value:
            raise _wrong(field, message)


def _words(text: str, field: str) -> str:
    return clean_text(text, max_length=60, field=field, multiline=False)


def _must_be_planned(updated: int) -> None:
    if updated != 1:
        raise StateMoved("reception_moved", "这次接待刚刚被别人登记或取消了，请刷新后再看。")


def _code(on: date) -> str:
    return f"R{on:%y%m%d}-" + "".join(secrets.choice(ALPHABET) for _ in range(6))


def _wrong(field: str, message: str) -> InputInvalid:
    return InputInvalid("reception_invalid", message, {field: message})
