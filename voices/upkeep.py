"""What happens to open messages when a calendar year is loaded."""

from datetime import datetime

from core.dates import local_date
from handling.selectors import due_for
from notifications.models import Clock
from voices import states
from voices.models import Message


def recount(years: list[int], now: datetime) -> None:
    """Listener of the calendar, after the clocks: a message shows its running clock's date."""
    clocks = Clock.objects.filter(object_type="voices.message", stopped_at=None)
    rows = Message.objects.select_for_update().filter(provisional=True, due_on__isnull=False)
    for message in rows:
        clock = clocks.filter(object_code=message.code).first()
        if clock is not None:
            message.due_on, message.provisional = clock.due_on, clock.provisional
        elif message.state == states.ANSWERED and message.answered_at:
            start = local_date(message.answered_at)
            due = due_for("message_feedback_within", message.region_code, start)
            message.due_on, message.provisional = due.on, due.provisional
        message.original_due_on = message.due_on
        message.save(update_fields=["due_on", "original_due_on", "provisional"])
