"""What happens to open orders when the world around them changes: calendar loaded, unit merged."""

from datetime import datetime

from audit.actors import SYSTEM
from audit.services import record
from congress.models import Unit
from core.dates import local_date
from handling import states
from handling.models import Order
from handling.selectors import due_for
from handling.services import RETURN_RULE
from workflows.engine import apply

RETURNABLE = (states.ASSIGNED, states.SIGNED)


def recount(years: list[int], now: datetime) -> None:
    """Listener of the calendar: open orders with a provisional date get the counted one.

    The window for giving an order back is counted again where it ends in these years.
    """
    for order in Order.objects.select_for_update().filter(
        state__in=RETURNABLE, return_until__year__in=years
    ):
        on = due_for(RETURN_RULE, order.region_code, local_date(order.assigned_at)).on
        if on != order.return_until:
            order.return_until = on
            order.save(update_fields=["return_until"])
    open_ones = Order.objects.select_for_update().filter(provisional=True, state__in=states.OPEN)
    for order in open_ones:
        if order.due_on != order.original_due_on:  # an agreed extension stays what was agreed
            continue
        due = due_for(order.due_rule, order.region_code, order.started_on)
        order.due_on = order.original_due_on = due.on
        order.provisional = due.provisional
        order.save(update_fields=["due_on", "original_due_on", "provisional"])
        record(
            actor=SYSTEM, action="handling.order.recounted", obj=order, now=now,
            round=order.round, data={"due_on": due.on.isoformat()},
        )  # fmt: skip


def follow_merger(unit: Unit, into: Unit, now: datetime) -> None:
    """Listener of the units: what was open goes on with the unit that took the other over.

    A unit that would give an opinion to itself owes none any more.
    """
    living = (*states.OPEN, states.REPLIED)
    for order in Order.objects.select_for_update().filter(unit=unit, state__in=living):
        order.unit = into
        order.save(update_fields=["unit"])
        record(
            actor=SYSTEM, action="handling.order.taken_over", obj=order, now=now,
            round=order.round, data={"from": unit.code, "to": into.code},
        )  # fmt: skip
    own = Order.objects.filter(unit=into, lead__unit=into, role=states.CO, state__in=states.OPEN)
    for order in own:
        apply(order, "stop", actor=SYSTEM, now=now)
