"""The register of handling units: adding, changing, merging, retiring, importing."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.actors import Actor
from audit.services import record
from congress.models import Congress, Unit
from congress.registry import unit_listeners
from congress.services.bodies import checked
from congress.services.pinyin import sort_key
from core.errors import InputInvalid, StateMoved

EDITABLE = ("name", "short_name", "kind", "region_code", "parent", "phone")


def create_unit(
    *, actor: Actor, congress: Congress, code: str, name: str, kind: str, now: datetime,
    **fields: Any,
) -> Unit:  # fmt: skip
    """Add a unit to a congress's register (`short_name`, `parent`, `phone`, `region_code`)."""
    fields.setdefault("region_code", congress.region_code)
    unit = Unit(congress=congress, code=code, name=name, kind=kind, **fields)
    unit.pinyin = sort_key(unit.short_name or name)
    check_unit(unit)
    with transaction.atomic():
        unit.save()
        record(actor=actor, action="congress.unit_added", obj=unit, now=now)
    return unit


def change_unit(*, actor: Actor, unit: Unit, now: datetime, **fields: Any) -> Unit:
    """Change a unit's name, kind, parent, phone or place."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"a unit's {', '.join(sorted(unknown))} cannot be changed")
    for name, value in fields.items():
        setattr(unit, name, value)
    unit.pinyin = sort_key(unit.short_name or unit.name)
    check_unit(unit)
    with transaction.atomic():
        unit.save()
        record(
            actor=actor,
            action="congress.unit_changed",
            obj=unit,
            now=now,
            data={"fields": sorted(fields)},
        )
    return unit


def merge_unit(*, actor: Actor, unit: Unit, into: Unit, on: date, now: datetime) -> Unit:
    """Merge a unit into another of the same congress (机构改革); history stays with its row.

    Units below it move under the other. Upper apps hear of it (`on_unit_merged`) and hand
    over what is still open. StateMoved when either is merged or retired already.
    """
    with transaction.atomic():
        rows = Unit.objects.select_for_update().in_bulk([unit.pk, into.pk])
        unit, into = rows[unit.pk], rows[into.pk]
        _refuse_merge(unit, into)
        unit.children.exclude(pk=into.pk).update(parent=into)
        if into.parent_id == unit.pk:
            into.parent = unit.parent
            into.save(update_fields=["parent"])
        unit.merged_into, unit.retired_on = into, on
        unit.save(update_fields=["merged_into", "retired_on"])
        data = {"into": into.code, "on": on.isoformat()}
        record(actor=actor, action="congress.unit_merged", obj=unit, now=now, data=data)
        for listener in unit_listeners():
            listener(unit, into, now)
    return unit


def _refuse_merge(unit: Unit, into: Unit) -> None:
    if unit.pk == into.pk:
        raise InputInvalid("merge_into_itself", "请选择另一个单位。", {"into": "不能并入自己。"})
    if unit.congress_id != into.congress_id:
        raise InputInvalid("merge_across", "只能并入本级人大名下的单位。")
    for one in (unit, into):
        if one.retired_on is not None:
            raise StateMoved("unit_retired", f"{one.name}已经停用或并入别的单位，请刷新后再看。")


def retire_unit(*, actor: Actor, unit: Unit, on: date, now: datetime) -> Unit:
    """Close a unit that nobody takes over from; it takes no new work from then on."""
    with transaction.atomic():
        hit = Unit.objects.filter(pk=unit.pk, retired_on=None).update(retired_on=on)
        if hit != 1:
            raise StateMoved("unit_retired", f"{unit.name}已经停用，请刷新后再看。")
        data = {"on": on.isoformat()}
        record(actor=actor, action="congress.unit_retired", obj=unit, now=now, data=data)
    unit.retired_on = on
    return unit


def check_unit(unit: Unit) -> None:
    """Refuse a unit that does not fit its congress or hangs below itself (InputInvalid)."""
    checked(unit)
    if not unit.region_code.startswith(unit.congress.region_code):
        remedy = f"请填以{unit.congress.region_code}开头的代码。"
        raise InputInvalid("region_outside", "区划不在本级人大范围内。", {"region_code": remedy})
    if unit.parent and unit.parent.congress_id != unit.congress_id:
        raise InputInvalid("parent_across", "上级单位应在同一级人大名下。", {"parent": "请重选。"})
    seen, above = {unit.pk}, unit.parent
    while above is not None:
        if above.pk in seen and above.pk is not None:
            raise InputInvalid(
                "parent_circle", "上级单位绕回了自己。", {"parent": "请选别的单位。"}
            )
        seen.add(above.pk)
        above = above.parent
