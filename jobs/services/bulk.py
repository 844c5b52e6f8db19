"""One step for many things: prepared, confirmed, then done in parts as due work.

As with posters, a handful comes at once and the rest in parts that commit by themselves, so the
page shows how far it is, may be closed, and a part that a killed worker left is done again.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.actors import Actor
from audit.services import record
from core.errors import DomainError, Forbidden, InputInvalid, StateMoved, TooLarge
from jobs import registry
from jobs.models import BulkItem, BulkRun, DueWork
from jobs.services.queue import schedule_many

log = structlog.get_logger(__name__)
BULK = "jobs.bulk_part"
PER_PART = 20
AT_ONCE = PER_PART  # as many are done before the page comes back
MOST = 5_000
KEPT = timedelta(days=30)
_GONE = "账号停用了，没有做。"
_FAULT = "系统出错，没有做。请稍后再试，再不行请告诉系统管理员。"


def prepare_run(*, actor: Any, kind: str, codes: Iterable[str], now: datetime) -> BulkRun:
    """Note what a step is to be taken for; nothing happens before `start_run`.

    Raises Forbidden without the right, InputInvalid for nothing, TooLarge above 5,000.
    """
    step = registry.bulk(kind)
    if not actor.has_perm(step.permission):
        raise Forbidden()
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        raise InputInvalid("nothing", f"请先勾选要{step.label}的。")
    if len(wanted) > MOST:
        raise TooLarge("too_many", f"一次最多{MOST}件，请先用筛选缩小范围。")
    with transaction.atomic():
        run = BulkRun.objects.create(
            code=f"B{now:%y%m%d}-{secrets.token_hex(4)}", kind=kind, total=len(wanted),
            created_by=actor.pk, created_label=actor.actor_label, created_at=now,
        )  # fmt: skip
        BulkItem.objects.bulk_create(
            [BulkItem(run=run, position=n, object_code=code) for n, code in enumerate(wanted)],
            batch_size=1000,
        )
    return run


def start_run(run: BulkRun, *, actor: Actor, data: dict[str, Any], now: datetime) -> BulkRun:
    """Begin: up to twenty are done here and now, more by the drainers. Recorded with kind, count.

    Raises Forbidden for anybody else's or without the right, StateMoved when it has begun.
    """
    if run.created_by != actor.actor_id or not actor.has_perm(registry.bulk(run.kind).permission):
        raise Forbidden()
    with transaction.atomic():
        hit = BulkRun.objects.filter(pk=run.pk, started_at=None).update(started_at=now, data=data)
        if hit != 1:
            raise StateMoved("started", "这一批已经开始了，请看进度。")
        works = [
            DueWork(kind=BULK, key=f"{run.code}:{first}", run_at=now,
                    payload={"run": run.pk, "first": first})
            for first in range(0, run.total, PER_PART)
        ]  # fmt: skip
        if run.total > AT_ONCE:
            schedule_many(works)
        record(actor=actor, action="jobs.bulk_started", obj=run, now=now,
               data={"kind": run.kind, "total": run.total})  # fmt: skip
    if run.total <= AT_ONCE:
        do_part(works[0], now)
    run.refresh_from_db()
    return run


@transaction.atomic
def do_part(work: DueWork, now: datetime) -> None:
    """Due work: take the step for up to twenty. Safe to run twice: who has his answer is left."""
    run = BulkRun.objects.filter(pk=work.payload["run"]).first()
    if run is None:
        return
    first = work.payload["first"]
    part = run.items.select_for_update().filter(
        position__gte=first, position__lt=first + PER_PART, done_at=None
    )
    actor = get_user_model()._default_manager.filter(pk=run.created_by, is_active=True).first()
    items = list(part.order_by("position"))
    for item in items:
        item.refused = _take(run, item, actor, now)[:300] if actor else _GONE
        item.done_at = timezone.now()
    BulkItem.objects.bulk_update(items, ["refused", "done_at"])


def _take(run: BulkRun, item: BulkItem, actor: Any, now: datetime) -> str:
    """Why not, or nothing. A fault of ours stops one thing, not the others."""
    step = registry.bulk(run.kind)
    try:
        with transaction.atomic():
            step.do(item.object_code, run.data, actor, now)
    except DomainError as error:
        details = [words for words in error.fields.values() if words and words != error.message]
        return " ".join(details) or error.message
    except DatabaseError:
        raise  # the part is tried again
    except Exception as error:
        log.warning("bulk_item_failed", kind=run.kind, code=item.object_code,
                    error=type(error).__name__)  # fmt: skip
        return _FAULT
    return ""


def forget_runs(*, now: datetime) -> int:
    """Delete runs older than a month; what they did stays in the log."""
    return int(BulkRun.objects.filter(created_at__lt=now - KEPT).delete()[0])
