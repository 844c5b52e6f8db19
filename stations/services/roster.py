"""Who is at a station: 驻站代表, 联络员, 站长, dated."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from audit.actors import Actor
from audit.services import record
from core.dates import local_date
from core.errors import InputInvalid, StateMoved
from core.text import clean_text
from deputies.models import Deputy
from stations.models import Station, StationRole


def add_to_roster(
    *, actor: Actor, station: Station, role: str, now: datetime, deputy: Deputy | None = None,
    name: str = "", starts_on: date | None = None,
) -> StationRole:  # fmt: skip
    """Put a deputy, or another person by name, on the roster. Recorded as `stations.role_began`.

    InputInvalid for a station that is closed, a deputy out of office, a 驻站代表 who is none, and
    a person who is on it in this role already.
    """
    name = clean_text(name, max_length=40, field="name", multiline=False)
    _check(station, role, deputy, name)
    entry = StationRole(
        station=station, role=role, deputy=deputy, name="" if deputy else name,
        starts_on=starts_on or local_date(now),
    )  # fmt: skip
    try:
        with transaction.atomic():
            entry.save()
            who = {"role": role, "deputy": deputy.code if deputy else ""}
            record(actor=actor, action="stations.role_began", obj=station, now=now, data=who)
    except IntegrityError as error:
        who_is = deputy.name if deputy else name
        raise _wrong("deputy", f"{who_is}已经在这个站担任同样的角色。") from error
    return entry


def end_role(
    *, actor: Actor, entry: StationRole, now: datetime, ends_on: date | None = None
) -> StationRole:
    """End somebody's role. StateMoved when it has ended. Recorded as `stations.role_ended`."""
    day = ends_on or local_date(now)
    if day < entry.starts_on:
        raise _wrong("ends_on", "结束日期不能早于开始日期。")
    with transaction.atomic():
        if not StationRole.objects.filter(pk=entry.pk, ends_on=None).update(ends_on=day):
            raise StateMoved("role_ended", "这一任已经结束了，请刷新后再看。")
        entry.ends_on = day
        who = {"role": entry.role, "deputy": entry.deputy.code if entry.deputy else ""}
        record(actor=actor, action="stations.role_ended", obj=entry.station, now=now, data=who)
    return entry


def leave_office(deputy: Deputy, actor: Actor, on: date, now: datetime) -> None:
    """End all roles of a deputy whose last seat has ended; called by `deputies`."""
    open_roles = StationRole.objects.filter(deputy=deputy, ends_on=None).select_related("station")
    for entry in open_roles:
        end_role(actor=actor, entry=entry, now=now, ends_on=max(on, entry.starts_on))


def _check(station: Station, role: str, deputy: Deputy | None, name: str) -> None:
    if station.closed_on is not None:
        raise _wrong("station", f"{station.name}已经停用，不能再安排人员。")
    if role not in dict(StationRole._meta.get_field("role").choices or ()):
        raise _wrong("role", "请选择角色：驻站代表、联络员或站长。")
    if role == "deputy" and deputy is None:
        raise _wrong("deputy", "驻站代表要从代表名册里选。")
    if deputy is None and not name:
        raise _wrong("name", "请写上姓名，或者从代表名册里选。")
    if deputy is not None and not deputy.serving:
        raise _wrong("deputy", f"{deputy.name}目前不在任，不能安排。")


def _wrong(field: str, message: str) -> InputInvalid:
    return InputInvalid("roster_invalid", message, {field: message})
