"""Residents' messages (留言): the words, who they are for, and what came of them."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from core.visibility import ScopedQuerySet, prefix_q
from voices import states
from workflows.models import Stateful
from workflows.registry import workflow_of


class MessageQuerySet(ScopedQuerySet["Message"]):
    """A deputy sees what is addressed to them, a station what it serves, staff their region's."""

    def _visible(self, user: Any) -> "MessageQuerySet":
        perm = "voices.view_message"
        inside = prefix_q("region_code", user.region_prefixes(perm))
        deputy = Q(deputy_id__in=user.scope_codes("deputy", perm))
        station = Q(station_id__in=user.scope_codes("station", perm))
        return self.filter(inside | deputy | station)

    def published(self) -> "MessageQuerySet":
        """What everybody may read: reviewed text only."""
        return self.filter(publication="published")

    def open(self) -> "MessageQuerySet":
        return self.filter(state__in=states.OPEN)


class Message(Stateful):
    """One voice. `text` is the original and never public; `public_text` is what review let through.

    The receipt is stored as a keyed hash only. `deputy` acts first, `station` second; a message
    without a deputy starts at the station. Contact data lives in `MessageContact`.
    """

    receipt_hash = models.BinaryField("回执摘要", unique=True, editable=False)
    kind = models.CharField("类别", max_length=8, choices=states.KINDS)
    channel = models.CharField("来源", max_length=6, choices=states.CHANNELS, default="scan")
    proxy_way = models.CharField("代录方式", max_length=5, choices=states.PROXY_WAYS, blank=True)
    proxy_name = models.CharField("代录人", max_length=60, blank=True)
    outside_number = models.CharField("外部编号", max_length=60, blank=True)
    text = models.TextField("原文")
    place = models.CharField("地点", max_length=120, blank=True)
    token = models.ForeignKey(
        "codes.Code", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="二维码"
    )
    deputy = models.ForeignKey(
        "deputies.Deputy", models.PROTECT, to_field="code", db_column="deputy_code", null=True,
        blank=True, related_name="messages", verbose_name="代表", db_index=False,
    )  # fmt: skip
    station = models.ForeignKey(
        "stations.Station", models.PROTECT, to_field="code", db_column="station_code", null=True,
        blank=True, related_name="messages", verbose_name="站点", db_index=False,
    )  # fmt: skip
    grid = models.ForeignKey(
        "grids.Grid", models.PROTECT, null=True, blank=True, related_name="messages",
        verbose_name="网格",
    )  # fmt: skip
    due_on = models.DateField("到期日", null=True, blank=True)
    original_due_on = models.DateField("原到期日", null=True, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=12, choices=states.OUTCOMES, blank=True)
    score = models.CharField("评价", max_length=12, choices=states.SCORES, blank=True)
    deputy_opinion = models.TextField("代表意见", max_length=500, blank=True)
    station_note = models.TextField("联络站说明", max_length=500, blank=True)
    door = models.CharField("分流去向", max_length=12, blank=True)
    door_words = models.TextField("分流告知", max_length=500, blank=True)
    publication = models.CharField(
        "公开", max_length=10, choices=states.PUBLICATIONS, default="private"
    )
    public_title = models.CharField("公开标题", max_length=60, blank=True)
    public_text = models.TextField("公开文本", blank=True)
    public_answer = models.TextField("公开答复", blank=True)
    published_at = models.DateTimeField("公开时间", null=True, blank=True)
    hidden_reason = models.CharField("不公开原因", max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "留言"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[*states.STATES, *states.ADDED]),
                name="message_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(publication="published")
                | (~Q(public_text="") & Q(published_at__isnull=False)),
                name="published_message_was_reviewed",
            ),
            models.UniqueConstraint(
                fields=["region_code", "outside_number"],
                condition=~Q(outside_number=""),
                name="outside_number_once",
            ),
        ]
        indexes = [
            models.Index(fields=["deputy", "state", "due_on", "id"], name="message_deputy_queue"),
            models.Index(fields=["station", "state", "due_on", "id"], name="message_station_queue"),
            models.Index(
                fields=["region_code", "id"], name="message_region",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            models.Index(
                fields=["-published_at", "-id"], name="message_published",
                condition=Q(publication="published"),
            ),
            models.Index(
                fields=["due_on", "id"], name="message_due",
                condition=Q(state__in=(*states.OPEN, *states.ADDED)),
            ),
            # what is over, newest first, of one deputy or station
            models.Index(fields=["deputy", "-id"], name="message_of_deputy"),
            models.Index(fields=["station", "-id"], name="message_of_station"),
            # rates as of a day: who has moved since, and all they need without the row itself
            models.Index(
                fields=["state_at"], name="message_counting",
                include=["id", "created_at", "region_code", "kind", "channel", "state", "outcome",
                         "score", "due_on", "round", "accepted_at", "answered_at"],
            ),
            models.Index(
                fields=["region_code", "id"], name="message_to_review",
                opclasses=["varchar_pattern_ops", "int8_ops"],
                condition=Q(publication="private", state__in=(states.ANSWERED, states.CLOSED)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code

    def get_state_display(self) -> str:
        return workflow_of(self).states[self.state]

    def covered_by(self, grant: Any) -> bool:
        if grant.scope_kind == "deputy":
            return bool(grant.scope_code == self.deputy_id)
        if grant.scope_kind == "station":
            return bool(grant.scope_code == self.station_id)
        return bool(grant.covers_region(self.region_code))


class SealedContact(models.Model):
    """Name and phone, encrypted, by a consent of their own (PIPL 13, 23)."""

    name_sealed = models.BinaryField("姓名（密文）", null=True)
    phone_sealed = models.BinaryField("电话（密文）", null=True)
    phone_index = models.BinaryField("电话索引", null=True, db_index=True)
    consent_at = models.DateTimeField("同意时间")
    consent_version = models.CharField("同意书版本", max_length=12)

    class Meta:
        abstract = True


class MessageContact(SealedContact):
    """Name and phone of who wrote a message."""

    message = models.OneToOneField(Message, models.CASCADE, related_name="contact")

    class Meta:
        verbose_name = verbose_name_plural = "联系方式"

    def __str__(self) -> str:
        return f"{self.message_id}"


class Reveal(models.Model):
    """Who looked at contact data and why; the writer reads it on the receipt page."""

    user = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="查看人")
    label = models.CharField("身份", max_length=80)
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField("时间")

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["-at"]


class ContactReveal(Reveal):
    """Who looked at the contact of a message's writer."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="reveals")

    class Meta(Reveal.Meta):
        verbose_name = verbose_name_plural = "联系方式查看记录"

    def __str__(self) -> str:
        return f"{self.message_id} {self.label}"


class Photo(models.Model):
    """A picture with a message or an answer: re-encoded, bare, private until let through."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="photos")
    answer = models.ForeignKey(
        "Answer", models.CASCADE, null=True, blank=True, related_name="photos"
    )
    image = models.FileField("照片", upload_to="messages/")
    thumb = models.FileField("缩略图", upload_to="messages/")
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")
    public = models.BooleanField("公开", default=False)
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "照片"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.message_id} {self.pk}"


class Addition(models.Model):
    """What the writer added later by receipt."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="additions")
    text = models.TextField("补充")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "补充"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.message_id} {self.at:%Y-%m-%d}"


class Answer(models.Model):
    """An answer to the writer, by the deputy or by the station, one per round and version."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="answers")
    round = models.PositiveSmallIntegerField("轮次")
    by_kind = models.CharField(
        "答复人", max_length=8, choices=[("deputy", "代表"), ("station", "联络站")]
    )
    by = models.CharField("署名", max_length=80)
    text = models.TextField("答复", max_length=4000)
    outcome = models.CharField("办理结果", max_length=12, choices=states.OUTCOMES)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "答复"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.message_id} 第{self.round}轮"


class Rating(models.Model):
    """群众评价 of one round; both rounds stay."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="ratings")
    round = models.PositiveSmallIntegerField("轮次")
    score = models.CharField("评价", max_length=12, choices=states.SCORES)
    reason = models.TextField("原因", max_length=1000, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "群众评价"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "round"], name="one_rating_per_round"),
            models.CheckConstraint(
                condition=~Q(score="unsatisfied") | ~Q(reason=""), name="unsatisfied_says_why"
            ),
        ]
        indexes = [
            # the few that were rated again, for the rates
            models.Index(
                fields=["message", "round"],
                name="rating_again",
                include=["score", "at"],
                condition=Q(round__gt=1),
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id} 第{self.round}轮 {self.score}"


class Follow(models.Model):
    """Somebody follows a published matter instead of writing again; told by receipt page only."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="follows")
    receipt_hash = models.BinaryField("回执摘要", unique=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "关注"

    def __str__(self) -> str:
        return f"{self.message_id}"
