"""The duty file (履职档案), and who has not been contacted."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from deputies.models import ContactRecord, Deputy, DutyRecord, Link, Seat
from deputies.registry import duty_kinds
from deputies.rules import quarter_of


@dataclass(frozen=True)
class DutyCount:
    """How often a deputy did one kind of thing."""

    kind: str
    label: str
    count: int


def duty_counts(
    deputy: Deputy, *, since: date | None = None, seat: Seat | None = None
) -> list[DutyCount]:
    """What a deputy did by kind, reversals taken off; kinds never done are left out."""
    rows = DutyRecord.objects.filter(deputy=deputy).standing()
    if since is not None:
        rows = rows.filter(on__gte=since)
    if seat is not None:
        rows = rows.filter(seat=seat)
    found = dict(rows.order_by().values_list("kind").annotate(Count("pk")))
    return [
        DutyCount(kind, label, found[kind]) for kind, label in duty_kinds().items() if kind in found
    ]


def latest_duties(deputy: Deputy, count: int = 10) -> list[DutyRecord]:
    """The newest standing entries of the file."""
    return list(DutyRecord.objects.filter(deputy=deputy).standing()[:count])


def contact_gaps(links: QuerySet[Link], on: date) -> QuerySet[Link]:
    """Open links without a contact in the quarter of `on`, with `last_contact` (or None).

    A link that began in this quarter has until its end like the others. Give it
    `Link.objects.visible_to(user)`.
    """
    first, last = quarter_of(on)
    contact = ContactRecord.objects.filter(link=OuterRef("pk"), on__range=(first, last))
    return (
        links.filter(ends_on__isnull=True, starts_on__lte=last)
        .filter(~Exists(contact))
        .annotate(last_contact=Max("records__on"))
        .select_related("deputy", "group", "organ")
    )


def contact_totals(links: QuerySet[Link], on: date) -> dict[str, tuple[int, int]]:
    """Kind of link → how many are open, how many of them had a contact in the quarter."""
    first, last = quarter_of(on)
    contact = ContactRecord.objects.filter(link=OuterRef("pk"), on__range=(first, last))
    rows: dict[str, tuple[int, int]] = {}
    found: Any = (
        links.filter(ends_on__isnull=True, starts_on__lte=last)
        .annotate(contacted=Exists(contact))
        .order_by()
        .values_list("kind", "contacted")
        .annotate(Count("pk"))
    )
    for kind, contacted, count in found:
        whole, done = rows.get(kind, (0, 0))
        rows[kind] = (whole + count, done + (count if contacted else 0))
    return rows
