"""A change made by hand in the admin is an entry: which fields of what, never their content."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from audit.models import Entry
from audit.services.recording import record
from core.admin_models import ChangeEvent

JUST_NOW = timedelta(seconds=10)
CHANGED = {"add": "audit.added", "change": "audit.changed", "delete": "audit.deleted"}
LABELS = {"audit.added": "登记", "audit.changed": "修改登记", "audit.deleted": "删除登记"}


def record_change(event: ChangeEvent) -> None:
    """Write the entry in the transaction of the change (hook of `core.admin.on_change`).

    A register whose writes are services has recorded more than this knows: nothing is added then.
    """
    user: Any = event.request.user
    now = timezone.now()
    told = Entry.objects.of(event.obj).filter(actor_id=user.pk, at__gte=now - JUST_NOW)
    if told.exists():
        return
    record(
        actor=user, action=CHANGED[event.kind], obj=event.obj, now=now,
        data={"fields": list(event.fields)},
    )  # fmt: skip
