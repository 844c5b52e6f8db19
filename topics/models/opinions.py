"""What people said to a topic: one contribution a submission, one opinion a question."""

from typing import Any

from django.db import models
from django.db.models import Q

from core.visibility import ScopedQuerySet, prefix_q
from topics import states
from topics.models.topic import Question, Topic
from voices.models import Reveal, SealedContact
from workflows.models import Stateful


class Contribution(models.Model):
    """One submission: its receipt, and who is counted as one person for it.

    `person_key` is a keyed hash: of the phone when one was left, else of the device's own random
    mark, else of the receipt (everybody counts). Never an address: a village behind one line is
    many people (trap 21).
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="contributions")
    receipt_hash = models.BinaryField("回执摘要", unique=True, editable=False)
    person_key = models.BinaryField("同一人标识", editable=False)
    channel = models.CharField("来源", max_length=9, choices=states.CHANNELS, default="scan")
    proxy_name = models.CharField("代录人", max_length=60, blank=True)
    household = models.CharField("户", max_length=40, blank=True)
    token = models.ForeignKey(
        "codes.Code", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="二维码"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "发言"
        ordering = ["-id"]
        indexes = [models.Index(fields=["topic", "person_key"], name="contribution_person")]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.pk}"

    @property
    def region_code(self) -> str:
        """Where a notice about it belongs."""
        return str(self.topic.region_code)


class SpeakerContact(SealedContact):
    """Name and phone of who spoke, to be told when results move."""

    contribution = models.OneToOneField(Contribution, models.CASCADE, related_name="contact")

    class Meta:
        verbose_name = verbose_name_plural = "发言人联系方式"

    def __str__(self) -> str:
        return f"{self.contribution_id}"


class SpeakerReveal(Reveal):
    """Who looked at the contact of somebody who spoke."""

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="reveals")

    class Meta(Reveal.Meta):
        verbose_name = verbose_name_plural = "发言人联系方式查看记录"

    def __str__(self) -> str:
        return f"{self.contribution_id} {self.label}"


class OpinionGroup(models.Model):
    """Opinions that say alike: suggested by the job, named, merged and split by a person.

    `people` and `opinions` are counted by the job; `pinned` groups are a person's and the job
    leaves their members alone.
    """

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="groups")
    question = models.ForeignKey(
        Question, models.CASCADE, null=True, blank=True, related_name="groups"
    )
    name = models.CharField("名称", max_length=60)
    suggested_name = models.CharField("建议名称", max_length=60, blank=True)
    typical = models.JSONField("典型说法", default=list)
    pinned = models.BooleanField("人工确定", default=False)
    people = models.PositiveIntegerField("人数", default=0)
    opinions_count = models.PositiveIntegerField("意见数", default=0)
    rank = models.PositiveIntegerField("名次", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "意见分组"
        ordering = ["rank", "id"]
        indexes = [models.Index(fields=["topic", "rank", "id"], name="group_rank")]

    def __str__(self) -> str:
        return self.name


class OpinionQuerySet(ScopedQuerySet["Opinion"]):
    """Opinions follow their topic's place, its deputy and its host."""

    def _visible(self, user: Any) -> "OpinionQuerySet":
        perm = "topics.view_opinion"
        inside = prefix_q("region_code", user.region_prefixes(perm))
        deputy = Q(topic__deputy_id__in=user.scope_codes("deputy", perm))
        station = Q(topic__host_id__in=user.scope_codes("station", perm))
        return self.filter(inside | deputy | station)

    def published(self) -> "OpinionQuerySet":
        """What everybody may read: reviewed text only."""
        return self.filter(state=states.OPINION_APPROVED)


class Opinion(Stateful):
    """One answer to one question of a topic. `text` is the original and never public.

    `fingerprint` is a hash of the text without spaces and punctuation: copies count once in
    ranks. `region_code` is the topic's scope. `agreed` is counted by the job.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="opinions")
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, blank=True, related_name="opinions"
    )
    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="opinions")
    text = models.TextField("原文")
    public_text = models.TextField("公开文本", blank=True)
    fingerprint = models.BinaryField("文本指纹", editable=False)
    group = models.ForeignKey(
        OpinionGroup, models.SET_NULL, null=True, blank=True, related_name="members",
        verbose_name="分组",
    )  # fmt: skip
    agreed = models.PositiveIntegerField("赞同数", default=0, editable=False)
    reason = models.CharField("审核说明", max_length=200, blank=True)
    reviewed_by = models.CharField("审核人", max_length=80, blank=True)
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "议题意见"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(states.OPINION_STATES)), name="opinion_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=states.OPINION_APPROVED)
                | (~Q(public_text="") & Q(reviewed_at__isnull=False)),
                name="published_opinion_was_reviewed",
            ),
        ]
        indexes = [
            models.Index(fields=["topic", "state", "id"], name="opinion_topic"),
            models.Index(fields=["group", "state", "id"], name="opinion_group"),
            models.Index(
                fields=["region_code", "state", "id"], name="opinion_region",
                opclasses=["varchar_pattern_ops", "varchar_ops", "int8_ops"],
            ),
            models.Index(fields=["topic", "fingerprint"], name="opinion_fingerprint"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code

    def get_state_display(self) -> str:
        return states.OPINION_STATES[self.state]

    def covered_by(self, grant: Any) -> bool:
        return self.topic.covered_by(grant)


class Agreement(models.Model):
    """赞同: somebody agrees with a published opinion, once per device and no better than that."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="agreements")
    device_key = models.BinaryField("设备标识", editable=False)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "赞同"
        constraints = [
            models.UniqueConstraint(fields=["opinion", "device_key"], name="agree_once_per_device")
        ]

    def __str__(self) -> str:
        return f"{self.opinion_id}"
