"""Handling units (承办单位), a tree per congress."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Index, Q

from congress.models.base import Placed, PublicQuerySet, prefix_index
from congress.models.bodies import Congress
from congress.states import UnitKind


class UnitQuerySet(PublicQuerySet["Unit"]):
    """Handling units."""

    def in_use(self) -> UnitQuerySet:
        """Units that can be given work: neither merged nor retired."""
        return self.filter(merged_into=None, retired_on=None)


class Unit(Placed):
    """A handling unit (承办单位) of one congress's register.

    A merged unit keeps its row, so old orders still show who handled them then.
    """

    code = models.CharField("代码", max_length=30, unique=True)
    congress = models.ForeignKey(
        Congress, verbose_name="所属人大", on_delete=models.PROTECT, related_name="units"
    )
    region_code = models.CharField("区划代码", max_length=15)
    parent = models.ForeignKey(
        "self",
        verbose_name="上级单位",
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
    )
    kind = models.CharField("类别", max_length=15, choices=UnitKind)
    name = models.CharField("全称", max_length=80)
    short_name = models.CharField("简称", max_length=30, blank=True)
    pinyin = models.CharField("拼音排序", max_length=160, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name="已并入",
        on_delete=models.PROTECT,
        related_name="merged_units",
        null=True,
        blank=True,
        editable=False,
    )
    retired_on = models.DateField("停用日期", null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "承办单位"
        ordering = ("region_code", "pinyin", "code")
        constraints = [
            models.UniqueConstraint(
                fields=["congress", "name"],
                condition=Q(retired_on=None),
                name="unit_name_in_congress",
                violation_error_message="本级已有同名的承办单位。",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="unit_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="unit_not_its_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(retired_on__isnull=False),
                name="merged_unit_is_retired",
            ),
        ]
        indexes = [
            prefix_index("region_code", "unit_region_prefix"),
            Index(fields=["region_code", "pinyin", "code"], name="unit_list"),
        ]

    def __str__(self) -> str:
        return self.name

    def covered_by(self, grant: Any) -> bool:
        """Let the unit's own people reach its row, beside those of the region."""
        own = grant.scope_kind == "unit" and grant.scope_code == self.code
        return own or super().covered_by(grant)

    @property
    def label(self) -> str:
        """Return the short name where there is one."""
        return self.short_name or self.name
