"""The duty ledger (履职档案): facts other apps push down, reversed and never edited."""

from typing import Any

from django.db import models
from django.db.models import Q

from deputies.models.base import RegisterQuerySet
from deputies.models.people import Deputy
from deputies.models.seats import Seat


class DutyRecordQuerySet(RegisterQuerySet):
    region_field = "deputy__region_code"

    def standing(self) -> "DutyRecordQuerySet":
        """What counts: neither a reversal nor something reversed."""
        return self.filter(reverses__isnull=True, reversed_by__isnull=True)


class DutyRecord(models.Model):
    """One thing a deputy did, naming the record it comes from. The database refuses changes.

    `seat` is the seat it was done under, so that a new term begins with an empty file and the
    old one stays whole (DOMAIN trap 14).
    """

    deputy = models.ForeignKey(Deputy, models.PROTECT, related_name="duties", verbose_name="代表")
    seat = models.ForeignKey(
        Seat, models.PROTECT, null=True, blank=True, related_name="duties", verbose_name="席位"
    )
    kind = models.CharField("类别", max_length=30)
    on = models.DateField("日期")
    title = models.CharField("内容", max_length=120)
    source_type = models.CharField("来源类型", max_length=60)
    source_code = models.CharField("来源编号", max_length=60)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by",
        verbose_name="冲销",
    )  # fmt: skip
    created_at = models.DateTimeField("登记时间")

    objects = DutyRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "履职记录"
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["deputy", "-on", "-id"], name="duty_of_deputy")]
        constraints = [
            models.UniqueConstraint(
                fields=["deputy", "kind", "source_type", "source_code"],
                condition=Q(reverses__isnull=True),
                name="one_duty_per_source",
            )
        ]

    def __str__(self) -> str:
        return f"{self.deputy} {self.on} {self.title}"

    def covered_by(self, grant: Any) -> bool:
        return self.deputy.covered_by(grant)
