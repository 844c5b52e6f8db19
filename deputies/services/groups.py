"""Delegations, groups and who is in them, studios."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.actors import Actor
from audit.services import record
from congress.models import Term
from core.errors import InputInvalid, StateMoved
from deputies.models import Delegation, Deputy, Group, GroupMembership, Studio
from deputies.services.numbers import new_code
from deputies.services.people import checked, one_wins

CONVENORS_AT_MOST = 2  # DBF 27: one or two convenors


def create_delegation(
    *, actor: Actor, term: Term, name: str, now: datetime, region_code: str = ""
) -> Delegation:
    """Add a 代表团 to a term; it lies where its congress does unless a place is named."""
    region_code = region_code or term.congress.region_code
    row = Delegation(code=new_code(Delegation), term=term, name=name, region_code=region_code)
    checked(row)
    with transaction.atomic():
        row.save()
        record(actor=actor, action="deputies.delegation_created", obj=row, now=now)
    return row


def create_group(
    *, actor: Actor, name: str, kind: str, region_code: str, now: datetime, **fields: Any
) -> Group:
    """Form a group (`field`, `term`, `counterpart`, `founded_on`, `code` by keyword)."""
    fields.setdefault("code", new_code(Group))
    group = Group(name=name, kind=kind, region_code=region_code, **fields)
    checked(group)
    with transaction.atomic():
        group.save(force_insert=True)
        record(actor=actor, action="deputies.group_created", obj=group, now=now)
    return group


def update_group(*, actor: Actor, group: Group, now: datetime, **fields: Any) -> Group:
    """Change a group's name, kind, field, term, counterpart, place or founding day."""
    for name, value in fields.items():
        setattr(group, name, value)
    checked(group)
    with transaction.atomic():
        group.save(update_fields=list(fields))
        data = {"fields": sorted(fields)}
        record(actor=actor, action="deputies.group_updated", obj=group, now=now, data=data)
    return group


def end_group(*, actor: Actor, group: Group, on: date, now: datetime) -> Group:
    """Dissolve a group; memberships and its studio end with it. StateMoved when it has ended."""
    with transaction.atomic():
        hit = Group.objects.filter(pk=group.pk, ended_on__isnull=True).update(ended_on=on)
        if hit != 1:
            raise StateMoved("group_ended", f"{group.name}已经结束，请刷新后再看。")
        for membership in group.memberships.filter(ends_on__isnull=True):
            membership.ends_on = max(on, membership.starts_on)
            membership.save(update_fields=["ends_on"])
        for studio in Studio.objects.filter(
            owner_kind="group", owner_code=group.code, closed_on__isnull=True
        ):
            close_studio(actor=actor, studio=studio, on=on, now=now)
        data = {"on": on.isoformat()}
        record(actor=actor, action="deputies.group_ended", obj=group, now=now, data=data)
    group.ended_on = on
    return group


def join_group(
    *,
    actor: Actor,
    group: Group,
    deputy: Deputy,
    starts_on: date,
    now: datetime,
    convenor: bool = False,
) -> GroupMembership:
    """Put a deputy of any level into a group.

    InputInvalid when the group has ended, the person is in it, does not serve, or a third
    convenor is named.
    """
    if group.ended_on is not None:
        raise InputInvalid("group_ended", f"{group.name}已经结束，不能再加人。")
    if not deputy.serving:
        message = f"{deputy.name}现在不在任，不能编入小组。"
        raise InputInvalid("deputy_not_serving", message, {"deputy": message})
    row = GroupMembership(group=group, deputy=deputy, convenor=convenor, starts_on=starts_on)
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)
        if convenor:
            _refuse_third_convenor(group)
        checked(row)
        row.save()
        data = {"deputy": deputy.code, "convenor": convenor}
        record(actor=actor, action="deputies.group_joined", obj=group, now=now, data=data)
    return row


def leave_group(
    *, actor: Actor, membership: GroupMembership, on: date, now: datetime
) -> GroupMembership:
    """End a membership; StateMoved when it has ended."""
    if on < membership.starts_on:
        raise InputInvalid("dates", "结束日期不应早于开始日期。", {"on": "请改日期。"})
    with transaction.atomic():
        hit = GroupMembership.objects.filter(pk=membership.pk, ends_on__isnull=True)
        if hit.update(ends_on=on) != 1:
            raise StateMoved("membership_ended", "这位代表已经不在小组里，请刷新后再看。")
        data = {"deputy": membership.deputy.code}
        record(actor=actor, action="deputies.group_left", obj=membership.group, now=now, data=data)
    membership.ends_on = on
    return membership


def open_studio(
    *,
    actor: Actor,
    owner_kind: str,
    owner_code: str,
    region_code: str,
    name: str,
    now: datetime,
    opened_on: date,
    introduction: str = "",
    code: str = "",
) -> Studio:
    """Open a 云工作室 for a deputy, a station or a group; one open studio per owner."""
    studio = Studio(
        code=code or new_code(Studio), name=name, owner_kind=owner_kind, owner_code=owner_code,
        region_code=region_code, introduction=introduction, opened_on=opened_on,
    )  # fmt: skip
    checked(studio)
    with one_wins():
        studio.save(force_insert=True)
        record(actor=actor, action="deputies.studio_opened", obj=studio, now=now)
    return studio


def update_studio(*, actor: Actor, studio: Studio, now: datetime, **fields: Any) -> Studio:
    """Change a studio's `name` or `introduction`; its owner never changes."""
    unknown = set(fields) - {"name", "introduction"}
    if unknown:
        raise TypeError(f"a studio's {', '.join(sorted(unknown))} cannot be changed")
    for name, value in fields.items():
        setattr(studio, name, value)
    checked(studio)
    with transaction.atomic():
        studio.save(update_fields=list(fields))
        data = {"fields": sorted(fields)}
        record(actor=actor, action="deputies.studio_updated", obj=studio, now=now, data=data)
    return studio


def close_studio(*, actor: Actor, studio: Studio, on: date, now: datetime) -> Studio:
    """Close a studio; StateMoved when it is closed."""
    with transaction.atomic():
        hit = Studio.objects.filter(pk=studio.pk, closed_on__isnull=True).update(closed_on=on)
        if hit != 1:
            raise StateMoved("studio_closed", f"{studio.name}已经关闭，请刷新后再看。")
        data = {"on": on.isoformat()}
        record(actor=actor, action="deputies.studio_closed", obj=studio, now=now, data=data)
    studio.closed_on = on
    return studio


def _refuse_third_convenor(group: Group) -> None:
    convenors = group.memberships.filter(convenor=True, ends_on__isnull=True).count()
    if convenors >= CONVENORS_AT_MOST:
        message = f"召集人最多{CONVENORS_AT_MOST}名，请先免去一名。"
        raise InputInvalid("too_many_convenors", message, {"convenor": message})
