"""An export of a register is an entry: who took how many rows of what, in which format."""

from django.utils import timezone

from audit.services.recording import record
from core.admin_export import ExportEvent

EXPORTED = "audit.exported"


def record_export(event: ExportEvent) -> None:
    """Write the entry; the file is handed over only after it (hook of `core.admin.on_export`)."""
    record(
        actor=event.actor,
        action=EXPORTED,
        obj=event.model(),
        now=timezone.now(),
        data={"kind": event.kind, "rows": event.rows},
    )
