"""Writing what a sheet of deputies asks for, in a handful of statements per thousand rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model, OuterRef, Subquery

from audit.actors import Actor
from audit.services import record, record_many
from congress.models import Term
from congress.services.pinyin import sort_key
from core.dates import local_date
from deputies.models import Delegation, Deputy, GroupMembership, Seat, Studio
from deputies.rules import initials_of
from deputies.services.numbers import new_codes
from deputies.services.sheet_plan import PersonRow, Plan, SeatRow
from deputies.states import ACTIVE

BATCH = 1_000


def store(plan: Plan, actor: Actor, now: datetime) -> None:
    """Write the plan; the caller's transaction makes it all or nothing."""
    _foresee(plan.seats)
    _people(plan.people, actor, now)
    delegations = _delegations(plan, actor, now)
    _seats(plan.seats, delegations, actor, now)
    _memberships(plan, actor, now)
    _studios(plan, actor, now)
    if plan.people:
        record(
            actor=actor, action="deputies.deputies_imported", obj=plan.people[0].deputy, now=now,
            data={"added": plan.added, "changed": plan.changed},
        )  # fmt: skip


def _foresee(rows: Sequence[SeatRow]) -> None:
    """Say at once who will be in office: the trigger then finds nothing to write again."""
    for row in rows:
        deputy = row.person.deputy
        if row.person.is_new:
            deputy.serving = True
            deputy.levels = sorted({*deputy.levels, row.seat.term.congress.level})


def _people(rows: Sequence[PersonRow], actor: Actor, now: datetime) -> None:
    new = [row.deputy for row in rows if row.is_new]
    changed = [row.deputy for row in rows if not row.is_new and row.changed]
    moved = [row.deputy.pk for row in rows if not row.is_new and "region_code" in row.changed]
    numbers = iter(new_codes(Deputy, sum(not deputy.code for deputy in new)))
    for deputy in new:
        deputy.code = deputy.code or next(numbers)
        deputy.pinyin, deputy.initials = sort_key(deputy.name), initials_of(deputy.name)
    Deputy.objects.bulk_create(new, batch_size=BATCH)
    fields = ["gender", "region_code", "occupation", "office_phone", "introduction"]
    _overwrite(Deputy, changed, fields)
    if moved:
        place = Deputy.objects.filter(pk=OuterRef("deputy")).values("region_code")
        Seat.objects.filter(deputy__in=moved).update(region_code=Subquery(place[:1]))
    record_many(actor=actor, action="deputies.deputy_registered", objects=new, now=now)
    record_many(actor=actor, action="deputies.deputy_updated", objects=changed, now=now)


def _delegations(plan: Plan, actor: Actor, now: datetime) -> dict[tuple[int, str], int]:
    wanted = list(plan.delegations)
    terms = Term.objects.select_related("congress").in_bulk({term for term, _ in wanted})
    rows = [
        Delegation(
            code=code, term=terms[term], name=name, region_code=terms[term].congress.region_code
        )
        for code, (term, name) in zip(new_codes(Delegation, len(wanted)), wanted, strict=True)
    ]
    Delegation.objects.bulk_create(rows)
    record_many(actor=actor, action="deputies.delegation_created", objects=rows, now=now)
    return {(row.term_id, row.name): row.pk for row in rows}


def _seats(
    rows: Sequence[SeatRow], delegations: dict[tuple[int, str], int], actor: Actor, now: datetime
) -> None:
    new = [row for row in rows if row.is_new]
    for row in rows:
        if row.delegation:
            row.seat.delegation_id = delegations[row.seat.term_id, row.delegation]
    for code, row in zip(new_codes(Seat, len(new)), new, strict=True):
        row.seat.code, row.seat.deputy = code, row.person.deputy
        row.seat.region_code = row.person.deputy.region_code
        row.seat.created_at = row.seat.state_at = now
    fresh = [row.seat for row in new]
    Seat.objects.bulk_create(fresh, batch_size=BATCH)
    changed = [row.seat for row in rows if row.changed and not row.is_new]
    _overwrite(Seat, changed, ["district", "certificate", "starts_on", "delegation"])
    record_many(actor=actor, action="deputies.seat_opened", objects=fresh, now=now, to_state=ACTIVE)
    record_many(actor=actor, action="deputies.seat_changed", objects=changed, now=now)


def _memberships(plan: Plan, actor: Actor, now: datetime) -> None:
    rows = [
        GroupMembership(group_id=group, deputy=row.deputy, starts_on=local_date(now))
        for row, group in plan.memberships
    ]
    GroupMembership.objects.bulk_create(rows, batch_size=BATCH)


def _studios(plan: Plan, actor: Actor, now: datetime) -> None:
    """Rename the open studio of who has one, open one for the others."""
    names = {row.deputy.code: name for row, name in plan.studios}
    people = {row.deputy.code: row.deputy for row, _ in plan.studios}
    opened = Studio.objects.filter(
        owner_kind="deputy", owner_code__in=names, closed_on__isnull=True
    )
    renamed = list(opened)
    for studio in renamed:
        studio.name = names.pop(studio.owner_code)
    _overwrite(Studio, renamed, ["name"])
    new = [
        Studio(
            code=code, name=name, owner_kind="deputy", owner_code=owner,
            region_code=people[owner].region_code, opened_on=local_date(now),
        )
        for code, (owner, name) in zip(new_codes(Studio, len(names)), names.items(), strict=True)
    ]  # fmt: skip
    Studio.objects.bulk_create(new, batch_size=BATCH)
    record_many(actor=actor, action="deputies.studio_opened", objects=new, now=now)


def _overwrite(model: type[Model], rows: Sequence[Any], fields: list[str]) -> None:
    """Update by upsert on the key: bulk_update's CASE is twenty times slower."""
    if rows:
        model._default_manager.bulk_create(
            rows, batch_size=BATCH, update_conflicts=True, unique_fields=["id"],
            update_fields=fields,
        )  # fmt: skip
