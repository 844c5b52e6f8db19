"""Official divisions (行政区划)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Index, Q
from django.db.models.functions import Length

from congress.models.base import Placed, PublicQuerySet, prefix_index
from congress.states import RegionKind, RegionLevel

models.CharField.register_lookup(Length)

DIGITS = r"^[0-9]+$"


class RegionQuerySet(PublicQuerySet["Region"]):
    """Official divisions."""

    region_field = "code"

    def under(self, code: str) -> RegionQuerySet:
        """Return the region of this code and everything below it."""
        return self.filter(code__startswith=code)

    def in_use(self) -> RegionQuerySet:
        """Leave out divisions that no longer exist."""
        return self.filter(retired_on=None)


class Region(Placed):
    """An official division (行政区划) by its statistical code, province to village.

    Scope is a prefix of the code: 37 省, 3707 市, 370782 县, 9 digits 乡级, 12 村级.
    """

    code = models.CharField("区划代码", max_length=15, unique=True)
    name = models.CharField("名称", max_length=60)
    full_name = models.CharField("全称", max_length=200)
    level = models.CharField("级别", max_length=10, choices=RegionLevel)
    kind = models.CharField("类别", max_length=12, choices=RegionKind, default=RegionKind.OTHER)
    parent_code = models.CharField("上级代码", max_length=15, blank=True)
    pinyin = models.CharField("拼音排序", max_length=120, blank=True)
    retired_on = models.DateField("撤销日期", null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=DIGITS)
                & (
                    Q(level=RegionLevel.PROVINCE, code__length=2)
                    | Q(level=RegionLevel.CITY, code__length=4)
                    | Q(level=RegionLevel.COUNTY, code__length=6)
                    | Q(level=RegionLevel.TOWN, code__length=9)
                    | Q(level=RegionLevel.VILLAGE, code__length=12)
                ),
                name="region_code_fits_level",
                violation_error_message="区划代码的位数与级别不符（省2、市4、县6、乡9、村12位）。",
            ),
            models.CheckConstraint(
                condition=Q(level=RegionLevel.PROVINCE, parent_code="")
                | (
                    ~Q(level=RegionLevel.PROVINCE)
                    & ~Q(parent_code="")
                    & Q(code__startswith=F("parent_code"))
                ),
                name="region_parent_is_prefix",
                violation_error_message="上级代码应是本级代码的开头部分。",
            ),
        ]
        indexes = [
            Index(fields=["parent_code", "pinyin", "code"], name="region_children"),
            prefix_index("name", "region_name_prefix"),
            prefix_index("pinyin", "region_pinyin_prefix"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place_code(self) -> str:
        """Return its own code."""
        return self.code

    @property
    def is_street(self) -> bool:
        """Tell whether this is a 街道: it has a work committee but no congress."""
        return self.kind == RegionKind.STREET

    @property
    def has_congress(self) -> bool:
        """Tell whether a division of this kind elects a congress of its own."""
        no_congress = (RegionKind.STREET, RegionKind.ZONE, RegionKind.OTHER)
        return self.level != RegionLevel.VILLAGE and self.kind not in no_congress
