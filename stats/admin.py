"""What statistics put on the staff's menu and dashboard."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.admin import MenuLink, register_menu_link, register_panel
from stats.access import PERMISSION, places_of
from stats.definitions import RATES
from stats.parts import items_url
from stats.selectors import newest

SHOWN = ("message.closed", "message.solved", "message.satisfied", "order.on_time")

register_menu_link(MenuLink("办理", 5, "统计", "stats_admin:overview", PERMISSION))


def rates_panel(request: HttpRequest) -> dict[str, Any] | None:
    """今年的率: 办结 beside 解决, each with its fraction and the items behind it."""
    own = places_of(request.user) if request.user.has_perm(PERMISSION) else []
    if not own:
        return None
    found = newest(own[0], now=timezone.now())
    rows = [
        {"reading": found.reading(rate),
         "url": items_url("stats_admin:items", found, f"{rate.kind}.{rate.numerator}")}
        for rate in (RATES[code] for code in SHOWN)
    ]  # fmt: skip
    url = reverse("stats_admin:overview")
    return {"rates": rows, "url": url, "taken_at": found.taken_at}


register_panel(30, "admin/stats/panel.html", rates_panel, area="side")
