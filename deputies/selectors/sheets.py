"""Taking the register away in the columns the import reads: out and in again changes nothing."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import Prefetch, QuerySet

from deputies.models import Deputy, GroupMembership, Seat, Studio
from deputies.states import ACTIVE, SUSPENDED

BATCH = 1_000


def deputy_rows(deputies: QuerySet[Deputy]) -> Iterator[list[Any]]:
    """A row per open seat, or one for a person without; by batches, whatever the length."""
    seats = (
        Seat.objects.filter(state__in=[ACTIVE, SUSPENDED])
        .select_related("term__congress", "delegation")
        .order_by("term__congress__level", "pk")
    )
    groups = GroupMembership.objects.open().select_related("group").order_by("group__code")
    found = deputies.prefetch_related(
        Prefetch("seats", seats, to_attr="open_seats"),
        Prefetch("memberships", groups, to_attr="open_memberships"),
    )
    people = found.iterator(chunk_size=BATCH)
    while batch := list(islice(people, BATCH)):
        studios = Studio.objects.filter(
            owner_kind="deputy", owner_code__in=[d.code for d in batch], closed_on__isnull=True
        )
        names = dict(studios.values_list("owner_code", "name"))
        for deputy in batch:
            for seat in deputy.open_seats or [None]:
                yield _row(deputy, seat, names.get(deputy.code, ""))


def _row(deputy: Any, seat: Seat | None, studio: str) -> list[Any]:
    groups = "、".join(membership.group.name for membership in deputy.open_memberships)
    return [
        deputy.code, deputy.name, deputy.get_gender_display(), deputy.region_code,
        *_seat_cells(seat),
        deputy.occupation, deputy.office_phone, groups, studio, deputy.introduction,
    ]  # fmt: skip


def _seat_cells(seat: Seat | None) -> list[Any]:
    if seat is None:
        return [""] * 7
    return [
        seat.term.congress.name, str(seat.term), seat.district,
        seat.delegation.name if seat.delegation else "", seat.certificate, seat.starts_on,
        seat.get_state_display(),
    ]  # fmt: skip
