"""The one running clock of a suggestion, and the day shown with it."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from congress.rules import DueDate
from core.dates import local_date
from handling.selectors import due_for
from jobs.services import schedule
from notifications.clocks import start_clock, stop_clock
from proposals.models import Proposal, Publication
from proposals.selectors import present_clock_day

LAPSE = "proposals.lapse"
_SHOWN = ["due_on", "basis", "provisional"]


def run(proposal: Proposal, rule: str, now: datetime, *, round: int, start: date | None = None,
        shown: bool = True) -> DueDate:  # fmt: skip
    """Count a rule of the place and run it on the suggestion, in place of whatever ran before."""
    start = start or local_date(now)
    due = due_for(rule, proposal.region_code, start)
    start_clock(proposal, name=rule, due=due, now=now, round=round, counted_from=start)
    if shown:
        show(proposal, due)
    return due


def show(proposal: Proposal, due: DueDate | None) -> None:
    """What lists and pages say is due next."""
    proposal.due_on = due.on if due else None
    proposal.basis = due.basis if due else ""
    proposal.provisional = bool(due and due.provisional)
    proposal.save(update_fields=_SHOWN)


def end(proposal: Proposal, now: datetime) -> None:
    stop_clock(proposal, now=now)
    show(proposal, None)


def follow_orders(proposal: Proposal) -> None:
    """Show the day its units are due; the round keeps it, also after it was answered."""
    found = present_clock_day(proposal)
    if found is None:
        return
    on, original, basis, provisional = found
    proposal.assignments.filter(round=proposal.round).update(
        due_on=on, original_due_on=original, basis=basis, provisional=provisional
    )
    show(proposal, DueDate(on, basis, provisional))


def lapse_after(proposal: Proposal, due: DueDate, round: int) -> None:
    """Due work for the morning after the last day of feedback."""
    morning = datetime.combine(due.on + timedelta(days=1), datetime.min.time())
    schedule(
        kind=LAPSE, key=f"{proposal.code}:{round}:{due.on}", run_at=timezone.make_aware(morning),
        payload={"code": proposal.code, "round": round},
    )  # fmt: skip


def await_publication(proposal: Proposal, now: datetime) -> None:
    """Run the time for deciding on publication, from the first reply on (条例 26)."""
    row, _ = Publication.objects.get_or_create(
        proposal=proposal, defaults={"code": proposal.code, "region_code": proposal.region_code}
    )
    if not row.decision:
        due = due_for("publish_within", proposal.region_code, local_date(now))
        start_clock(row, name="publish_within", due=due, now=now)


def publication_of(proposal: Proposal) -> Any:
    return Publication.objects.filter(proposal=proposal).first()
