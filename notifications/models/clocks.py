"""The clocks that make reminders."""

from typing import Any

from django.db import models
from django.db.models import Q

from core.visibility import ScopedQuerySet, prefix_q


class ClockQuerySet(ScopedQuerySet["Clock"]):
    """Running clocks inside the region of who oversees them."""

    def _visible(self, user: Any) -> "ClockQuerySet":
        return self.filter(
            prefix_q("region_code", user.region_prefixes("notifications.view_clock"))
        )


class Clock(models.Model):
    """A due date that is running on an object; reminders come from it, stage by stage.

    `name` is the rulebook key that produced it (message_accept_within …). `stages` are the
    rulebook's reminder stages on the start day: `[[offset in working days, [audiences]], …]`.
    """

    object_type = models.CharField("对象类型", max_length=60)
    object_code = models.CharField("对象编号", max_length=60)
    region_code = models.CharField("区划代码", max_length=15)
    name = models.CharField("期限", max_length=40)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    started_on = models.DateField("开始日")
    counted_from = models.DateField("起算日", null=True, blank=True)
    due_on = models.DateField("到期日")
    original_due_on = models.DateField("原到期日")
    basis = models.CharField("依据", max_length=200)
    provisional = models.BooleanField("暂定", default=False)
    stages = models.JSONField("提醒阶段", default=list)
    next_on = models.DateField("下次提醒日", null=True, blank=True)
    stopped_at = models.DateTimeField("停止时间", null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "期限"
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_code"],
                name="one_running_clock",
                condition=Q(stopped_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"], name="clock_running", condition=Q(stopped_at__isnull=True)
            ),
            models.Index(
                fields=["next_on", "id"],
                name="clock_next",
                condition=Q(stopped_at__isnull=True, next_on__isnull=False),
            ),
            models.Index(fields=["object_type", "object_code"], name="clock_object"),
            models.Index(
                fields=["id"],
                name="clock_provisional",
                condition=Q(stopped_at__isnull=True, provisional=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_code} {self.name} {self.due_on}"


class Reminder(models.Model):
    """A stage of a clock that was reached: inserted first, then told. Unique, so told once."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="reminders")
    stage = models.SmallIntegerField("阶段（到期日前后工作日）")
    due_on = models.DateField("当时的到期日")
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "提醒"
        constraints = [
            models.UniqueConstraint(fields=["clock", "stage", "due_on"], name="reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.stage:+d} {self.due_on}"
