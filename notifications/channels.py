"""A person's own channels outside the inbox."""

from datetime import datetime

from django.core.validators import EmailValidator
from django.db import transaction

from accounts.models import User
from audit.services import record
from core.errors import InputInvalid
from notifications.models import Channel
from notifications.outside import apprise_url, sealed_address

MOST = 5
_SHAPES = {
    "wecom": "请填群机器人地址里 key= 后面的一串。",
    "dingtalk": "请填 access_token 后面的一串；用加签的，空一格再填密钥。",
    "feishu": "请填机器人地址最后一段。",
    "mail": "请填一个邮箱地址。",
    "webhook": "请填管理员允许的 https 地址。",
}
_TOKEN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def add_channel(*, user: User, kind: str, address: str, label: str, now: datetime) -> Channel:
    """Add one of at most five. Raises InputInvalid for an address this kind cannot have."""
    if kind not in _SHAPES or not _fits(kind, address.strip()):
        words = _SHAPES.get(kind, "请选一种渠道。")
        raise InputInvalid("address", words, {"address": words})
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if Channel.objects.filter(user=user).count() >= MOST:
            raise InputInvalid("too_many", f"最多{MOST}个，请先删去不用的。")
        channel = Channel.objects.create(
            user=user, kind=kind, label=label.strip()[:40], created_at=now,
            address=sealed_address(user.pk, address.strip()),
        )  # fmt: skip
        record(
            actor=user, action="notifications.channel_added", obj=user, now=now,
            data={"kind": kind},
        )  # fmt: skip
    return channel


def remove_channel(*, user: User, channel: Channel, now: datetime) -> None:
    """Take it away; what is on its way by it is not sent any more."""
    with transaction.atomic():
        kind = channel.kind
        channel.delete()
        record(
            actor=user, action="notifications.channel_removed", obj=user, now=now,
            data={"kind": kind},
        )  # fmt: skip


def switch_channel(*, user: User, channel: Channel, on: bool, now: datetime) -> None:
    """Switch it on (forgetting past failures) or off."""
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(
            is_on=on, failures=0, paused_until=None, last_error=""
        )
        record(
            actor=user, action="notifications.channel_switched", obj=user, now=now,
            data={"kind": channel.kind, "on": on},
        )  # fmt: skip


def _fits(kind: str, address: str) -> bool:
    if not 1 <= len(address) <= 200:
        return False
    if kind == "mail":
        try:
            EmailValidator()(address)
        except Exception:
            return False
        return True
    if kind == "webhook":
        try:
            apprise_url(kind, address)
        except ValueError:
            return False
        return True
    words = address.split(" ")
    tokens_fit = all(word and set(word) <= _TOKEN_LETTERS for word in words)
    return tokens_fit and len(words) <= (2 if kind == "dingtalk" else 1)
