"""A place's rules as data, versioned by date."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from congress.models.base import CongressPartQuerySet, Placed
from congress.models.bodies import Congress
from congress.states import Measure


class Rulebook(Placed):
    """The rules of one place from one date on, or a preset shipped with the product.

    A later version of the same place replaces an earlier one from its date on; a matter
    begun before keeps the version that was in force when its clock started.
    """

    congress = models.ForeignKey(
        Congress,
        verbose_name="人大",
        on_delete=models.PROTECT,
        related_name="rulebooks",
        null=True,
        blank=True,
    )
    preset = models.CharField("预设代码", max_length=30, blank=True)
    base = models.CharField(
        "沿用的预设", max_length=30, blank=True, help_text="本规则没有写的值，从这个预设取。"
    )
    name = models.CharField("名称", max_length=80)
    effective_from = models.DateField("施行日期")

    objects = CongressPartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规则库"
        ordering = ("preset", "congress", "-effective_from")
        constraints = [
            models.CheckConstraint(
                condition=Q(congress=None) & ~Q(preset="")
                | Q(congress__isnull=False) & Q(preset=""),
                name="rulebook_of_congress_or_preset",
                violation_error_message="规则库要么属于一级人大，要么是预设。",
            ),
            models.UniqueConstraint(
                fields=["congress", "effective_from"],
                condition=Q(preset=""),
                name="one_rulebook_per_date",
                violation_error_message="这一天已有一个版本。",
            ),
            models.UniqueConstraint(
                fields=["preset", "effective_from"],
                condition=Q(congress=None),
                name="one_preset_per_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.effective_from:%Y-%m-%d}起）"

    @property
    def place_code(self) -> str:
        """Return the place of its congress; a preset belongs to none."""
        return self.congress.region_code if self.congress else ""


class RuleValue(models.Model):
    """One value of a rulebook with its legal basis (依据), which is never empty."""

    rulebook = models.ForeignKey(
        Rulebook, verbose_name="规则库", on_delete=models.CASCADE, related_name="values"
    )
    key = models.CharField("规则", max_length=40)
    amount = models.PositiveSmallIntegerField("数量", null=True, blank=True)
    unit = models.CharField("单位", max_length=12, choices=Measure)
    value = models.JSONField("值", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则"
        ordering = ("key",)
        constraints = [
            models.UniqueConstraint(
                fields=["rulebook", "key"],
                name="one_value_per_key",
                violation_error_message="同一版本中每条规则只写一次。",
            ),
            models.CheckConstraint(
                condition=~Q(basis=""),
                name="rule_has_basis",
                violation_error_message="请写明依据。",
            ),
            models.CheckConstraint(
                condition=(
                    Q(unit__in=[Measure.FLAG, Measure.TEXT, Measure.JSON])
                    & Q(amount=None, value__isnull=False)
                )
                | (
                    ~Q(unit__in=[Measure.FLAG, Measure.TEXT, Measure.JSON])
                    & Q(amount__isnull=False, value__isnull=True)
                ),
                name="rule_has_amount_or_value",
                violation_error_message="期限类规则填数量，其余规则填值。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}：{Measure(self.unit).say(self.amount, self.value)}"
