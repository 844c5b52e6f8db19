"""Writing entries: in the transaction of what they tell about."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, models

from audit import registry
from audit.actors import Actor
from audit.models import Entry
from core.rows import insert


def record(
    *,
    actor: Actor,
    action: str,
    obj: models.Model,
    now: datetime,
    from_state: str = "",
    to_state: str = "",
    transition: str = "",
    round: int = 1,
    data: dict[str, Any] | None = None,
) -> Entry:
    """Write one entry in the caller's transaction.

    Raises ValueError for an action nobody registered. `data` holds codes, numbers and dates only:
    never a resident's words, name or phone (house rule 6).
    """
    entry = entry_for(
        actor=actor, action=action, obj=obj, now=now, from_state=from_state, to_state=to_state,
        transition=transition, round=round, data=data,
    )  # fmt: skip
    insert(entry)
    return entry


def entry_for(
    *,
    actor: Actor,
    action: str,
    obj: models.Model,
    now: datetime,
    from_state: str = "",
    to_state: str = "",
    transition: str = "",
    round: int = 1,
    data: dict[str, Any] | None = None,
) -> Entry:
    """The entry that `record` would write, for a caller who inserts it together with `obj`."""
    if not registry.action_known(action):
        raise ValueError(f"unknown log action {action}")
    return Entry(
        at=now,
        actor_kind=actor.actor_kind,
        actor_id=actor.actor_id,
        actor_label=actor.actor_label,
        action=action,
        transition=transition,
        object_type=obj._meta.label_lower,
        object_code=str(getattr(obj, "code", obj.pk)),
        region_code=getattr(obj, "region_code", "") or "",
        from_state=from_state,
        to_state=to_state,
        round=round,
        data=data or {},
    )


def record_many(
    *,
    actor: Actor,
    action: str,
    objects: Iterable[models.Model],
    now: datetime,
    to_state: str = "",
) -> int:
    """Write one entry for each of many objects at once (an import); returns how many.

    `to_state` opens the timeline of objects that have a workflow.
    """
    if not registry.action_known(action):
        raise ValueError(f"unknown log action {action}")
    rows = list(objects)
    if not rows:
        return 0
    codes = [str(getattr(obj, "code", obj.pk)) for obj in rows]
    regions = [getattr(obj, "region_code", "") or "" for obj in rows]
    # One statement and no model instances: an import of 10,000 rows writes 20,000 entries.
    with connection.cursor() as cursor:
        cursor.execute(
            _MANY,
            [
                now, actor.actor_kind, actor.actor_id, actor.actor_label, action,
                rows[0]._meta.label_lower, to_state, codes, regions,
            ],
        )  # fmt: skip
    return len(rows)


_MANY = """
INSERT INTO audit_entry (at, actor_kind, actor_id, actor_label, action, transition, object_type,
  object_code, region_code, from_state, to_state, round, data)
SELECT now_, kind, id, label, action, '', type, one.code, one.region, '', state, 1, '{}'
FROM (VALUES (%s::timestamptz, %s::text, %s::bigint, %s::text, %s::text, %s::text, %s::text))
  AS same (now_, kind, id, label, action, type, state),
  unnest(%s::text[], %s::text[]) WITH ORDINALITY AS one (code, region, place)
ORDER BY one.place
"""
