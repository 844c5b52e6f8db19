"""Seats: opening them, what their transitions write, and the end of a term."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from audit.actors import Actor
from audit.services import record
from codes.models import Code
from codes.services import retire_code
from congress.models import Term
from core.errors import Forbidden
from deputies.models import Delegation, Deputy, Group, GroupMembership, Seat, Studio
from deputies.registry import leavers, place_of
from deputies.services.groups import end_group
from deputies.services.numbers import new_code
from deputies.services.people import checked, one_wins
from deputies.states import ACTIVE, SUSPENDED, OwnerKind
from workflows import engine
from workflows.registry import Change

LEFT_OFFICE = "不再担任代表"


@dataclass(frozen=True)
class TermClosed:
    """What the end of a term ended: seats, groups, and persons with no seat left."""

    seats: int
    groups: int
    left_office: int


def open_seat(
    *,
    actor: Actor,
    deputy: Deputy,
    term: Term,
    now: datetime,
    starts_on: date | None = None,
    certificate: str = "",
    district: str = "",
    delegation: Delegation | None = None,
) -> Seat:
    """Give a person a seat in a term, from the term's first day when no other is named.

    Recorded as `deputies.seat_opened`. InputInvalid when the person has one in this term
    already, or somebody has this certificate.
    """
    seat = Seat(
        code=new_code(Seat), state=ACTIVE, deputy=deputy, term=term,
        region_code=deputy.region_code, starts_on=starts_on or term.starts_on,
        certificate=certificate, district=district, delegation=delegation,
        created_at=now, state_at=now,
    )  # fmt: skip
    checked(seat)
    with one_wins():
        engine.create(seat, actor=actor, action="deputies.seat_opened", now=now, deputy=deputy.code)
    deputy.refresh_from_db(fields=["serving", "levels"])
    return seat


def change_seat(*, actor: Actor, seat: Seat, now: datetime, **fields: Any) -> Seat:
    """Correct a seat's `delegation`, `certificate`, `district` or `starts_on`; never its state."""
    unknown = set(fields) - {"delegation", "certificate", "district", "starts_on"}
    if unknown:
        raise TypeError(f"a seat's {', '.join(sorted(unknown))} cannot be changed")
    for name, value in fields.items():
        setattr(seat, name, value)
    checked(seat)
    with transaction.atomic():
        seat.save(update_fields=list(fields))
        data = {"fields": sorted(fields)}
        record(actor=actor, action="deputies.seat_changed", obj=seat, now=now, data=data)
    return seat


def close_term(*, actor: Actor, term: Term, on: date, now: datetime) -> TermClosed:
    """End a term: its seats expire, its groups end, and who holds no other seat leaves office.

    Seats of the next term are opened first, so that who was elected again keeps code, grids and
    studio; what was done stays with the old seat (DOMAIN trap 14). One transaction. Forbidden when
    a seat lies outside the actor's region. Doing it twice changes nothing.
    """
    seats = list(Seat.objects.filter(term=term, state__in=[ACTIVE, SUSPENDED]).order_by("pk"))
    groups = list(Group.objects.filter(term=term, ended_on__isnull=True))
    covered = [actor.has_perm("deputies.change_seat", seat) for seat in seats]
    covered += [actor.has_perm("deputies.change_group", group) for group in groups]
    if not all(covered):
        raise Forbidden(message="这一届有席位或小组不在您的管理范围，请由上一级人大机关办理。")
    with transaction.atomic():
        for seat in seats:
            engine.apply(seat, "expire", actor=actor, data={"on": on.isoformat()}, now=now)
        for group in groups:
            end_group(actor=actor, group=group, on=on, now=now)
        left = Deputy.objects.filter(seats__in=seats, serving=False).distinct().count()
        record(
            actor=actor, action="deputies.term_closed", obj=term, now=now,
            data={"on": on.isoformat(), "seats": len(seats), "groups": len(groups)},
        )  # fmt: skip
    return TermClosed(len(seats), len(groups), left)


# --- effects of the transitions (the engine writes the state after them) ------------------------


def write_suspension(change: Change) -> None:
    """Since when and by which paper; the reason stays in the register and is never public."""
    data = change.data
    _write(change.obj, suspended_on=data["on"], end_reason=data["reason"], end_note=data["note"])
    change.log["on"] = data["on"].isoformat()


def write_resumption(change: Change) -> None:
    _write(change.obj, suspended_on=None, end_reason="", end_note=change.data["note"])
    change.log["on"] = change.data["on"].isoformat()


def write_termination(change: Change) -> None:
    data = change.data
    _write(change.obj, ends_on=data["on"], end_reason=data["reason"], end_note=data["note"])
    change.log["on"] = data["on"].isoformat()
    _leave_office(change, data["on"], data.get("successor"))


def write_expiry(change: Change) -> None:
    _write(change.obj, ends_on=change.data["on"])
    change.log["on"] = change.data["on"].isoformat()
    _leave_office(change, change.data["on"], None)


def _write(seat: Seat, **values: Any) -> None:
    for name, value in values.items():
        setattr(seat, name, value)
    seat.save(update_fields=list(values))


def _leave_office(change: Change, on: date, successor: Deputy | None) -> None:
    """With the last seat go code, groups, studio and (by registry) grids and rosters."""
    seat: Seat = change.obj
    # The person is locked: of two last seats that end at once, the second sees the first.
    deputy = Deputy.objects.select_for_update().get(pk=seat.deputy_id)
    held = Seat.objects.filter(deputy=deputy, state__in=[ACTIVE, SUSPENDED]).exclude(pk=seat.pk)
    if held.exists():
        return
    _retire_codes(deputy, successor, change.actor, change.now)
    memberships = GroupMembership.objects.filter(deputy=deputy, ends_on__isnull=True)
    memberships.update(ends_on=Greatest("starts_on", Value(on)))  # never before it began
    studios = Studio.objects.filter(owner_kind=OwnerKind.DEPUTY, owner_code=deputy.code)
    studios.filter(closed_on__isnull=True).update(closed_on=Greatest("opened_on", Value(on)))
    for leaver in leavers():
        leaver(deputy, change.actor, on, change.now)


def _retire_codes(deputy: Deputy, successor: Deputy | None, actor: Actor, now: datetime) -> None:
    """A printed code goes on to the named successor, else to the deputy's station."""
    for code in Code.objects.filter(kind="deputy", target_code=deputy.code, state="active"):
        retire_code(
            actor=actor, code=code, reason=LEFT_OFFICE, now=now,
            successor=_successor_code(deputy, successor),
        )  # fmt: skip


def _successor_code(deputy: Deputy, successor: Deputy | None) -> Code | None:
    if successor is not None:
        found = Code.objects.filter(kind="deputy", target_code=successor.code, state="active")
        if first := found.first():
            return first
    place = place_of(deputy)
    return place.printed if place else None
