"""From the reply on: who is answered and how they rate, experts, promises, score sheets."""

from django.db import models
from django.db.models import F, Q

from handling.states import PROMISE_OUTCOMES
from proposals import states
from proposals.models.course import ProposalPart
from proposals.models.proposal import Proposal


class FaceReply(ProposalPart):
    """How the reply reached the deputies: 面复 with its record, by letter, or relayed by the lead."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="face_replies")
    order = models.ForeignKey("handling.Order", models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField("轮次")
    way = models.CharField("方式", max_length=8, choices=states.ANSWER_WAYS)
    on = models.DateField("日期")
    place = models.CharField("地点", max_length=80, blank=True)
    leader = models.CharField("出面的负责人", max_length=40, blank=True)
    deputies = models.ManyToManyField("deputies.Deputy", related_name="+", verbose_name="代表")
    content = models.TextField("面复情况", max_length=2000, blank=True)
    consent = models.BooleanField("代表同意不面复", default=False)
    signed = models.BooleanField("代表签字", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "答复方式记录"
        ordering = ["on", "id"]
        indexes = [models.Index(fields=["proposal", "round"], name="face_reply_round")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.get_way_display()}"


class Evaluation(models.Model):
    """One deputy who is answered and rates one round: 态度 and 结果 apart (trap 6).

    The row stands from the reply on; `at` is empty until the deputy has rated. `score` is the
    deputy's 落实 score (落实率 v2). `proxy_name` is who typed a paper form in.
    """

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="evaluations")
    deputy = models.ForeignKey(
        "deputies.Deputy", models.PROTECT, related_name="evaluations", verbose_name="代表"
    )
    round = models.PositiveSmallIntegerField("轮次")
    asked_at = models.DateTimeField("请评时间")
    urged_at = models.DateTimeField("催评时间", null=True, blank=True)
    at = models.DateTimeField("评价时间", null=True, blank=True)
    attitude = models.CharField("办理态度", max_length=12, choices=states.SCORES, blank=True)
    result = models.CharField("办理结果", max_length=12, choices=states.SCORES, blank=True)
    score = models.PositiveSmallIntegerField("落实评分", null=True, blank=True)
    reason = models.TextField("不满意的理由", max_length=1000, blank=True)
    proxy_name = models.CharField("代录人", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "代表评价"
        ordering = ["round", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "round", "deputy"], name="one_evaluation_per_round"
            ),
            models.CheckConstraint(
                condition=Q(at__isnull=True, attitude="", result="")
                | (Q(at__isnull=False) & ~Q(attitude="") & ~Q(result="")),
                name="evaluation_is_whole",
            ),
            models.CheckConstraint(
                condition=~(Q(attitude=states.UNSATISFIED) | Q(result=states.UNSATISFIED))
                | ~Q(reason=""),
                name="unsatisfied_deputy_says_why",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__lte=100), name="evaluation_score_range"
            ),
        ]
        indexes = [
            models.Index(
                fields=["deputy", "proposal"], name="evaluation_waiting",
                condition=Q(at__isnull=True),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.proposal_id} 第{self.round}轮"


class ExpertReview(ProposalPart):
    """第三方专家评估 of one round; may recommend 二次交办."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="expert_reviews")
    round = models.PositiveSmallIntegerField("轮次")
    experts = models.CharField("评估专家或机构", max_length=120)
    score = models.PositiveSmallIntegerField("评分")
    opinion = models.TextField("评估意见", max_length=2000)
    again = models.BooleanField("建议二次交办", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "专家评估"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(score__lte=100), name="expert_score_range")
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.score}分"


class ScoreSheet(ProposalPart):
    """量化测评: one deputy's hundred points for one unit, under the place's own weights."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="score_sheets")
    order = models.ForeignKey("handling.Order", models.PROTECT, related_name="+")
    deputy = models.ForeignKey("deputies.Deputy", models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField("轮次")
    points = models.JSONField("各项得分", default=dict)
    weights = models.JSONField("各项满分", default=dict)
    total = models.DecimalField("总分", max_digits=5, decimal_places=1)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "量化测评表"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "deputy"], name="one_score_sheet_each"),
            models.CheckConstraint(
                condition=Q(total__gte=0, total__lte=100), name="score_sheet_range"
            ),
        ]
        indexes = [models.Index(fields=["proposal", "round"], name="score_sheet_round")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.total}"


class PromiseUpdate(ProposalPart):
    """What became of a promise: kept, moved with reason, broken; years later too (trap 8)."""

    promise = models.ForeignKey("handling.Promise", models.PROTECT, related_name="updates")
    outcome = models.CharField("情况", max_length=8, choices=PROMISE_OUTCOMES)
    note = models.TextField("说明", max_length=1000)
    before_on = models.DateField("原期限")
    due_on = models.DateField("新期限")

    class Meta:
        verbose_name = verbose_name_plural = "承诺跟踪"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(note=""), name="promise_update_says_why"),
            models.CheckConstraint(
                condition=~Q(outcome="moved") | Q(due_on__gt=F("before_on")),
                name="promise_moves_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promise_id} {self.outcome}"


class PromiseRating(models.Model):
    """A deputy's rating of promise-keeping, apart from the rating of the reply (CQ 26-28)."""

    promise = models.ForeignKey("handling.Promise", models.PROTECT, related_name="ratings")
    deputy = models.ForeignKey("deputies.Deputy", models.PROTECT, related_name="promise_ratings")
    year = models.PositiveSmallIntegerField("年度")
    score = models.CharField("评价", max_length=12, choices=states.SCORES)
    reason = models.TextField("理由", max_length=1000, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "承诺兑现评价"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["promise", "deputy", "year"], name="one_promise_rating_a_year"
            ),
            models.CheckConstraint(
                condition=~Q(score=states.UNSATISFIED) | ~Q(reason=""),
                name="unsatisfied_with_promise_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promise_id} {self.score}"
