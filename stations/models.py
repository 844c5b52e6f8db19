"""Stations (家、站、点、室、小铺、会客厅): place, people, receptions, appointments, checklist."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from core.visibility import ScopedQuerySet, prefix_q
from deputies.models import RegionScoped

STATION_KINDS = [
    ("home", "人大代表之家"), ("station", "人大代表联络站"), ("point", "代表联络点"),
    ("room", "代表工作室"), ("online", "网上联络站"), ("shop", "民生小铺"), ("parlour", "会客厅"),
]  # fmt: skip


class StationQuerySet(ScopedQuerySet["Station"]):
    """Staff by region, keepers their own, deputies those whose roster names them."""

    def _visible(self, user: Any) -> "StationQuerySet":
        inside = prefix_q("region_code", user.region_prefixes("stations.view_station"))
        own = Q(code__in=user.scope_codes("station", "stations.view_station"))
        mine = user.scope_codes("deputy", "stations.view_station")
        roster = StationRole.objects.filter(deputy__code__in=mine, ends_on__isnull=True)
        return self.filter(inside | own | Q(pk__in=roster.values("station_id")))

    def public(self) -> "StationQuerySet":
        return self.filter(closed_on__isnull=True)


class StationScoped(models.Model):
    """A row that hangs on a station and is covered like it."""

    class Meta:
        abstract = True

    @property
    def region_code(self) -> str:
        """Where the log looks for it."""
        return str(self.station.region_code)  # type: ignore[attr-defined]

    def covered_by(self, grant: Any) -> bool:
        return bool(self.station.covered_by(grant))  # type: ignore[attr-defined]


class Station(RegionScoped):
    """One venue. Coordinates are WGS-84; a map provider's datum is converted at the edge."""

    code = models.CharField("站点编号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    pinyin = models.CharField("拼音", max_length=160, blank=True, editable=False)
    kind = models.CharField("类型", max_length=8, choices=STATION_KINDS)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children",
        verbose_name="上级站点",
    )  # fmt: skip
    address = models.CharField("地址", max_length=120, blank=True)
    latitude = models.DecimalField(
        "纬度（WGS-84）", max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        "经度（WGS-84）", max_digits=8, decimal_places=5, null=True, blank=True
    )
    datum = models.CharField(
        "坐标来源", max_length=5, default="wgs84",
        choices=[("wgs84", "WGS-84"), ("gcj02", "GCJ-02（高德、腾讯）"), ("bd09", "BD-09（百度）")],
        help_text="当初采集所用的坐标系；存入时已换算成 WGS-84",
    )  # fmt: skip
    opening_hours = models.CharField("开放时间", max_length=100, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    introduction = models.TextField("介绍", max_length=2000, blank=True)
    reception_rule = models.CharField(
        "接待日", max_length=60, blank=True, help_text="如：每月15日 9:00–11:00，逢节假日顺延"
    )
    opened_on = models.DateField("启用日期", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "站点"
        ordering = ["region_code", "code"]
        indexes = [
            models.Index(
                fields=["region_code"], name="station_region", opclasses=["varchar_pattern_ops"]
            ),
            models.Index(fields=["pinyin", "code"], name="station_by_name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="station_coordinates_valid",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def covered_by(self, grant: Any) -> bool:
        if grant.scope_kind == "station":
            return bool(grant.scope_code == self.code)
        return super().covered_by(grant)


class StationPartQuerySet(ScopedQuerySet[Any]):
    """Parts of stations follow the station's scope for the permission on the part."""

    def _visible(self, user: Any) -> Any:
        perm = f"stations.view_{self.model._meta.model_name}"
        inside = prefix_q("station__region_code", user.region_prefixes(perm))
        return self.filter(inside | Q(station__code__in=user.scope_codes("station", perm)))


class StationRole(StationScoped):
    """驻站代表、联络员、站长, dated."""

    station = models.ForeignKey(Station, models.CASCADE, related_name="roster", verbose_name="站点")
    role = models.CharField(
        "角色", max_length=8,
        choices=[("deputy", "驻站代表"), ("liaison", "联络员"), ("head", "站长")],
    )  # fmt: skip
    deputy = models.ForeignKey(
        "deputies.Deputy", models.CASCADE, null=True, blank=True, related_name="station_roles",
        verbose_name="代表",
    )  # fmt: skip
    name = models.CharField("姓名（非代表）", max_length=40, blank=True)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

    objects = StationPartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "站点人员"
        ordering = ["station", "role", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deputy__isnull=False) | ~Q(name=""), name="station_role_names_somebody"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="station_role_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["station", "role", "deputy"],
                condition=Q(ends_on__isnull=True, deputy__isnull=False),
                name="one_open_station_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.deputy or self.name}"


class ReceptionQuerySet(StationPartQuerySet):
    """The station's people, and the deputies who receive."""

    def _visible(self, user: Any) -> Any:
        perm = "stations.view_reception"
        inside = prefix_q("station__region_code", user.region_prefixes(perm))
        own = Q(station__code__in=user.scope_codes("station", perm))
        mine = user.scope_codes("deputy", "stations.hold_reception")
        received = Reception.deputies.through.objects.filter(deputy__code__in=mine)
        return self.filter(inside | own | Q(pk__in=received.values("reception_id")))


class Reception(StationScoped):
    """接待: a day on which deputies receive people at a station, planned, then held and recorded.

    四定: theme, deputies, audience and time are never missing (DOMAIN §1.4, 庆阳).
    """

    STATES = [("planned", "已安排"), ("held", "已接待"), ("cancelled", "已取消")]
    code = models.CharField("编号", max_length=20, unique=True)
    station = models.ForeignKey(
        Station, models.CASCADE, related_name="receptions", verbose_name="站点"
    )
    on = models.DateField("日期")
    starts_at = models.TimeField("开始")
    ends_at = models.TimeField("结束")
    theme = models.CharField("主题", max_length=60)
    audience = models.CharField("对象", max_length=60)
    deputies = models.ManyToManyField(
        "deputies.Deputy", related_name="receptions", verbose_name="接待代表"
    )
    deferred_from = models.DateField("原定日期", null=True, blank=True)
    capacity = models.PositiveSmallIntegerField("可约人数", default=10)
    progress = models.CharField("进展", max_length=10, choices=STATES, default="planned")
    cancel_reason = models.CharField("取消原因", max_length=100, blank=True)
    visitors = models.PositiveIntegerField("来访人数", null=True, blank=True)
    summary = models.TextField("接待记录（内部）", max_length=2000, blank=True)
    public_summary = models.TextField("公开的接待情况", max_length=500, blank=True)

    objects = ReceptionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接待"
        ordering = ["on", "starts_at"]
        indexes = [models.Index(fields=["station", "on"], name="reception_next")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="reception_times_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(theme="") & ~Q(audience=""), name="reception_theme_and_audience"
            ),
            models.CheckConstraint(
                condition=~Q(progress="cancelled") | ~Q(cancel_reason=""),
                name="reception_cancel_has_reason",
            ),
            models.UniqueConstraint(
                fields=["station", "on", "starts_at"],
                condition=~Q(progress="cancelled"),
                name="one_reception_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.on}"

    def covered_by(self, grant: Any) -> bool:
        if grant.scope_kind == "deputy":
            return self.deputies.filter(code=grant.scope_code).exists()
        return super().covered_by(grant)


class Appointment(StationScoped):
    """约见: a resident asks to meet; the person behind it is the message that asked."""

    STATES = [("requested", "待确认"), ("confirmed", "已约好"), ("declined", "未能安排"),
              ("held", "已见面"), ("missed", "未到")]  # fmt: skip
    station = models.ForeignKey(
        Station, models.CASCADE, related_name="appointments", verbose_name="站点"
    )
    deputy = models.ForeignKey(
        "deputies.Deputy", models.CASCADE, null=True, blank=True, verbose_name="代表"
    )
    reception = models.ForeignKey(
        Reception, models.SET_NULL, null=True, blank=True, verbose_name="接待日"
    )
    message_code = models.CharField("留言编号", max_length=40, unique=True)
    progress = models.CharField("进展", max_length=10, choices=STATES, default="requested")
    at = models.DateTimeField("约定时间", null=True, blank=True)
    reply = models.CharField("给来访人的话", max_length=200, blank=True)
    record = models.TextField("见面情况", max_length=2000, blank=True)
    created_at = models.DateTimeField("提出时间")

    objects = StationPartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "约见"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["station", "-created_at"], name="appointment_of_station")]
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__in=["requested", "declined"]) | Q(at__isnull=False),
                name="appointment_has_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.message_code}"

    @property
    def code(self) -> str:
        return self.message_code


class ChecklistItem(StationScoped):
    """八有四公开: one item of a station's checklist with its evidence (DOMAIN §4.1).

    For the four public items `evidence` is not asked: they hold when the public page really
    shows them (`stations.selectors.checklist`).
    """

    station = models.ForeignKey(
        Station, models.CASCADE, related_name="checklist", verbose_name="站点"
    )
    item = models.CharField("项目", max_length=20)
    evidence = models.TextField("佐证说明", max_length=500, blank=True)
    photo = models.ImageField("佐证照片", upload_to="stations/", blank=True)
    checked_on = models.DateField("核对日期", null=True, blank=True)

    objects = StationPartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "八有四公开"
        ordering = ["station", "item"]
        constraints = [
            models.UniqueConstraint(fields=["station", "item"], name="one_row_per_checklist_item")
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.item}"


class CheckIn(models.Model):
    """A signed-in deputy scanned the station's code."""

    station = models.ForeignKey(Station, models.CASCADE, related_name="check_ins")
    deputy = models.ForeignKey("deputies.Deputy", models.CASCADE, related_name="check_ins")
    on = models.DateField("日期")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "到站签到"
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["station", "deputy", "on"], name="one_check_in_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.deputy} {self.station} {self.on}"
