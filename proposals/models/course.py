"""From 审核 to the reply: reviews, 并案, hand-overs, disputes, supervision, referral."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from handling.states import OUTCOMES
from proposals import states
from proposals.models.proposal import Proposal


class ProposalPart(models.Model):
    """Something recorded on a suggestion by somebody at some time."""

    by = models.CharField("经手人", max_length=80)
    at = models.DateTimeField("时间")

    class Meta:
        abstract = True


class Review(ProposalPart):
    """What a committee or the office said of a text: an opinion, or the decision itself."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="reviews")
    kind = models.CharField("结论", max_length=10, choices=states.REVIEWS)
    organ = models.ForeignKey(
        "congress.Organ", models.PROTECT, null=True, blank=True, verbose_name="机构"
    )
    version = models.PositiveSmallIntegerField("所看版本")
    exclusions = ArrayField(
        models.CharField(max_length=12), verbose_name="不应作为建议的情形", default=list, blank=True
    )
    note = models.TextField("意见", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审核记录"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.get_kind_display()}"


class ProposalLink(ProposalPart):
    """并案: handled together with `main`, answered separately (SD 20, ZJ 18, HN 21)."""

    main = models.ForeignKey(
        Proposal, models.PROTECT, related_name="merged", verbose_name="并入的建议"
    )
    other = models.OneToOneField(
        Proposal, models.PROTECT, related_name="merged_into", verbose_name="被并案的建议"
    )
    reason = models.CharField("理由", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "并案"
        constraints = [
            models.CheckConstraint(condition=~Q(main=F("other")), name="not_merged_with_itself")
        ]

    def __str__(self) -> str:
        return f"{self.main_id} ← {self.other_id}"


class Batch(ProposalPart):
    """集中交办会: many suggestions handed over at one meeting; its list is printed."""

    code = models.CharField("编号", max_length=40, unique=True)
    region_code = models.CharField("区划代码", max_length=15)
    title = models.CharField("名称", max_length=80)
    on = models.DateField("日期")
    place = models.CharField("地点", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "交办批次"
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["region_code", "-on"], name="batch_of_region")]

    def __str__(self) -> str:
        return self.title


class Assignment(ProposalPart):
    """One round: how it was handed over, through whom, on whose decision, and when it was answered.

    A later round is a row of its own; the first stays as it was (trap 9). `due_on` is the day the
    last answering unit is due, `original_due_on` what it was before agreed extensions (trap 26).
    """

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="assignments")
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    kind = models.CharField("办理方式", max_length=4, choices=states.KINDS, blank=True)
    through = models.ForeignKey(
        "congress.Unit", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="经由（二级交办）",
    )  # fmt: skip
    dispatched_at = models.DateTimeField("二级交办时间", null=True, blank=True)
    dispatched_by = models.CharField("二级交办人", max_length=80, blank=True)
    decision_reference = models.CharField("主任会议决定", max_length=80, blank=True)
    instruction = models.CharField("交办意见", max_length=500, blank=True)
    rule = models.CharField("办理期限规则", max_length=40)
    counted_from = models.DateField("起算日")
    reason = models.TextField("重新办理的原因", max_length=1000, blank=True)
    due_on = models.DateField("答复期限")
    original_due_on = models.DateField("原答复期限")
    basis = models.CharField("依据", max_length=200)
    provisional = models.BooleanField("暂定", default=False)
    replied_at = models.DateTimeField("答复时间", null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=12, choices=OUTCOMES, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "交办"
        ordering = ["round"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "round"], name="one_assignment_per_round")
        ]
        indexes = [
            models.Index(
                fields=["through", "id"], name="assignment_to_dispatch",
                condition=Q(through__isnull=False, dispatched_at__isnull=True),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.proposal_id} 第{self.round}轮"


class Dispute(ProposalPart):
    """Units do not agree who leads: an arbiter decides in writing (trap 28)."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="disputes")
    unit = models.ForeignKey("congress.Unit", models.PROTECT, related_name="+")
    about = models.TextField("争议事项", max_length=1000)
    arbiter = models.CharField("协调机关", max_length=10, choices=states.ARBITERS)
    decision = models.TextField("协调意见", max_length=1000, blank=True)
    lead = models.ForeignKey(
        "congress.Unit", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="确定的主办单位",
    )  # fmt: skip
    decided_by = models.CharField("决定人", max_length=80, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "承办争议"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(decided_at__isnull=True), name="one_open_dispute"
            )
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} 争议"


class Supervision(ProposalPart):
    """督办, five kinds that may stand side by side; 重点督办 needs its decision (DBF 52, trap 25)."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="supervisions")
    kind = models.CharField("督办方式", max_length=10, choices=states.SUPERVISIONS)
    decision_reference = models.CharField("主任会议决定", max_length=80, blank=True)
    leader = models.CharField("督办领导", max_length=40, blank=True)
    organ = models.ForeignKey(
        "congress.Organ", models.PROTECT, null=True, blank=True, verbose_name="督办机构"
    )
    plan = models.TextField("督办安排", max_length=1000, blank=True)
    outcome = models.TextField("督办结果", max_length=1000, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "kind"], condition=Q(ended_at__isnull=True),
                name="one_supervision_of_a_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind=states.KEY)
                | (~Q(decision_reference="") & ~Q(leader="") & Q(organ__isnull=False)),
                name="key_supervision_was_decided",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["kind", "proposal"], name="supervision_running",
                condition=Q(ended_at__isnull=True),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.get_kind_display()}"


class Referral(ProposalPart):
    """公益诉讼 beside the ordinary course, whose clock keeps running (DOMAIN §1.4)."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="referral")
    field = models.CharField("领域", max_length=12, choices=states.REFERRAL_FIELDS)
    unit = models.ForeignKey("congress.Unit", models.PROTECT, related_name="+")
    handed_on = models.DateField("移送日期")
    filed = models.BooleanField("立案", null=True)
    filing_number = models.CharField("立案决定书文号", max_length=60, blank=True)
    advice_number = models.CharField("检察建议书文号", max_length=60, blank=True)
    result = models.TextField("办理结果", max_length=1000, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检察衔接"
        constraints = [
            models.CheckConstraint(
                condition=Q(filed=True) | Q(filing_number=""), name="filing_has_number_when_filed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.get_field_display()}"
