"""A topic (议题), its concrete questions and the messages it grew from."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from core.visibility import ScopedQuerySet, prefix_q
from topics import states
from workflows.models import Stateful


class TopicQuerySet(ScopedQuerySet["Topic"]):
    """A deputy sees their own and the running ones of their region, a host station its own."""

    def _visible(self, user: Any) -> "TopicQuerySet":
        perm = "topics.view_topic"
        inside = prefix_q("region_code", user.region_prefixes(perm))
        deputy = Q(deputy_id__in=user.scope_codes("deputy", perm))
        station = Q(host_id__in=user.scope_codes("station", perm))
        return self.filter(inside | deputy | station)

    def public(self) -> "TopicQuerySet":
        """What everybody may read: approved, and whatever came of it."""
        return self.filter(state__in=states.PUBLIC)

    def reaching(self, region_code: str) -> "TopicQuerySet":
        """Topics whose scope holds this place: the scope is a prefix of it, or it of the scope."""
        above = [region_code[:length] for length in (2, 4, 6, 9, 12, 15)]
        return self.filter(region_code__in=[c for c in above if c])


class Topic(Stateful):
    """One thing people are asked about. `region_code` is its scope: grid … county and above.

    `source` is one of the four of DOMAIN §1.1. `host` is the 代表之家 that reviews and hosts it.
    `proxy_name` names who typed in a resident's proposal. Counters are set by the job, never in
    the request of somebody who speaks.
    """

    source = models.CharField("来源", max_length=8, choices=states.SOURCES)
    title = models.CharField("标题", max_length=60)
    summary = models.TextField("背景", max_length=2000)
    deputy = models.ForeignKey(
        "deputies.Deputy", models.PROTECT, to_field="code", db_column="deputy_code", null=True,
        blank=True, related_name="topics", verbose_name="领题代表",
    )  # fmt: skip
    host = models.ForeignKey(
        "stations.Station", models.PROTECT, to_field="code", db_column="station_code", null=True,
        blank=True, related_name="topics", verbose_name="承办站点",
    )  # fmt: skip
    proposed_by = models.CharField("提出人", max_length=80)
    receipt_hash = models.BinaryField("出题回执摘要", unique=True, null=True, editable=False)
    departments = models.ManyToManyField(
        "congress.Unit", blank=True, related_name="+", verbose_name="预计涉及部门"
    )
    opens_on = models.DateField("开始征集", null=True, blank=True)
    closes_on = models.DateField("截止征集", null=True, blank=True)
    meets_on = models.DateField("计划议事", null=True, blank=True)
    review_note = models.CharField("审议意见", max_length=500, blank=True)
    approved_at = models.DateTimeField("通过时间", null=True, blank=True)
    opened_at = models.DateTimeField("开始时间", null=True, blank=True)
    closed_at = models.DateTimeField("截止时间", null=True, blank=True)
    planned_at = models.DateTimeField("方案时间", null=True, blank=True)
    handed_over_at = models.DateTimeField("转办时间", null=True, blank=True)
    published_at = models.DateTimeField("公开时间", null=True, blank=True)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)
    plan = models.TextField("方案", max_length=4000, blank=True)
    opinion_count = models.PositiveIntegerField("意见数", default=0, editable=False)
    people_count = models.PositiveIntegerField("参与人数", default=0, editable=False)
    counted_at = models.DateTimeField("统计时间", null=True, blank=True, editable=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "议题"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(states.STATES)), name="topic_state_known"
            ),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True)
                | Q(closes_on__isnull=True)
                | Q(closes_on__gte=F("opens_on")),
                name="topic_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=~Q(state=states.PUBLISHED) | Q(published_at__isnull=False),
                name="published_topic_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_code", "state", "id"], name="topic_region",
                opclasses=["varchar_pattern_ops", "varchar_ops", "int8_ops"],
            ),
            models.Index(fields=["deputy", "state", "id"], name="topic_deputy"),
            models.Index(fields=["host", "state", "id"], name="topic_host"),
            models.Index(
                fields=["-published_at", "-id"], name="topic_published",
                condition=Q(published_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_state_display(self) -> str:
        return states.STATES[self.state]

    @property
    def stage(self) -> str:
        return states.STAGE_OF[self.state]

    def covered_by(self, grant: Any) -> bool:
        if grant.scope_kind == "deputy":
            return bool(grant.scope_code == self.deputy_id)
        if grant.scope_kind == "station":
            return bool(grant.scope_code == self.host_id)
        return bool(grant.covers_region(self.region_code))


class Question(models.Model):
    """One concrete question of a topic, one to five each (制约发展的痛点是什么)."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="questions")
    number = models.PositiveSmallIntegerField("序号")
    text = models.CharField("问题", max_length=120)
    hint = models.CharField("提示", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "征集问题"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "number"], name="question_number_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=states.MOST_QUESTIONS),
                name="one_to_five_questions",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"


class TopicMessage(models.Model):
    """A resident's message a topic grew from; the link stays for ever."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="message_links")
    message = models.ForeignKey("voices.Message", models.PROTECT, related_name="topic_links")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "来源留言"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "message"], name="message_once_in_topic")
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} ← {self.message_id}"
