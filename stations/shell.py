"""What stations hang on the desk's menu and home."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from accounts import desk
from accounts.desk import Todo
from core.dates import local_date
from stations.models import Appointment, Reception

AT_MOST = 20
AHEAD = timedelta(days=3)  # DOMAIN §4.2: deputies are told three days before


def todos(user: Any, now: datetime) -> list[Todo]:
    """Receptions that come or wait to be recorded, and people who ask to meet."""
    keeper = bool(user.scope_codes("station", "stations.change_reception"))
    deputy = bool(user.scope_codes("deputy", "stations.hold_reception"))
    if not keeper and not deputy:  # a whole region's receptions are no one person's to-do
        return []
    found = [_reception(row, now) for row in _receptions(user, now)]
    if keeper:
        found += [_appointment(row) for row in _appointments(user)]
    return found


def _receptions(user: Any, now: datetime) -> Any:
    rows = Reception.objects.visible_to(user).filter(
        progress="planned", on__lte=local_date(now) + AHEAD, station__closed_on=None
    )
    return rows.select_related("station").order_by("on")[:AT_MOST]


def _reception(row: Reception, now: datetime) -> Todo:
    over = row.on < local_date(now)
    url = reverse("stations_desk:reception", args=[row.station.code, row.code])
    return Todo(
        title=f"{row.station.name}：{row.theme}", url=url, tag="接待",
        detail=f"{row.on.month}月{row.on.day}日 {row.starts_at:%H:%M}，{row.audience}",
        due_on=row.on, action_label="登记接待" if over else "看安排", action_url=url,
    )  # fmt: skip


def _appointments(user: Any) -> Any:
    rows = Appointment.objects.visible_to(user).filter(progress="requested")
    return rows.select_related("station", "deputy").order_by("created_at")[:AT_MOST]


def _appointment(row: Appointment) -> Todo:
    url = reverse("stations_desk:appointments", args=[row.station.code])
    who = f"想见{row.deputy.name}代表" if row.deputy else "想见代表"
    return Todo(
        title=f"有群众{who}", url=url, tag="约见", detail=row.station.name,
        action_label="约时间", action_url=url,
    )  # fmt: skip


def fill() -> None:
    """Register the menu line and the to-dos."""
    desk.register_menu(
        40, "联络站", "station", "stations_desk:home", "stations.change_station", phone=True
    )
    desk.register_todo(todos)
