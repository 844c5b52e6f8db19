"""Refusals every service of topics has in common."""

from datetime import datetime
from typing import Any

from core.dates import local_date
from core.errors import Forbidden, StateMoved
from topics import rules
from topics.models import Topic


def require(topic: Topic, feature: str, now: datetime) -> None:
    """Refuse with a sentence what the topic's state does not have. Raises StateMoved."""
    reason = rules.why_not(topic, feature, local_date(now))
    if reason:
        raise StateMoved("not_now", reason)


def permit(actor: Any, permission: str, obj: Any, words: str) -> None:
    """Raises Forbidden when `actor` lacks the permission on `obj`."""
    if not actor.has_perm(permission, obj):
        raise Forbidden("no_right", words)


def locked(topic: Topic) -> Topic:
    """The topic as it is now, held until the transaction ends."""
    return Topic.objects.select_for_update(of=("self",)).get(pk=topic.pk)
