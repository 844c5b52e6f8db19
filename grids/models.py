"""Grids (网格) and who serves in them; a grid without a deputy is a visible gap."""

from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from core.visibility import ScopedQuerySet, prefix_q
from deputies.models import RegionScoped
from deputies.models.base import prefix_index
from deputies.registry import station_areas


class GridKind(models.TextChoices):
    """What a grid is made of."""

    RESIDENTIAL = "residential", "居民小区网格"
    DEDICATED = "dedicated", "专属网格"


class GridQuerySet(ScopedQuerySet["Grid"]):
    """Staff see their region's grids, a deputy the grids they serve in, a keeper those of the
    places the station looks after: a gap there is theirs to close."""

    def _visible(self, user: Any) -> "GridQuerySet":
        areas = station_areas(user.scope_codes("station", "grids.view_grid"))
        seen = prefix_q("region_code", [*user.region_prefixes("grids.view_grid"), *areas])
        mine = user.scope_codes("deputy", "grids.view_grid")
        if mine:
            served = GridService.objects.filter(deputy__code__in=mine, ends_on__isnull=True)
            seen |= Q(pk__in=served.values("grid_id"))
        return self.filter(seen)

    def in_use(self) -> "GridQuerySet":
        """Leave out grids that no longer exist."""
        return self.filter(retired_on__isnull=True)

    def with_coverage(self) -> "GridQuerySet":
        """Add `covered`: whether any deputy serves in the grid now."""
        now = GridService.objects.filter(grid=OuterRef("pk"), ends_on__isnull=True)
        return self.annotate(covered=Exists(now))


class Grid(RegionScoped):
    """The smallest place, below the community; 15 digits, the first 12 are the community's.

    `region_code` is the grid's own code, so that prefixes of every level find it. `gap` says that
    nobody serves in it; the database keeps it (a trigger on the services).
    """

    code = models.CharField("网格编码", max_length=15, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=12, default=GridKind.RESIDENTIAL, choices=GridKind)
    households = models.PositiveIntegerField("户数", null=True, blank=True)
    gap = models.BooleanField("缺代表", default=True, editable=False)
    retired_on = models.DateField("撤销日期", null=True, blank=True)

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "网格"
        ordering = ["code"]
        indexes = [
            prefix_index("region_code", "grid_region"),
            prefix_index("name", "grid_name"),
            models.Index(
                fields=["code"], name="grid_gaps", condition=Q(gap=True, retired_on__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d{15}$"),
                name="grid_code_15_digits",
                violation_error_message="网格编码是15位数字，前12位是社区（村）的区划代码。",
            ),
            models.CheckConstraint(condition=Q(region_code=F("code")), name="grid_region_is_code"),
        ]

    def __str__(self) -> str:
        return self.name

    def covered_by(self, grant: Any) -> bool:
        if grant.scope_kind == "deputy":
            serving = self.services.filter(deputy__code=grant.scope_code, ends_on__isnull=True)
            return serving.exists()
        if grant.scope_kind == "station":
            return self.code.startswith(tuple(station_areas([grant.scope_code])))
        return super().covered_by(grant)


class GridServiceQuerySet(ScopedQuerySet["GridService"]):
    def _visible(self, user: Any) -> "GridServiceQuerySet":
        prefixes = user.region_prefixes("grids.view_gridservice")
        return self.filter(prefix_q("grid__region_code", prefixes))

    def open(self) -> "GridServiceQuerySet":
        return self.filter(ends_on__isnull=True)


class GridService(models.Model):
    """代表进网格: a deputy serves in a grid from one day to another (M:N, dated)."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="services", verbose_name="网格")
    deputy = models.ForeignKey(
        "deputies.Deputy", models.PROTECT, related_name="grid_services", verbose_name="代表"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

    objects = GridServiceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "进网格"
        ordering = ["grid", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["grid", "deputy"],
                condition=Q(ends_on__isnull=True),
                name="one_open_grid_service",
                violation_error_message="这位代表已在这个网格。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="grid_service_dates_in_order",
                violation_error_message="结束日期不应早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} {self.grid}"

    def covered_by(self, grant: Any) -> bool:
        return bool(grant.covers_region(self.grid.region_code))


class PatrolQuerySet(ScopedQuerySet["Patrol"]):
    """Patrols are seen with their grid by staff, and by the deputy who made them."""

    def _visible(self, user: Any) -> "PatrolQuerySet":
        inside = prefix_q("grid__region_code", user.region_prefixes("grids.view_grid"))
        mine = user.scope_codes("deputy", "grids.view_grid")
        return self.filter(inside | Q(deputy__code__in=mine))


class Patrol(models.Model):
    """巡查: a deputy went through a grid on a day; what was found became a message."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="patrols", verbose_name="网格")
    deputy = models.ForeignKey(
        "deputies.Deputy", models.PROTECT, related_name="patrols", verbose_name="代表"
    )
    on = models.DateField("日期")
    note = models.CharField("情况", max_length=300, blank=True)
    message_code = models.CharField("上报的留言", max_length=40, blank=True)
    created_at = models.DateTimeField("登记时间")

    objects = PatrolQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "网格巡查"
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["grid", "-on"], name="patrol_of_grid")]
        constraints = [
            models.UniqueConstraint(
                fields=["message_code"],
                condition=~Q(message_code=""),
                name="one_patrol_per_message",
            )
        ]

    def __str__(self) -> str:
        return f"{self.deputy} {self.grid} {self.on}"

    def covered_by(self, grant: Any) -> bool:
        if grant.scope_kind == "deputy":
            return bool(grant.scope_code == self.deputy.code)
        return bool(grant.covers_region(self.grid.region_code))
