"""What happens to suggestions when the world around them changes: calendar loaded, unit merged."""

from datetime import datetime

from congress.models import Unit
from handling.selectors import due_for
from notifications.models import Clock
from proposals import states
from proposals.models import Assignment, Proposal
from proposals.services.deadlines import follow_orders, lapse_after, show


def recount(years: list[int], now: datetime) -> None:
    """Listener of the calendar, after clocks and orders: what is shown follows what was counted."""
    for proposal in Proposal.objects.select_for_update().filter(provisional=True):
        if proposal.state in states.WORKING and proposal.assignments.exists():
            follow_orders(proposal)
            _undispatched(proposal)
            continue
        clock = _clock(proposal)
        if clock is None or clock.provisional:
            continue
        due = due_for(clock.name, proposal.region_code, clock.counted_from or clock.started_on)
        show(proposal, due)
        if proposal.state == states.REPLIED:
            lapse_after(proposal, due, proposal.round)


def _undispatched(proposal: Proposal) -> None:
    """Handed to 政府督查室 and not given on yet: no order says the day."""
    row = proposal.assignments.filter(round=proposal.round, dispatched_at=None).first()
    if row is None or row.through_id is None:
        return
    due = due_for(row.rule, proposal.region_code, row.counted_from)
    row.due_on = row.original_due_on = due.on
    row.provisional = due.provisional
    row.save(update_fields=["due_on", "original_due_on", "provisional"])
    show(proposal, due)


def _clock(proposal: Proposal) -> Clock | None:
    rows = Clock.objects.filter(object_type="proposals.proposal", object_code=proposal.code)
    return rows.filter(stopped_at=None).first()


def follow_merger(unit: Unit, into: Unit, now: datetime) -> None:
    """Listener of the units: what waits to be given on waits at the heir."""
    Proposal.objects.filter(through=unit, state__in=states.OPEN).update(through=into)
    Assignment.objects.filter(through=unit, dispatched_at=None).update(through=into)
