"""Carrying notices out: the inbox at once, channels outside by day and one by one."""

import hashlib
import json
import os
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from audit.actors import Actor
from audit.services import record
from core.errors import Forbidden
from jobs.models import DueWork
from jobs.registry import Later
from jobs.services import schedule_many
from notifications import outside
from notifications.models import Channel, Delivery, Notification
from notifications.registry import kind_label, resident_phone

PUSH = "notifications.push"
SMS = "sms"
DAY_STARTS, DAY_ENDS = time(8), time(21)  # nobody's telephone rings at night
LONGEST_PAUSE = 3600
ALERT_EVERY = timedelta(hours=1)
NO_SMS = "没有接短信平台，已写入回执页"


class NotDelivered(Exception):
    """The provider did not take it; the queue tries again later."""


def deliver(works: list[DueWork], now: datetime) -> None:
    """Due work in batches: put notices where they are read at once, and queue the rest.

    Whoever has no channel outside is reached by the inbox alone; a person whose account is gone
    by nothing.
    """
    notices = list(
        Notification.objects.filter(key__in=[w.key for w in works]).select_related("user")
    )
    Delivery.objects.bulk_create(
        [
            Delivery(
                notification=notice, channel=inside_channel(notice),
                key=f"{notice.key}:{inside_channel(notice)}",
                started_at=now, sent_at=now, note="" if notice.user_id else _sms_note(),
            )
            for notice in notices
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    for notice in notices:
        write_sink(notice, inside_channel(notice), f"{notice.key}:{inside_channel(notice)}")
    schedule_many(_pushes(notices, now))


def _pushes(notices: list[Notification], now: datetime) -> Iterable[DueWork]:
    at = next_daytime(now)
    ids: dict[int, list[int]] = {}
    for pk, user_id in Channel.objects.ready_for(n.user_id or 0 for n in notices).values_list(
        "pk", "user_id"
    ):
        ids.setdefault(user_id, []).append(pk)
    for notice in notices:
        if notice.user_id is None and settings.SMS_BACKEND:
            yield DueWork(kind=PUSH, key=f"{notice.pk}:{SMS}", run_at=at)
        for pk in ids.get(notice.user_id or 0, ()):
            yield DueWork(kind=PUSH, key=f"{notice.pk}:{pk}", run_at=at)


def push(work: DueWork, now: datetime) -> None:
    """Due work outside of any transaction: one notice by one channel.

    Says nothing when the person has read it already. Raises NotDelivered when the provider fails,
    Later at night and while the channel rests after failures.
    """
    notice_pk, _, target = work.key.partition(":")
    notice = Notification.objects.select_related("user").filter(pk=notice_pk).first()
    if notice is None or notice.read_at is not None:
        return
    if next_daytime(now) > now:
        raise Later(next_daytime(now))
    if target == SMS:
        _attempt(notice, None, now)
        return
    channel = Channel.objects.ready_for([notice.user_id or 0]).filter(pk=target).first()
    if channel is None:
        return
    if channel.paused_until and channel.paused_until > now:
        raise Later(channel.paused_until)
    _attempt(notice, channel, now)


def _attempt(notice: Notification, channel: Channel | None, now: datetime) -> None:
    name = channel.kind if channel else SMS
    key = f"{notice.key}:{name}{channel.pk if channel else ''}"
    row, _ = Delivery.objects.get_or_create(
        key=key, defaults={"notification": notice, "channel": name, "target": channel}
    )
    # started without an end: a worker died in mid-call, and it may well have arrived
    fresh = Delivery.objects.filter(pk=row.pk, sent_at=None).exclude(
        started_at__isnull=False, failed_at=None
    )
    if fresh.update(started_at=now, failed_at=None) != 1:
        return
    try:
        note = _send(notice, channel, key)
    except Exception as error:
        _failed(row, channel, now, error)
        raise NotDelivered from error
    write_sink(notice, name, key)
    Delivery.objects.filter(pk=row.pk).update(sent_at=now, note=note[:100])
    if channel is not None and channel.failures:
        Channel.objects.filter(pk=channel.pk).update(failures=0, paused_until=None, last_error="")


def _send(notice: Notification, channel: Channel | None, key: str) -> str:
    words = outside_words(notice)
    if channel is not None:
        outside.send(channel, title=settings.SITE_NAME, text=words)
        return ""
    phone = resident_phone(notice.object_type, notice.object_code)
    return outside.sms_backend().send(phone, words, key) if phone else "没有留电话，回执页可查"


def _failed(row: Delivery, channel: Channel | None, now: datetime, error: Exception) -> None:
    """A provider that is down is left alone for a while: 30 s, 1 min, 2 min … an hour."""
    note = type(error).__name__[:60]
    Delivery.objects.filter(pk=row.pk).update(failed_at=now, note=note)
    if channel is None:
        return
    pause = timedelta(seconds=min(LONGEST_PAUSE, 30 * 2 ** min(channel.failures, 10)))
    Channel.objects.filter(pk=channel.pk).update(
        failures=min(channel.failures + 1, 1000), paused_until=now + pause, last_error=note
    )


def outside_words(notice: Notification) -> str:
    """What leaves the house: that there is something, never what a resident wrote."""
    if notice.user_id is None:
        return (
            f"您反映的事有新进展：{kind_label(notice.kind)}。凭回执码到 {settings.BASE_URL} 查看。"
        )
    return f"{kind_label(notice.kind)}。请登录查看：{settings.BASE_URL}/desk/inbox/"


def retry(*, delivery: Delivery, actor: Actor, now: datetime) -> bool:
    """Send what failed, or whose end nobody knows, once more. False when it was sent or is read."""
    if not actor.has_perm("notifications.retry_delivery"):
        raise Forbidden()
    open_ = Delivery.objects.filter(pk=delivery.pk, sent_at=None)
    if not open_.update(started_at=None, failed_at=None, note=""):
        return False
    target = str(delivery.target_id) if delivery.channel != SMS else SMS
    key = f"{delivery.notification_id}:{target}"
    DueWork.objects.filter(kind=PUSH, key=key).delete()
    schedule_many([DueWork(kind=PUSH, key=key, run_at=next_daytime(now))])
    record(actor=actor, action="notifications.retried", obj=delivery, now=now)
    return True


def alert_operators(work: DueWork, now: datetime) -> None:
    """Due work, hourly: say how much was given up since the last time, if anything was."""
    since = now - ALERT_EVERY
    dead = DueWork.objects.filter(dead_at__gt=since, dead_at__lte=now).count()
    if dead and settings.NOTIFY_STAFF_URLS:
        outside.alert(f"近一小时有{dead}件后台工作做不下去，已放弃。请到管理后台「待办队列」看看。")


def next_daytime(now: datetime) -> datetime:
    """`now` by day; otherwise the next eight o'clock in the morning, local time."""
    local = timezone.localtime(now)
    if DAY_STARTS <= local.time() < DAY_ENDS:
        return now
    day = local.date() + timedelta(days=1 if local.time() >= DAY_ENDS else 0)
    return datetime.combine(day, DAY_STARTS, tzinfo=local.tzinfo)


def inside_channel(notice: Notification) -> str:
    return "inbox" if notice.user_id else "receipt"


def _sms_note() -> str:
    return "" if settings.SMS_BACKEND else NO_SMS


def write_sink(notice: Notification, channel: str, key: str) -> None:
    """Write the delivery as a file named by its key: a retry overwrites it and never doubles."""
    if not settings.NOTIFY_SINK_DIR:
        return
    folder = Path(settings.NOTIFY_SINK_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    recipient = notice.user.username if notice.user else f"resident:{notice.object_code}"
    content = {
        "kind": notice.kind, "recipient": recipient, "channel": channel, "key": key,
        "text": notice.text,
    }  # fmt: skip
    path = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.json"
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(path)
