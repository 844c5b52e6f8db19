"""Rate limits counted in PostgreSQL: one statement per hit, so no count is lost under load."""

import hashlib
import hmac
import math
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from core.errors import TooMany
from core.models import RateBucket
from core.postgres import Prepared

# The window starts with the first hit and is not prolonged by refused ones.
_HIT = Prepared("""
INSERT INTO core_ratebucket AS b (key, hits, expires_at) VALUES (%(key)s, 1, %(end)s)
ON CONFLICT (key) DO UPDATE SET
    hits = CASE WHEN b.expires_at <= %(now)s THEN 1 ELSE b.hits + 1 END,
    expires_at = CASE WHEN b.expires_at <= %(now)s THEN %(end)s ELSE b.expires_at END
RETURNING hits, expires_at
""")


def hit(bucket: str, key: str, *, limit: int, window: int, now: datetime) -> None:
    """Counts one try of `key` (an address, a receipt, a user) in `bucket`.

    Raises TooMany from the `limit + 1`-th try within `window` seconds on, saying when to come
    back. Only a keyed hash of `key` is stored.

    Call it before the transaction: inside one, a later error would take the count back (a guesser
    would never be counted), and everybody behind one address would queue for the row lock. A
    nested call raises RuntimeError.
    """
    _refuse_transaction()
    end = now + timedelta(seconds=window)
    with connection.cursor() as cursor:
        cursor.execute(_HIT, {"key": _stored_key(bucket, key), "now": now, "end": end})
        hits, expires_at = cursor.fetchone()
    if hits > limit:
        wait = max(1, math.ceil((expires_at - now).total_seconds()))
        raise TooMany("too_many", f"操作太频繁了，请{_spoken(wait)}后再试。", retry_after=wait)


def purge(now: datetime) -> int:
    """Deletes windows that are over; returns how many. Part of the nightly retention run."""
    return RateBucket.objects.filter(expires_at__lte=now).delete()[0]


def _stored_key(bucket: str, key: str) -> str:
    secret = f"ratelimit:{settings.SECRET_KEY}".encode()
    return f"{bucket}:{hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()[:40]}"


def _spoken(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds}秒"
    if seconds < 3600:
        return f"{math.ceil(seconds / 60)}分钟"
    return f"{math.ceil(seconds / 3600)}小时"


def _refuse_transaction() -> None:
    blocks = connection.atomic_blocks
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise RuntimeError("ratelimit.hit belongs before the transaction, not inside it")
