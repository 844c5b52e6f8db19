"""What people are told, and how it reaches them."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from core.visibility import ScopedQuerySet


class NotificationQuerySet(ScopedQuerySet["Notification"]):
    """Everybody reads their own inbox and nobody else's."""

    def _visible(self, user: Any) -> "NotificationQuerySet":
        return self.filter(user_id=user.pk)


class Notification(models.Model):
    """One thing told to one person, once per `key`.

    A resident is named by the object they proved a receipt for, never by phone.
    """

    key = models.CharField("键", max_length=160, unique=True)
    kind = models.CharField("种类", max_length=60)
    user = models.ForeignKey(
        "accounts.User", models.CASCADE, null=True, blank=True, related_name="notifications",
        verbose_name="收件人",
    )  # fmt: skip
    to_resident = models.BooleanField("给群众", default=False)
    object_type = models.CharField("对象类型", max_length=60)
    object_code = models.CharField("对象编号", max_length=60)
    region_code = models.CharField("区划代码", max_length=15, blank=True)
    text = models.CharField("内容", max_length=300)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_inbox"),
            models.Index(
                fields=["user"], name="notification_unread", condition=Q(read_at__isnull=True)
            ),
            models.Index(fields=["object_type", "object_code"], name="notification_object"),
        ]

    def __str__(self) -> str:
        return self.text


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    """Deliveries carry no text; the operator sees that they went out."""

    def _visible(self, user: Any) -> "DeliveryQuerySet":
        if user.has_perm("notifications.view_delivery"):
            return self
        return self.none()


class ChannelQuerySet(ScopedQuerySet["Channel"]):
    """Everybody looks after their own channels; nobody reads another's."""

    def _visible(self, user: Any) -> "ChannelQuerySet":
        return self.filter(user_id=user.pk)

    def ready_for(self, user_ids: Iterable[int]) -> "ChannelQuerySet":
        return self.filter(user_id__in=set(user_ids), is_on=True, user__is_active=True)


class Channel(models.Model):
    """A place outside the inbox where one person wants to be told; its address is encrypted."""

    KINDS: ClassVar[list[tuple[str, str]]] = [
        ("wecom", "企业微信群机器人"), ("dingtalk", "钉钉群机器人"), ("feishu", "飞书群机器人"),
        ("mail", "电子邮箱"), ("webhook", "本单位的接口"),
    ]  # fmt: skip

    user = models.ForeignKey(
        "accounts.User", models.CASCADE, related_name="channels", verbose_name="账号"
    )
    kind = models.CharField("种类", max_length=10, choices=KINDS)
    label = models.CharField("名称", max_length=40, blank=True)
    address = models.BinaryField("地址")
    is_on = models.BooleanField("启用", default=True)
    failures = models.PositiveSmallIntegerField("连续失败", default=0)
    paused_until = models.DateTimeField("暂停至", null=True, blank=True)
    last_error = models.CharField("最近错误", max_length=60, blank=True)
    created_at = models.DateTimeField("建立时间")

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "外部渠道"
        ordering = ["user", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}".strip()


class Delivery(models.Model):
    """A notification on its way out by one channel, once.

    Started and neither sent nor failed: the worker died in mid-call, so nobody knows. Such a one
    is not sent again by itself, it might arrive twice.
    """

    notification = models.ForeignKey(
        Notification, models.CASCADE, related_name="deliveries", verbose_name="消息"
    )
    channel = models.CharField("渠道", max_length=20)
    target = models.ForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, verbose_name="外部渠道"
    )
    key = models.CharField("键", max_length=190, unique=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    sent_at = models.DateTimeField("送出时间", null=True, blank=True)
    failed_at = models.DateTimeField("失败时间", null=True, blank=True)
    note = models.CharField("说明", max_length=100, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "送达记录"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.key

    def covered_by(self, grant: Any) -> bool:
        """It belongs to no region: whose role may look after the machine may look after it all."""
        return True

    @property
    def code(self) -> str:
        """What the audit log calls this delivery."""
        return f"D{self.pk}"

    @property
    def outcome(self) -> str:
        """In words: sent, failed, waiting, or nobody knows."""
        if self.sent_at:
            return "已送出"
        if self.failed_at:
            return "没送到"
        return "结果不明" if self.started_at else "等待"
