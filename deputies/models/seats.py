"""Seats: one person's membership of one congress in one term; delegations."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from deputies.models.base import RegionScoped, RegisterQuerySet, prefix_index
from deputies.models.people import Deputy
from deputies.states import ACTIVE, EXPIRED, REASONS, SEAT_STATES, TERMINATED
from workflows.models import Stateful


class Delegation(RegionScoped):
    """代表团: session-time grouping by electing unit (DBF 14)."""

    code = models.CharField("编号", max_length=20, unique=True)
    term = models.ForeignKey("congress.Term", models.PROTECT, verbose_name="届")
    name = models.CharField("名称", max_length=60)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代表团"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["term", "name"],
                name="delegation_name_in_term",
                violation_error_message="这一届已有同名的代表团。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SeatQuerySet(RegisterQuerySet):
    """Seats are seen where their deputy keeps contact."""

    def active(self) -> "SeatQuerySet":
        return self.filter(state=ACTIVE)


class Seat(Stateful):
    """席位: one person's membership of one congress in one term, of exactly one level.

    Suspended by DBF 61, terminated by DBF 62, expired with its term; never deleted, and what was
    done under it stays with it. `region_code` repeats the deputy's.
    """

    state = models.CharField(
        "资格", max_length=24, choices=list(SEAT_STATES.items()), default=ACTIVE, editable=False
    )
    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="seats", verbose_name="代表")
    term = models.ForeignKey(
        "congress.Term", models.PROTECT, related_name="seats", verbose_name="届"
    )
    delegation = models.ForeignKey(
        Delegation, models.SET_NULL, null=True, blank=True, verbose_name="代表团"
    )
    certificate = models.CharField("代表证号", max_length=30, blank=True)
    district = models.CharField("原选区（选举单位）", max_length=60, blank=True)
    starts_on = models.DateField("起")
    suspended_on = models.DateField("暂停日期", null=True, blank=True)
    ends_on = models.DateField("止", null=True, blank=True)
    end_reason = models.CharField(
        "暂停或终止原因", max_length=12, blank=True, choices=list(REASONS.items())
    )
    end_note = models.CharField("依据文件", max_length=100, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "席位"
        ordering = ["term", "deputy"]
        indexes = [prefix_index("region_code", "seat_region")]
        constraints = [
            models.UniqueConstraint(
                fields=["deputy", "term"],
                name="one_seat_per_term",
                violation_error_message="这位代表在这一届已有席位。",
            ),
            models.UniqueConstraint(
                fields=["term", "certificate"],
                condition=~Q(certificate=""),
                name="one_seat_per_certificate",
                violation_error_message="这一届已有这个代表证号。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="seat_dates_in_order",
                violation_error_message="结束日期不应早于开始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state=TERMINATED) | ~Q(end_reason=""), name="seat_end_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TERMINATED, EXPIRED]) | Q(ends_on__isnull=False),
                name="seat_ended_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy.name} {self.term}"

    def covered_by(self, grant: Any) -> bool:
        return bool(grant.covers_region(self.region_code))

    @property
    def words(self) -> str:
        """「诸城市第十九届人大代表」: the seat as people say it (`term__congress` loaded)."""
        congress = self.term.congress
        place = congress.name.removesuffix("人民代表大会")
        return f"{place}{self.term}人大代表"
