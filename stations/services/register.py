"""The register of stations: opening, changing, closing one."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from audit.actors import Actor
from audit.services import record
from codes.selectors import active_code
from codes.services import issue_code, retire_code
from congress.models import Region
from congress.services.pinyin import sort_key
from core.dates import local_date
from core.errors import InputInvalid, StateMoved
from core.text import clean_text
from stations.models import Reception, Station, StationRole
from stations.rules.coordinates import WGS84, Point, in_china, to_wgs84
from stations.rules.receptions import EXAMPLES, parse_rule

EDITABLE = (
    "name", "kind", "region_code", "parent", "address", "opening_hours", "phone", "introduction",
    "reception_rule", "opened_on",
)  # fmt: skip
_LENGTHS = {"name": 60, "address": 120, "opening_hours": 100, "phone": 20, "introduction": 2000}


def create_station(
    *, actor: Actor, name: str, kind: str, region_code: str, now: datetime, code: str = "",
    point: Point | None = None, datum: str = WGS84, **fields: Any,
) -> Station:  # fmt: skip
    """Open a station and give it its printed code (一站一码).

    `point` is in `datum` and stored as WGS-84. Further `fields` are those of `EDITABLE`.
    InputInvalid with a sentence per field. Recorded as `stations.opened`.
    """
    station = Station(code=code or _free_code(region_code), name=name, kind=kind)
    given = {"region_code": region_code, "name": name, "kind": kind, **fields}
    _set(station, given)
    _place(station, point, datum)
    check_station(station)
    with transaction.atomic():
        station.save(force_insert=True)
        record(actor=actor, action="stations.opened", obj=station, now=now)
        issue_code(
            actor=actor, kind="station", target_code=station.code,
            region_code=station.region_code, label=station.name, now=now,
        )  # fmt: skip
    return station


def change_station(
    *, actor: Actor, station: Station, now: datetime, point: Point | None = None,
    datum: str = WGS84, **fields: Any,
) -> Station:  # fmt: skip
    """Change what the register says. Recorded with the names of what changed, not the content."""
    with transaction.atomic():
        station = Station.objects.select_for_update().get(pk=station.pk)
        before = {name: getattr(station, name) for name in EDITABLE}
        place = (station.latitude, station.longitude)
        _set(station, fields)
        if point is not None:
            _place(station, point, datum)
        check_station(station)
        changed = sorted(name for name in EDITABLE if getattr(station, name) != before[name])
        if (station.latitude, station.longitude) != place:
            changed.append("place")
        if not changed:
            return station
        station.save()
        _relabel(station, changed)
        record(
            actor=actor, action="stations.changed", obj=station, now=now, data={"fields": changed}
        )
    return station


def close_station(
    *, actor: Actor, station: Station, reason: str, now: datetime, successor: Station | None = None
) -> Station:
    """Close a station: its roster ends, its planned receptions are cancelled, its printed code
    leads to the successor (the parent station when none is named). StateMoved when closed."""
    today = local_date(now)
    with transaction.atomic():
        if not Station.objects.filter(pk=station.pk, closed_on=None).update(closed_on=today):
            raise StateMoved("station_closed", f"{station.name}已经停用了，请刷新后再看。")
        station.closed_on = today
        StationRole.objects.filter(station=station, ends_on=None, starts_on__lte=today).update(
            ends_on=today
        )
        StationRole.objects.filter(station=station, ends_on=None).delete()  # never began
        Reception.objects.filter(station=station, progress="planned", on__gte=today).update(
            progress="cancelled", cancel_reason=reason[:100] or "站点停用"
        )
        _retire_code(actor, station, successor or station.parent, reason, now)
        record(actor=actor, action="stations.closed", obj=station, now=now)
    return station


def reopen_station(*, actor: Actor, station: Station, now: datetime) -> Station:
    """Open a closed station again, with a new code. StateMoved when it is open."""
    with transaction.atomic():
        found = Station.objects.filter(pk=station.pk, closed_on__isnull=False)
        if not found.update(closed_on=None):
            raise StateMoved("station_open", f"{station.name}正在使用，不用重新启用。")
        station.closed_on = None
        issue_code(
            actor=actor, kind="station", target_code=station.code,
            region_code=station.region_code, label=station.name, now=now,
        )  # fmt: skip
        record(actor=actor, action="stations.opened", obj=station, now=now)
    return station


def check_station(station: Station) -> None:
    """Fill the sort key, bring the reception rule into one spelling, refuse what is wrong."""
    station.pinyin = sort_key(station.name)
    if station.reception_rule:
        rule = parse_rule(station.reception_rule)
        if rule is None:
            _refuse("reception_rule", f"接待日没看懂。请写成：{EXAMPLES.split('；')[0]}")
        station.reception_rule = str(rule)
    if not Region.objects.filter(code=station.region_code).exists():
        _refuse("region_code", "没有这个区划代码，请从区划列表里选。")
    if station.parent is not None and station.pk:
        _refuse_circle(station)
    checked(station)


def checked(obj: models.Model, exclude: list[str] | None = None) -> None:
    """Run the model's own checks; InputInvalid with a Chinese sentence per field."""
    try:
        obj.full_clean(exclude=exclude)
    except ValidationError as error:
        fields = {
            name: " ".join(messages)
            for name, messages in error.message_dict.items()
            if name != "__all__"
        }
        raise InputInvalid("input_invalid", " ".join(error.messages), fields) from error


def _set(station: Station, fields: Mapping[str, Any]) -> None:
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"a station's {', '.join(sorted(unknown))} cannot be set")
    for name, value in fields.items():
        if name in _LENGTHS:
            value = clean_text(  # noqa: PLW2901
                value, max_length=_LENGTHS[name], field=name, multiline=name == "introduction"
            )
        setattr(station, name, value)


def _place(station: Station, point: Point | None, datum: str) -> None:
    if point is None:
        return
    there = to_wgs84(point, datum)
    if not in_china(there):
        message = "坐标不在国内，请核对经度、纬度有没有写反。"
        raise InputInvalid("place_invalid", message, {"latitude": message})
    station.datum = datum
    station.latitude = Decimal(f"{there.latitude:.5f}")
    station.longitude = Decimal(f"{there.longitude:.5f}")


def _refuse(field: str, message: str) -> None:
    raise InputInvalid("station_invalid", message, {field: message})


def _refuse_circle(station: Station) -> None:
    above = station.parent
    for _ in range(10):
        if above is None:
            return
        if above.pk == station.pk:
            break
        above = above.parent
    _refuse("parent", "上级站点绕成了一圈，请换一个上级。")


def _relabel(station: Station, changed: list[str]) -> None:
    """Posters printed from now on carry the new name; the address stays."""
    code = active_code("station", station.code)
    if code is not None and {"name", "region_code"} & set(changed):
        code.label, code.region_code = station.name, station.region_code
        code.save(update_fields=["label", "region_code"])


def _retire_code(
    actor: Actor, station: Station, successor: Station | None, reason: str, now: datetime
) -> None:
    code = active_code("station", station.code)
    if code is None:
        return
    onward = active_code("station", successor.code) if successor else None
    retire_code(actor=actor, code=code, reason=reason or "站点停用", now=now, successor=onward)


def _free_code(region_code: str) -> str:
    """Z and the division's last digits with five random ones: nobody waits for a counter."""
    while True:
        code = f"Z{region_code[4:9]}{secrets.randbelow(100_000):05}"
        if not Station.objects.filter(code=code).exists():
            return code
