"""Orders: work given to a unit, whoever gave it, with everything that happens on the way."""

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, NullIf

from core.dates import local_date
from core.visibility import ScopedQuerySet, prefix_q
from handling.states import ACCEPTED, OPEN, OUTCOMES, PROMISE_OUTCOMES, ROLES, STATES
from workflows.models import Stateful


class OrderQuerySet(ScopedQuerySet["Order"]):
    """A unit sees its own orders, the dispatcher those it gave, staff their region's."""

    def _visible(self, user: Any) -> "OrderQuerySet":
        perm = "handling.view_order"
        places = user.region_prefixes(perm)
        # a confidential one is the giving congress's own, not that of the places above it
        inside = prefix_q("region_code", places) & (
            Q(confidential=False) | Q(region_code__in=places)
        )
        unit = Q(unit__code__in=user.scope_codes("unit", perm))
        station = Q(station_code__in=user.scope_codes("station", perm))
        return self.filter(inside | unit | station)

    def open(self) -> "OrderQuerySet":
        return self.filter(state__in=OPEN)

    def of(self, obj: models.Model) -> "OrderQuerySet":
        """The orders that came from `obj`."""
        return self.filter(
            source_type=obj._meta.label_lower,
            source_code=obj.code,  # type: ignore[attr-defined]
        )


# `Order.named` for rows that are read as values.
NAMED = Coalesce(NullIf("unit_name", Value("")), "unit__name")


class Order(Stateful):
    """交办单. `text` is what the unit may read: never who the resident is.

    `station_code` is the station that dispatched it, empty when the congress did. A co-handler's
    order names the lead's. `basis` is the legal basis of the due date.
    """

    source_type = models.CharField("来源类型", max_length=60)
    source_code = models.CharField("来源编号", max_length=40)
    station_code = models.CharField("交办站点", max_length=20, blank=True)
    unit = models.ForeignKey(
        "congress.Unit", models.PROTECT, related_name="orders", verbose_name="承办单位"
    )
    unit_name = models.CharField("答复时的单位名称", max_length=80, blank=True)
    role = models.CharField("办理方式", max_length=4, choices=ROLES, default="sole")
    lead = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="co_orders",
        verbose_name="主办单",
    )  # fmt: skip
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="改派自"
    )
    title = models.CharField("事由", max_length=120)
    text = models.TextField("交办内容")
    place = models.CharField("地点", max_length=120, blank=True)
    instruction = models.CharField("交办意见", max_length=500, blank=True)
    assigned_by = models.CharField("交办人", max_length=80)
    assigned_at = models.DateTimeField("交办时间")
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    replied_at = models.DateTimeField("答复时间", null=True, blank=True)
    accepted_at = models.DateTimeField("通过时间", null=True, blank=True)
    due_on = models.DateField("到期日")
    original_due_on = models.DateField("原到期日")
    return_until = models.DateField("可申请退回至")
    due_rule = models.CharField("办理期限规则", max_length=40)
    sign_rule = models.CharField("签收期限规则", max_length=40)
    basis = models.CharField("依据", max_length=200)
    provisional = models.BooleanField("暂定", default=False)
    counted_from = models.DateField("起算日", null=True, blank=True)
    contact_required = models.BooleanField("答复前须联系代表", default=False)
    confidential = models.BooleanField("保密", default=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "交办单"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="order_state_known"),
            models.CheckConstraint(
                condition=Q(role="co", lead__isnull=False) | (~Q(role="co") & Q(lead__isnull=True)),
                name="co_order_has_lead",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "due_on", "id"], name="order_unit_queue"),
            models.Index(fields=["source_type", "source_code"], name="order_source"),
            models.Index(fields=["station_code", "state", "due_on"], name="order_station_queue"),
            models.Index(
                fields=["region_code"], name="order_region", opclasses=["varchar_pattern_ops"]
            ),
            models.Index(fields=["due_on", "id"], name="order_due", condition=Q(state__in=OPEN)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_state_display(self) -> str:
        return STATES[self.state]

    @property
    def named(self) -> str:
        """What the unit was called when it answered; its name of today while it has not."""
        return self.unit_name or self.unit.name

    @property
    def started_on(self) -> date:
        """The day its period is counted from: that of 交办, unless the rules name another."""
        return self.counted_from or local_date(self.assigned_at)

    def covered_by(self, grant: Any) -> bool:
        if grant.scope_kind == "unit":
            return bool(grant.scope_code == self.unit.code)
        if grant.scope_kind == "station":
            return bool(grant.scope_code == self.station_code)
        if self.confidential and grant.scope_code != self.region_code:
            return False
        return bool(grant.covers_region(self.region_code))


class OrderPart(models.Model):
    """Something recorded on an order by somebody at some time."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="+", verbose_name="交办单")
    by = models.CharField("经手人", max_length=80)
    at = models.DateTimeField("时间")

    class Meta:
        abstract = True


class ContactRecord(OrderPart):
    """沟通记录: the unit spoke with the deputy or the station (DBF 51)."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="contacts", verbose_name="交办单")
    on = models.DateField("日期")
    way = models.CharField(
        "方式", max_length=8,
        choices=[("visit", "上门走访"), ("meeting", "座谈"), ("site", "现场查看"), ("phone", "电话")],
    )  # fmt: skip
    person = models.CharField("联系对象", max_length=60)
    content = models.TextField("沟通情况", max_length=1000)

    class Meta:
        verbose_name = verbose_name_plural = "沟通记录"
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.order.code} {self.on}"


class Decided(OrderPart):
    """Something asked for, and what whoever gave the order decided."""

    reason = models.TextField("理由", max_length=1000)
    granted = models.BooleanField("同意", null=True)
    decided_by = models.CharField("决定人", max_length=80, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decision = models.TextField("决定理由", max_length=1000, blank=True)

    class Meta:
        abstract = True


class ReturnRequest(Decided):
    """申退: asked within the window, decided by the dispatcher (traps 10, 28)."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="returns", verbose_name="交办单")
    suggested = models.CharField("建议承办单位", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "退回申请"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(granted__isnull=True), name="one_open_return"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order.code} 申请退回"


class Extension(Decided):
    """延期: who asked, who agreed, until when; the ceiling is the rulebook's (trap 26)."""

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="extensions", verbose_name="交办单"
    )
    wanted_on = models.DateField("申请延至")
    before_on = models.DateField("原到期日")

    class Meta:
        verbose_name = verbose_name_plural = "延期申请"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(granted__isnull=True), name="one_open_extension"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order.code} 申请延期"


class Opinion(OrderPart):
    """会办意见: the co-handler's word to the lead; never a public reply (trap 23)."""

    order = models.OneToOneField(
        Order, models.PROTECT, related_name="opinion", verbose_name="会办单"
    )
    text = models.TextField("会办意见", max_length=4000)

    class Meta:
        verbose_name = verbose_name_plural = "会办意见"

    def __str__(self) -> str:
        return f"{self.order.code} 会办意见"


class ReplyQuerySet(ScopedQuerySet["Reply"]):
    """Copied letters are seen by those they were copied to, once the letter went out."""

    def _visible(self, user: Any) -> "ReplyQuerySet":
        perm = "handling.view_order"
        reached = (
            Q(copies__kind="unit", copies__target__in=user.scope_codes("unit", perm))
            | Q(copies__kind="deputy", copies__target__in=user.scope_codes("deputy", perm))
            | Q(copies__kind="office", copies__target__in=user.region_prefixes(perm))
        )
        passed = Q(order__state=ACCEPTED, sent_back_reason="")
        return self.filter(passed & reached).distinct()


class Reply(OrderPart):
    """答复, versioned: a sent-back reply stays and the next one is a new version (trap 9)."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="replies", verbose_name="交办单")
    version = models.PositiveSmallIntegerField("版本")
    unit_name = models.CharField("答复单位", max_length=80, blank=True)
    outcome = models.CharField("办理结果", max_length=12, choices=OUTCOMES)
    text = models.TextField("答复内容", max_length=8000)
    letter_number = models.CharField("文号", max_length=40, blank=True)
    signer = models.CharField("签发人", max_length=40)
    contact = models.CharField("联系人及电话", max_length=60, blank=True)
    sent_back_reason = models.TextField("退回原因", max_length=1000, blank=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "答复"
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["order", "version"], name="one_reply_version")
        ]

    def __str__(self) -> str:
        return f"{self.order.code} 答复{self.version}"

    @property
    def code(self) -> str:
        """Its address for those who got a copy: the order's number and the version."""
        return f"{self.order.code}-{self.version}"

    @property
    def region_code(self) -> str:
        return self.order.region_code


class ReplyPhoto(models.Model):
    """A picture with a reply (before, after), re-encoded and without metadata."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="photos", verbose_name="答复")
    image = models.FileField("照片", upload_to="replies/")
    thumb = models.FileField("缩略图", upload_to="replies/")
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")

    class Meta:
        verbose_name = verbose_name_plural = "答复照片"

    def __str__(self) -> str:
        return f"{self.reply} 照片"


class ReplyPoint(models.Model):
    """逐条答复: one point of what was asked, its answer and what came of it."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="points", verbose_name="答复")
    number = models.PositiveSmallIntegerField("第几条")
    point = models.TextField("建议")
    answer = models.TextField("答复", max_length=2000)
    outcome = models.CharField("办理结果", max_length=12, choices=OUTCOMES)

    class Meta:
        verbose_name = verbose_name_plural = "逐条答复"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "number"], name="one_answer_to_a_point")
        ]

    def __str__(self) -> str:
        return f"{self.reply} 第{self.number}条"


class ReplyCopy(models.Model):
    """抄送: who gets a copy of the letter. `kind` is empty for a name that is only printed."""

    KINDS: ClassVar[list[tuple[str, str]]] = [
        ("unit", "单位"), ("deputy", "代表"), ("office", "人大机关"),
    ]  # fmt: skip
    reply = models.ForeignKey(Reply, models.CASCADE, related_name="copies", verbose_name="答复")
    kind = models.CharField("类别", max_length=8, choices=KINDS, blank=True)
    target = models.CharField("编号", max_length=20, blank=True)
    name = models.CharField("名称", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "抄送"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["reply", "name"], name="one_copy_to_a_name")]

    def __str__(self) -> str:
        return self.name


class Promise(models.Model):
    """承诺台账: what a reply promised by when; outlives the order (trap 8)."""

    STATES: ClassVar[list[tuple[str, str]]] = [("open", "未到期"), *PROMISE_OUTCOMES]
    code = models.CharField("编号", max_length=40, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="promises", verbose_name="交办单")
    text = models.CharField("承诺事项", max_length=300)
    point = models.PositiveSmallIntegerField("第几条", null=True, blank=True)
    due_on = models.DateField("承诺日期")
    original_due_on = models.DateField("原承诺日期")
    outcome = models.CharField("兑现情况", max_length=8, choices=STATES, default="open")
    note = models.TextField("说明", max_length=1000, blank=True)
    settled_at = models.DateTimeField("核实时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "承诺"
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.text

    @property
    def region_code(self) -> str:
        """Where it belongs: its clock and its log entries stand there."""
        return self.order.region_code
