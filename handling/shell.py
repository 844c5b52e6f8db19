"""What orders hang on the desk's menu and home."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts import desk
from accounts.desk import Todo
from handling import states
from handling.models import Extension, Order
from handling.selectors import decide_by
from notifications.models import Clock
from workflows.engine import available

AT_MOST = 30


def waiting(user: Any) -> Any:
    """Orders on which it is this person's turn: a unit's open ones, a dispatcher's questions."""
    rows = Order.objects.visible_to(user)
    if user.has_role("unit_handler", "unit_head"):
        return rows.filter(state__in=(states.ASSIGNED, states.SIGNED, states.HANDLING))
    longer = Extension.objects.filter(granted__isnull=True).values("order")
    asked = Q(state__in=(states.RETURN_REQUESTED, states.REPLIED)) | Q(pk__in=longer)
    return rows.filter(asked)


def todos(user: Any, now: datetime) -> list[Todo]:
    """Orders to act on with their next action, soonest first."""
    if not user.has_perm("handling.view_order") or user.has_role("deputy"):
        return []
    rows = waiting(user).select_related("unit").order_by("due_on", "id")[:AT_MOST]
    deciding = decide_by(rows)
    return [_todo(order, user, now, deciding.get(order.code)) for order in rows]


def _todo(order: Order, user: Any, now: datetime, deciding: Clock | None) -> Todo:
    url = reverse("handling_desk:order", args=[order.code])
    able = [a for a in available(order, user, now=now) if a.primary and not a.blocked]
    return Todo(
        title=order.title, url=url, tag="交办",
        detail=f"{order.get_state_display()} · {order.unit.name}",
        due_on=deciding.due_on if deciding else order.due_on,
        action_label=able[0].label if able else "去看看", action_url=url,
    )  # fmt: skip


def fill() -> None:
    """Register the menu line and the to-dos."""
    desk.register_menu(
        20, "交办单", "stamp", "handling_desk:orders",
        lambda user: user.has_perm("handling.view_order") and not user.has_role("deputy"),
        count_fn=lambda user, now: desk.counted(waiting(user)),
    )  # fmt: skip
    desk.register_todo(todos)
