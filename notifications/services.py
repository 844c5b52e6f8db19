"""Telling people: the row first, the delivery as due work, each exactly once."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

from jobs.models import DueWork
from jobs.services import schedule_many
from notifications.models import Notification
from notifications.registry import kind as kind_named
from workflows.registry import Change

DELIVER = "notifications.deliver"
_COLUMNS = (
    "key", "kind", "user_id", "to_resident", "object_type", "object_code", "region_code", "text",
)  # fmt: skip
# One statement for any number of rows, at a third of what the ORM's compiler takes for one.
_INSERT = """
INSERT INTO notifications_notification (key, kind, user_id, to_resident, object_type, object_code,
    region_code, text, created_at)
SELECT key, kind, user_id, to_resident, object_type, object_code, region_code, text, at
FROM jsonb_to_recordset(%s::jsonb) AS r(key text, kind text, user_id bigint, to_resident boolean,
    object_type text, object_code text, region_code text, text text, at timestamptz)
ON CONFLICT (key) DO NOTHING
"""
INBOX = "notifications_desk:inbox"
ACTIONS = {
    "notifications.channel_added": "添加通知渠道",
    "notifications.channel_removed": "删除通知渠道",
    "notifications.channel_switched": "开关通知渠道",
    "notifications.retried": "重发通知",
}


def notify(
    *,
    user_ids: Iterable[int],
    kind: str,
    obj: models.Model,
    text: str,
    key: str,
    now: datetime,
    to_resident: bool = False,
) -> int:
    """Put a notice in each inbox (and the resident's), once per `key` and person.

    Returns how many are new. Deliveries by other channels follow as due work after commit.
    """
    rows = _rows(user_ids, kind, obj, text, key, now, to_resident=to_resident)
    return insert(rows, now=now)


def telling(
    *, user_ids: Iterable[int], kind: str, obj: models.Model, text: str, key: str, now: datetime
) -> list[models.Model]:
    """The rows `notify` would insert, notices and their deliveries, for whoever inserts them
    together with a new `obj` and calls `jobs.services.nudge_after_commit`."""
    rows = _rows(user_ids, kind, obj, text, key, now)
    return [*rows, *_deliveries(rows, now)]


def _rows(
    user_ids: Iterable[int], kind: str, obj: models.Model, text: str, key: str, now: datetime,
    *, to_resident: bool = False,
) -> list[Notification]:  # fmt: skip
    code = str(getattr(obj, "code", obj.pk))
    people: list[int | None] = sorted(set(user_ids))  # type: ignore[assignment]
    return [
        Notification(
            key=f"{key}:{user_id or 'resident'}", kind=kind, user_id=user_id,
            to_resident=user_id is None, object_type=obj._meta.label_lower, object_code=code,
            region_code=getattr(obj, "region_code", "") or "", text=text[:300], created_at=now,
        )
        for user_id in [*people, *([None] if to_resident else [])]
    ]  # fmt: skip


def insert(rows: list[Notification], *, now: datetime) -> int:
    """Insert notices that are not there yet and queue their delivery."""
    if not rows:
        return 0
    notices = json.dumps([_plain(row) for row in rows])
    return schedule_many(_deliveries(rows, now), beside=(_INSERT, [notices]))


def _deliveries(rows: list[Notification], now: datetime) -> list[DueWork]:
    return [
        DueWork(kind=DELIVER, key=row.key, run_at=now, created_at=now, payload={}) for row in rows
    ]


def _plain(row: Notification) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _COLUMNS} | {"at": row.created_at.isoformat()}


def tell(change: Change) -> None:
    """Listener of the engine: send the notices the transition declares."""
    for name in change.transition.notify:
        spec = kind_named(name)
        others = [u for u in spec.recipients(change) if u != change.actor.actor_id]
        notify(
            user_ids=others,
            kind=name,
            obj=change.obj,
            text=spec.text(change),
            key=f"{name}:{change.entry_id}",
            now=change.now,
            to_resident=spec.resident,
        )


def mark_read(*, user: Any, ids: list[int] | None, now: datetime) -> int:
    """Mark the caller's own notices as read (all of them when `ids` is None)."""
    mine = Notification.objects.visible_to(user).filter(read_at__isnull=True)
    if ids is not None:
        mine = mine.filter(pk__in=ids)
    return int(mine.update(read_at=now))


def unread(user: Any, now: datetime) -> int:
    """How many notices wait in a person's inbox."""
    return Notification.objects.visible_to(user).filter(read_at__isnull=True).count()


def forget_texts(object_type: str, codes: list[str], words: str) -> int:
    """Put `words` in place of every notice about these objects (right to erasure)."""
    about = Notification.objects.filter(object_type=object_type, object_code__in=codes)
    return int(about.update(text=words))
