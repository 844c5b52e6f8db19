"""Deputies' suggestions (代表建议): the text as it stands, where it stands, who may see it."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from core.visibility import ScopedQuerySet, prefix_q
from handling.models import Order
from handling.states import OUTCOMES, REASSIGNED
from proposals import states
from workflows.models import Stateful

LABEL = "proposals.proposal"
PRIVATE = (states.DRAFT,)


class ProposalQuerySet(ScopedQuerySet["Proposal"]):
    """Signers see theirs, units what they were given, staff their congress's, drafts nobody else.

    A confidential one is seen by its signers, its units and the office of its own congress only
    (QD 18, SD 11): for everybody else it is not there.
    """

    def _visible(self, user: Any) -> "ProposalQuerySet":
        perm = "proposals.view_proposal"
        places = user.region_prefixes(perm)
        secret = user.region_prefixes("proposals.view_confidential_proposal")
        office = prefix_q("region_code", places) & ~Q(state__in=PRIVATE)
        office &= Q(confidential=False) | Q(region_code__in=secret)
        entered = Q(state__in=PRIVATE, entered_by=user.pk) & prefix_q("region_code", places)
        seen = office | entered
        if deputies := user.scope_codes("deputy", perm):
            seen |= Q(pk__in=self._signed_by(deputies))
        if units := user.scope_codes("unit", perm):
            seen |= Q(code__in=self._given_to(units)) | Q(through__code__in=units)
        return self.filter(seen)

    @staticmethod
    def _signed_by(codes: list[str]) -> Any:
        signatures = Proposal._meta.get_field("signatures").related_model._default_manager
        mine = signatures.filter(deputy__code__in=codes).exclude(state=states.DECLINED)
        return mine.values("proposal_id")

    @staticmethod
    def _given_to(codes: list[str]) -> Any:
        given = Order.objects.filter(source_type=LABEL, unit__code__in=codes)
        return given.exclude(state=REASSIGNED).values("source_code")

    def published(self) -> "ProposalQuerySet":
        """What everybody may read: reviewed text only."""
        return self.filter(published_at__isnull=False)

    def counted(self) -> "ProposalQuerySet":
        """S of the rates: accepted ones, without 撤回 and 转来信 (DOMAIN §2.9, trap 22)."""
        return self.filter(number__isnull=False).exclude(state__in=states.FINAL)


class Proposal(Stateful):
    """One matter (一事一议): title, facts, advice, by a lead deputy alone or jointly (联名).

    `region_code` is its congress's. `lead` and `seat` stay what they were when it was submitted,
    also after the seat has ended (SH 19). `number` is given at 立案 in the series of its term and
    session. `facts` and `advice` are never public; `Publication` holds what review let through.
    """

    term = models.ForeignKey(
        "congress.Term", models.PROTECT, related_name="proposals", verbose_name="届"
    )
    session = models.ForeignKey(
        "congress.Session", models.PROTECT, null=True, blank=True, related_name="proposals",
        verbose_name="会次",
    )  # fmt: skip
    series = models.CharField("提出时间", max_length=8, choices=states.SERIES, blank=True)
    series_key = models.CharField("编号序列", max_length=40, blank=True, editable=False)
    number = models.PositiveIntegerField("建议号", null=True, blank=True, editable=False)
    lead = models.ForeignKey(
        "deputies.Deputy", models.PROTECT, related_name="proposals", verbose_name="领衔代表"
    )
    seat = models.ForeignKey(
        "deputies.Seat", models.PROTECT, related_name="proposals", verbose_name="席位"
    )
    delegation = models.ForeignKey(
        "deputies.Delegation", models.PROTECT, null=True, blank=True, related_name="proposals",
        verbose_name="代表团",
    )  # fmt: skip
    title = models.CharField("标题", max_length=80)
    facts = models.TextField("情况和问题", max_length=4000)
    advice = models.TextField("具体建议", max_length=4000)
    version = models.PositiveSmallIntegerField("文本版本", default=1)
    title_pairs = ArrayField(models.CharField(max_length=2), default=list, editable=False)
    category = models.CharField("分类", max_length=12, choices=states.CATEGORIES, blank=True)
    source_kind = models.CharField(
        "来源", max_length=12, choices=list(states.SOURCES.items()), default="own"
    )
    source_code = models.CharField("来源编号", max_length=60, blank=True)
    bill_reference = models.CharField("原议案", max_length=60, blank=True)
    entered_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="代录账号",
    )  # fmt: skip
    proxy_name = models.CharField("代录人", max_length=80, blank=True)
    proxy_way = models.CharField("代录方式", max_length=6, choices=states.PROXY_WAYS, blank=True)
    confidential = models.BooleanField("保密", default=False)
    confidential_reason = models.CharField("保密理由", max_length=200, blank=True)
    through = models.ForeignKey(
        "congress.Unit", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="经由",
    )  # fmt: skip
    short_track = models.BooleanField("快速办理", default=False)
    planned_lead = models.CharField("拟主办", max_length=200, blank=True)
    planned_co = models.CharField("拟会办", max_length=200, blank=True)
    submitted_at = models.DateTimeField("提出时间点", null=True, blank=True)
    accepted_at = models.DateTimeField("立案时间", null=True, blank=True)
    assigned_at = models.DateTimeField("交办时间", null=True, blank=True)
    replied_at = models.DateTimeField("答复时间", null=True, blank=True)
    evaluated_at = models.DateTimeField("评价时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    due_on = models.DateField("到期日", null=True, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    outcome = models.CharField("办理结果", max_length=12, choices=OUTCOMES, blank=True)
    satisfaction = models.CharField("结果评价", max_length=12, choices=states.SCORES, blank=True)
    published_at = models.DateTimeField("公开时间", null=True, blank=True, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代表建议"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(states.STATES)), name="proposal_state_known"
            ),
            models.UniqueConstraint(
                fields=["series_key", "number"],
                condition=Q(number__isnull=False),
                name="proposal_number_once",
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True) | (~Q(series="") & ~Q(series_key="")),
                name="proposal_number_in_series",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(confidential=False, replied_at__isnull=False),
                name="proposal_public_after_reply",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_code", "id"], name="proposal_region",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            models.Index(fields=["region_code", "state", "id"], name="proposal_region_state"),
            models.Index(fields=["state", "due_on", "id"], name="proposal_state_due"),
            models.Index(fields=["term", "session", "series", "number"], name="proposal_numbers"),
            models.Index(fields=["lead", "-id"], name="proposal_lead"),
            models.Index(
                fields=["source_kind", "source_code"], name="proposal_source",
                condition=~Q(source_code=""),
            ),
            models.Index(
                fields=["-published_at", "-id"], name="proposal_published",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(
                fields=["due_on", "id"], name="proposal_due",
                condition=Q(state__in=states.OPEN, due_on__isnull=False),
            ),
            GinIndex(fields=["title_pairs"], name="proposal_title_pairs"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_state_display(self) -> str:
        return states.STATES[self.state]

    @property
    def number_words(self) -> str:
        """第12号 or 闭会第3号; empty before 立案."""
        if self.number is None:
            return ""
        return f"{'闭会' if self.series == states.BETWEEN else ''}第{self.number}号"

    @property
    def points(self) -> list[str]:
        """The advice point by point, one line each: every one is to be answered (逐条答复)."""
        return [line.strip() for line in self.advice.splitlines() if line.strip()]

    def covered_by(self, grant: Any) -> bool:
        if grant.scope_kind == "deputy":
            mine = self.signatures.filter(deputy__code=grant.scope_code)
            return bool(mine.exclude(state=states.DECLINED).exists())
        if grant.scope_kind == "unit":
            return self._given(grant.scope_code)
        if not grant.covers_region(self.region_code):
            return False
        if self.state in PRIVATE:
            return bool(self.entered_by_id and self.entered_by_id == grant.user_id)
        return not self.confidential or self._is_own_office(grant)

    def _is_own_office(self, grant: Any) -> bool:
        return bool(grant.scope_code == self.region_code and grant.role in OFFICE)

    def _given(self, unit: str) -> bool:
        if self.through and self.through.code == unit:
            return True
        orders = Order.objects.of(self).filter(unit__code=unit).exclude(state=REASSIGNED)
        return bool(orders.exists())


OFFICE = ("congress_staff", "town_staff")


class NumberSeries(models.Model):
    """The last number of a series; its row is locked while a number is taken, so none is lost."""

    key = models.CharField("序列", max_length=40, unique=True)
    last = models.PositiveIntegerField("最后一号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "建议编号序列"

    def __str__(self) -> str:
        return f"{self.key} {self.last}"


class Publication(models.Model):
    """What a reviewer decided on publication (国办发〔2014〕46号): text with personal data masked.

    Never before the reply (trap 18). A later decision replaces the text; the log keeps both.
    """

    proposal = models.OneToOneField(
        Proposal, models.PROTECT, related_name="publication", verbose_name="建议"
    )
    code = models.CharField("编号", max_length=40, unique=True)
    region_code = models.CharField("区划代码", max_length=15)
    decision = models.CharField("决定", max_length=10, choices=states.PUBLICATIONS, blank=True)
    why_not = models.CharField("不公开的理由", max_length=12, choices=states.WHY_NOT, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    objection = models.CharField("代表不宜公开的意见", max_length=300, blank=True)
    title = models.CharField("公开标题", max_length=80, blank=True)
    text = models.TextField("公开的建议", blank=True)
    reply = models.TextField("公开的答复", blank=True)
    feedback = models.TextField("公开的代表反馈", blank=True)
    decided_by = models.CharField("决定人", max_length=80, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公开决定"
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=["", states.OPEN_TO_ALL]) | ~Q(why_not=""),
                name="not_public_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=[states.OPEN_TO_ALL, states.IN_PART])
                | (~Q(title="") & ~Q(text="") & ~Q(reply="")),
                name="public_has_reviewed_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.get_decision_display()}"
