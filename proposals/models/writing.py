"""Before 立案: versions of the text, who signs it, what it came from."""

from django.db import models
from django.db.models import Q

from proposals import states
from proposals.models.proposal import Proposal


class Version(models.Model):
    """The text at one moment. Kept when a newer one comes, so that two can be compared."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("版本")
    title = models.CharField("标题", max_length=80)
    facts = models.TextField("情况和问题")
    advice = models.TextField("具体建议")
    by = models.CharField("修改人", max_length=80)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "文本版本"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="one_text_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} 第{self.number}稿"


class Signature(models.Model):
    """A deputy on a suggestion: invited, and confirming the very text (QD 9, trap 12).

    `version` is the text that was confirmed; a changed text asks again. `agreed_at` is the
    consent to take a joint suggestion back.
    """

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="signatures")
    deputy = models.ForeignKey(
        "deputies.Deputy", models.PROTECT, related_name="signatures", verbose_name="代表"
    )
    seat = models.ForeignKey("deputies.Seat", models.PROTECT, related_name="+", verbose_name="席位")
    lead = models.BooleanField("领衔", default=False)
    place = models.PositiveSmallIntegerField("次序", default=1)
    state = models.CharField(
        "确认", max_length=10, choices=states.SIGNATURES, default=states.INVITED
    )
    version = models.PositiveSmallIntegerField("确认的版本", default=0)
    invited_at = models.DateTimeField("邀请时间")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    agreed_at = models.DateTimeField("同意撤回时间", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "签名"
        ordering = ["-lead", "place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "deputy"], name="one_signature_each"),
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(lead=True), name="one_lead_signature"
            ),
            models.CheckConstraint(
                condition=~Q(state=states.CONFIRMED) | Q(version__gte=1),
                name="confirmed_names_the_text",
            ),
        ]
        indexes = [models.Index(fields=["deputy", "state", "proposal"], name="signature_of_deputy")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.deputy_id}"


class SourceLink(models.Model):
    """One more thing a suggestion came from: a message, a topic, a reception (kept for ever)."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="sources")
    kind = models.CharField("来源", max_length=12, choices=list(states.SOURCES.items()))
    code = models.CharField("来源编号", max_length=60)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "来源"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "kind", "code"], name="one_link_per_source")
        ]
        indexes = [models.Index(fields=["kind", "code"], name="source_link_code")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
