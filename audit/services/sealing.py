"""Closing the log in batches: a hash over every entry, chained to the batch before."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, connection, transaction

from audit.models import Entry, Seal

# Writers hold it shared until they commit (trigger audit_writer, migration 0002); the sealer
# takes it alone for an instant, so that no entry with a lower id can still be in flight when a
# batch is closed.
_LOCK = 0x11A150
GENESIS = "0" * 64
FIELDS = [
    "id", "at", "actor_kind", "actor_id", "actor_label", "action", "transition", "object_type",
    "object_code", "region_code", "from_state", "to_state", "round", "data",
]  # fmt: skip


def line(row: dict[str, Any]) -> bytes:
    """One entry as the bytes that are hashed; the same whenever it is read back."""
    content = {name: row[name] for name in FIELDS}
    content["at"] = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(previous: str, rows: Iterable[dict[str, Any]]) -> tuple[str, int]:
    """The seal over these entries after `previous`, and how many they are."""
    found, count = hashlib.sha256(previous.encode()), 0
    for row in rows:
        found.update(line(row) + b"\n")
        count += 1
    return found.hexdigest(), count


def seal(*, now: datetime) -> Seal | None:
    """Close everything written so far under one hash. Safe to run twice and at once.

    None when there is nothing new, or writers kept the log busy: the next minute tries again.
    """
    horizon = _horizon()
    if not horizon:
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK + 1])  # one sealer at a time
        last = head()
        after, previous = (last.last_id, last.hash) if last else (0, GENESIS)
        if horizon <= after:
            return None
        rows = Entry.objects.filter(id__gt=after, id__lte=horizon).order_by("id").values(*FIELDS)
        hash_, count = digest(previous, rows.iterator(chunk_size=2000))
        return Seal.objects.create(
            last_id=horizon, count=count, previous_hash=previous, hash=hash_, sealed_at=now
        )


def head() -> Seal | None:
    """The newest seal; its hash stands for the whole history before it."""
    return Seal.objects.order_by("-id").first()


def _horizon() -> int | None:
    """The highest id below which nothing can still appear, or None while writers are busy.

    The lock goes with the roll-back, so writers wait for this instant only and not for the
    hashing that follows, even when the caller has a transaction open.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            cursor.execute("SELECT max(id) FROM audit_entry")
            horizon = int(cursor.fetchone()[0] or 0)
            transaction.set_rollback(True)
    except OperationalError:
        return None
    return horizon
