"""码上议事: research, meetings, counted support and the plan with its parts."""

from django.db import models
from django.db.models import F, Q

from topics import states
from topics.models.topic import Topic


class ResearchNote(models.Model):
    """议前调研: who went where and what they found."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="research_notes")
    on = models.DateField("日期")
    place = models.CharField("地点", max_length=120)
    people = models.CharField("参加人", max_length=200)
    text = models.TextField("情况", max_length=4000)
    by = models.CharField("记录人", max_length=80)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "议前调研"
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.on}"


class Meeting(models.Model):
    """会议讨论: called with notice, signed in by code, held with minutes and points agreed.

    `sign_in` is a secret of the sign-in code, shown in the room only and good on the day.
    """

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="meetings")
    number = models.PositiveSmallIntegerField("次序")
    starts_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=120)
    agenda = models.TextField("议程", max_length=1000, blank=True)
    sign_in = models.CharField("签到码", max_length=40, unique=True, editable=False)
    notified_at = models.DateTimeField("通知时间", null=True, blank=True)
    held_at = models.DateTimeField("召开登记", null=True, blank=True)
    minutes = models.TextField("纪要", max_length=8000, blank=True)
    agreed = models.TextField("达成的共识", max_length=4000, blank=True)
    by = models.CharField("记录人", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "议事会"
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "number"], name="meeting_number_once"),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True) | ~Q(minutes=""), name="held_meeting_has_minutes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} 第{self.number}次"


class Attendee(models.Model):
    """Somebody invited to, or present at, a meeting. Residents are named as they wish to be."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendees")
    kind = models.CharField("身份", max_length=8, choices=states.ATTENDEES)
    name = models.CharField("姓名或称呼", max_length=60)
    deputy = models.ForeignKey(
        "deputies.Deputy", models.PROTECT, to_field="code", db_column="deputy_code", null=True,
        blank=True, related_name="+", verbose_name="代表",
    )  # fmt: skip
    unit = models.ForeignKey(
        "congress.Unit", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="部门",
    )  # fmt: skip
    invited_at = models.DateTimeField("邀请时间", null=True, blank=True)
    signed_in_at = models.DateTimeField("签到时间", null=True, blank=True)
    way = models.CharField(
        "签到方式", max_length=5, choices=[("code", "扫码"), ("staff", "工作人员登记")], blank=True
    )

    class Meta:
        verbose_name = verbose_name_plural = "参会人"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "deputy"], condition=Q(deputy__isnull=False),
                name="deputy_once_in_meeting",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.kind}"


class Support(models.Model):
    """A count of support by household or person (81 户, 89%), with how it was counted."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="supports")
    unit = models.CharField("计数单位", max_length=9, choices=states.SUPPORT_UNITS)
    matter = models.CharField("支持什么", max_length=120)
    supporters = models.PositiveIntegerField("支持数")
    total = models.PositiveIntegerField("总数")
    how = models.CharField("怎样统计", max_length=200)
    on = models.DateField("日期")
    by = models.CharField("登记人", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "支持统计"
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gt=0) & Q(supporters__lte=F("total")),
                name="supporters_within_total",
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.supporters}/{self.total}"


class PlanPart(models.Model):
    """One part of the plan (方案): becomes orders when handed over; says how it ended."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField("序号")
    text = models.TextField("措施", max_length=1000)
    lead_units = models.ManyToManyField(
        "congress.Unit", blank=True, related_name="+", verbose_name="主办（分办）单位"
    )
    co_units = models.ManyToManyField(
        "congress.Unit", blank=True, related_name="+", verbose_name="会办单位"
    )
    orders = models.ManyToManyField(
        "handling.Order", blank=True, related_name="topic_parts", verbose_name="交办单"
    )
    without_unit = models.CharField("不交部门的，谁来做", max_length=200, blank=True)
    outcome = models.CharField("结果", max_length=12, choices=states.PART_OUTCOMES, blank=True)
    outcome_words = models.TextField("结果说明", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "方案措施"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "number"], name="part_number_once"),
            models.CheckConstraint(
                condition=Q(outcome="") | ~Q(outcome_words=""), name="outcome_in_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} 措施{self.number}"
