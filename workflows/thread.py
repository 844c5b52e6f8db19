"""The thread of an object as those who work on it read it."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from audit.models import Entry
from audit.registry import action_label
from core.wording import moment_words
from workflows.registry import workflow_of


def desk_thread(obj: Any, *, now: datetime) -> list[dict[str, Any]]:
    """Every entry of its log for `{% timeline %}`: what was done, when, by whom."""
    labels = {t.log_action: t.label for t in workflow_of(obj).transitions}
    here = timezone.localtime(now)
    return [
        {
            "words": labels.get(entry.action) or action_label(entry.action),
            "when": moment_words(timezone.localtime(entry.at), now=here),
            "who": entry.actor_label, "state": "done",
        }
        for entry in Entry.objects.of(obj)
    ]  # fmt: skip
