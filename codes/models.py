"""Printed codes: a random, revocable token owned by a target, and how often it is scanned."""

from typing import Any

from django.db import models
from django.db.models import Q

from core.visibility import ScopedQuerySet, prefix_q

KINDS = [
    ("deputy", "代表码"), ("station", "站点码"), ("grid", "网格码"), ("topic", "议题码"),
    ("activity", "活动签到码"),
]  # fmt: skip
STATES = [("active", "使用中"), ("revoked", "已作废"), ("retired", "已停用")]


class CodeQuerySet(ScopedQuerySet["Code"]):
    """Codes are managed in their region or by the station that prints them."""

    def _visible(self, user: Any) -> "CodeQuerySet":
        inside = prefix_q("region_code", user.region_prefixes("codes.view_code"))
        own = Q(kind="station", target_code__in=user.scope_codes("station", "codes.view_code"))
        return self.filter(inside | own)


class Code(models.Model):
    """What stands behind `/q/<token>/`. The token is never reused and never changes its meaning.

    revoked: must not be used any more (a fake, a mistake); retired: its target serves no longer,
    the page names the successor.
    """

    token = models.CharField("令牌", max_length=16, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=KINDS)
    target_code = models.CharField("对象编号", max_length=40)
    region_code = models.CharField("区划代码", max_length=15)
    label = models.CharField("印在码下的字", max_length=60)
    point_code = models.CharField("点位编号", max_length=20, unique=True)
    check_phrase = models.CharField("核对语", max_length=4)
    state = models.CharField("状态", max_length=8, choices=STATES, default="active")
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="接替的码"
    )
    reason = models.CharField("作废或停用原因", max_length=100, blank=True)
    issued_at = models.DateTimeField("发码时间")
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)
    printed_at = models.DateTimeField("最近打印", null=True, blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "二维码"
        ordering = ["kind", "point_code"]
        indexes = [
            models.Index(fields=["kind", "target_code"], name="code_target"),
            models.Index(fields=["kind", "point_code"], name="code_by_kind"),
            models.Index(
                fields=["region_code"], name="code_region", opclasses=["varchar_pattern_ops"]
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target_code"],
                condition=Q(state="active"),
                name="one_active_code_per_target",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}"

    @property
    def code(self) -> str:
        """What the log and people call it; the token stays out of both."""
        return self.point_code

    def covered_by(self, grant: Any) -> bool:
        """A region grant by prefix, a station's keeper for the station's own code."""
        if grant.scope_kind == "station":
            return self.kind == "station" and grant.scope_code == self.target_code
        return bool(grant.covers_region(self.region_code))


class DailyScan(models.Model):
    """How often a code was opened on a day. Nobody's phone or address is kept."""

    code = models.ForeignKey(Code, models.CASCADE, related_name="scans", verbose_name="二维码")
    on = models.DateField("日期")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "扫码统计"
        constraints = [models.UniqueConstraint(fields=["code", "on"], name="one_scan_row_per_day")]

    def __str__(self) -> str:
        return f"{self.code_id} {self.on} {self.count}"


class PosterBatchQuerySet(ScopedQuerySet["PosterBatch"]):
    """Printing jobs of one's own region."""

    def _visible(self, user: Any) -> "PosterBatchQuerySet":
        return self.filter(prefix_q("region_code", user.region_prefixes("codes.print_code")))


class PosterBatch(models.Model):
    """Thousands of posters being drawn by the job loop, in parts."""

    code = models.CharField("批号", max_length=20, unique=True)
    kind = models.CharField("种类", max_length=10, choices=KINDS)
    region_code = models.CharField("区划代码", max_length=15)
    size = models.CharField("纸张", max_length=2, choices=[("A5", "A5单张"), ("A4", "A4一页两张")])
    total = models.PositiveIntegerField("张数")
    created_by = models.BigIntegerField("谁要印的", null=True)
    created_label = models.CharField("谁要印的", max_length=80)
    created_at = models.DateTimeField("时间")

    objects = PosterBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "海报批次"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.region_code} {self.total}张"

    def covered_by(self, grant: Any) -> bool:
        return bool(grant.covers_region(self.region_code))


class PosterPart(models.Model):
    """Some hundreds of posters in one file."""

    batch = models.ForeignKey(
        PosterBatch, models.CASCADE, related_name="parts", verbose_name="批次"
    )
    number = models.PositiveSmallIntegerField("第几册")
    first = models.PositiveIntegerField("从第几张")
    count = models.PositiveIntegerField("张数")
    posters = models.PositiveIntegerField("印出", default=0)
    problems = models.JSONField("问题", default=list)
    file = models.FileField("文件", upload_to="posters/", blank=True)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "海报分册"
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="one_part_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.number}"
