"""Whoever takes a register away leaves an entry."""

from django.contrib.auth import get_user_model

from audit.models import Entry
from audit.services.exports import record_export
from core.admin_export import ExportEvent, on_export


def test_an_export_leaves_an_entry_without_any_content(db):
    clerk = get_user_model().objects.create(username="clerk", name="赵敏")
    assert record_export in on_export
    record_export(ExportEvent(clerk, get_user_model(), "xlsx", 3))
    entry = Entry.objects.get(action="audit.exported")
    assert (entry.actor_id, entry.actor_label) == (clerk.pk, "赵敏")
    assert (entry.object_type, entry.data) == ("accounts.user", {"kind": "xlsx", "rows": 3})
