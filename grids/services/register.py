"""Registering grids, putting deputies into them and taking them out, patrols."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.actors import Actor
from audit.services import record
from congress.models import Region
from core.dates import local_date
from core.errors import Forbidden, InputInvalid, StateMoved
from core.text import clean_text
from deputies.models import Deputy
from deputies.services import record_duty
from deputies.services.people import checked, one_wins
from grids.models import Grid, GridService, Patrol

COMMUNITY_DIGITS = 12


def register_grid(*, actor: Actor, code: str, name: str, now: datetime, **fields: Any) -> Grid:
    """Add a grid below a registered community (`kind`, `households` by keyword)."""
    grid = Grid(code=code, region_code=code, name=name, **fields)
    check_grid(grid)
    with one_wins():
        grid.save(force_insert=True)
        record(actor=actor, action="grids.grid_registered", obj=grid, now=now)
    return grid


def update_grid(*, actor: Actor, grid: Grid, now: datetime, **fields: Any) -> Grid:
    """Change a grid's `name`, `kind` or `households`; its code is its place and never changes."""
    unknown = set(fields) - {"name", "kind", "households"}
    if unknown:
        raise TypeError(f"a grid's {', '.join(sorted(unknown))} cannot be changed")
    changed = sorted(name for name, value in fields.items() if getattr(grid, name) != value)
    if not changed:
        return grid
    for name in changed:
        setattr(grid, name, fields[name])
    checked(grid)
    with transaction.atomic():
        grid.save(update_fields=changed)
        data = {"fields": changed}
        record(actor=actor, action="grids.grid_updated", obj=grid, now=now, data=data)
    return grid


def retire_grid(*, actor: Actor, grid: Grid, on: date, now: datetime) -> Grid:
    """Close a grid that no longer exists; who serves there stops. StateMoved when it is closed."""
    with transaction.atomic():
        hit = Grid.objects.filter(pk=grid.pk, retired_on__isnull=True).update(retired_on=on)
        if hit != 1:
            raise StateMoved("grid_retired", f"{grid.name}已经撤销，请刷新后再看。")
        for service in grid.services.open().select_related("deputy", "grid"):
            end_service(actor=actor, service=service, on=max(on, service.starts_on), now=now)
        data = {"on": on.isoformat()}
        record(actor=actor, action="grids.grid_retired", obj=grid, now=now, data=data)
    grid.retired_on = on
    return grid


def start_service(
    *, actor: Actor, grid: Grid, deputy: Deputy, starts_on: date, now: datetime
) -> GridService:
    """Let a deputy serve in a grid (代表进网格); several may, and one may hold several grids.

    InputInvalid when the grid is retired, the deputy not in office, or serving there already.
    """
    if grid.retired_on is not None:
        raise InputInvalid("grid_retired", f"{grid.name}已经撤销，请选别的网格。")
    if not deputy.serving:
        message = f"{deputy.name}现在不在任，不能进网格。"
        raise InputInvalid("deputy_not_serving", message, {"deputy": message})
    service = GridService(grid=grid, deputy=deputy, starts_on=starts_on)
    checked(service)
    with one_wins():
        service.save()
        data = {"deputy": deputy.code, "on": starts_on.isoformat()}
        record(actor=actor, action="grids.service_started", obj=grid, now=now, data=data)
    grid.gap = False
    return service


def end_service(*, actor: Actor, service: GridService, on: date, now: datetime) -> GridService:
    """End a service on a day; the row stays. StateMoved when it has ended."""
    if on < service.starts_on:
        raise InputInvalid("dates", "结束日期不应早于开始日期。", {"on": "请改日期。"})
    with transaction.atomic():
        hit = GridService.objects.filter(pk=service.pk, ends_on__isnull=True).update(ends_on=on)
        if hit != 1:
            raise StateMoved("service_ended", "这位代表已经不在这个网格，请刷新后再看。")
        data = {"deputy": service.deputy.code, "on": on.isoformat()}
        record(actor=actor, action="grids.service_ended", obj=service.grid, now=now, data=data)
    service.ends_on = on
    return service


def record_patrol(
    *,
    actor: Actor,
    grid: Grid,
    deputy: Deputy,
    now: datetime,
    on: date | None = None,
    note: str = "",
    message_code: str = "",
) -> Patrol:
    """Write down that a deputy went through a grid; it enters the duty file.

    `message_code` names the message the patrol found; the same message again gives the same
    patrol. Forbidden when the deputy does not serve there; InputInvalid for a future day.
    """
    note = clean_text(note, max_length=300, field="note")
    on = on or local_date(now)
    if on > local_date(now):
        raise InputInvalid("future", "巡查日期还没有到。", {"on": "请填已经发生的日期。"})
    if not grid.services.filter(deputy=deputy, ends_on__isnull=True).exists():
        raise Forbidden(message="您不在这个网格任职，不能登记这里的巡查。")
    if message_code:
        known = Patrol.objects.filter(message_code=message_code).first()
        if known is not None:
            return known
    with transaction.atomic():
        patrol = Patrol.objects.create(
            grid=grid, deputy=deputy, on=on, note=note, message_code=message_code, created_at=now
        )
        record_duty(
            deputy=deputy, kind="patrol", on=on, title=f"巡查{grid.name}"[:120],
            source_type="grids.patrol", source_code=str(patrol.pk), actor=actor, now=now,
        )  # fmt: skip
        data = {"deputy": deputy.code, "message": message_code}
        record(actor=actor, action="grids.patrolled", obj=grid, now=now, data=data)
    return patrol


def end_services_of(deputy: Deputy, actor: Actor, on: date, now: datetime) -> None:
    """With a deputy's last seat the services end (`deputies.registry.on_left_office`)."""
    services = GridService.objects.filter(deputy=deputy, ends_on__isnull=True)
    for service in services.select_related("grid", "deputy").order_by("grid_id"):
        end_service(actor=actor, service=service, on=max(on, service.starts_on), now=now)


def check_grid(grid: Grid) -> None:
    """Refuse a code that is no grid's, or whose community is not registered."""
    checked(grid)
    community = grid.code[:COMMUNITY_DIGITS]
    if not Region.objects.filter(code=community).exists():
        message = f"没有代码为{community}的社区（村），请核对网格编码的前12位。"
        raise InputInvalid("community_unknown", message, {"code": message})
