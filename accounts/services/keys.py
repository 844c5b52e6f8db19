"""Machine keys: shown once, kept hashed."""

import hashlib
import hmac
import secrets
from datetime import date, datetime

from django.db import transaction

from accounts.models import ApiKey, User
from accounts.services.guard import require
from audit.actors import Actor
from audit.services import record
from core.dates import local_date
from core.errors import InputInvalid

PREFIX_LENGTH = 8


def issue_key(
    *, user: User, label: str, expires_on: date | None, actor: Actor, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key for an account; the text is returned here and never again."""
    require(actor, "accounts.add_apikey", user)
    if expires_on is not None and expires_on < local_date(now):
        raise InputInvalid(
            "expired", "有效期要在今天以后。", {"expires_on": "有效期要在今天以后。"}
        )
    prefix = secrets.token_hex(PREFIX_LENGTH // 2)
    text = f"{prefix}.{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        key = ApiKey.objects.create(
            user=user, prefix=prefix, hash=_hash(text), label=label[:60], created_at=now,
            expires_on=expires_on,
        )  # fmt: skip
        record(
            actor=actor, action="accounts.key_issued", obj=key, now=now,
            data={"account": user.pk, "expires_on": str(expires_on or "")},
        )  # fmt: skip
    return key, text


def revoke_key(*, key: ApiKey, actor: Actor, now: datetime) -> bool:
    """Make a key useless from now on; False when it was already."""
    require(actor, "accounts.change_apikey", key.user)
    with transaction.atomic():
        hit = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)
        if hit:
            record(
                actor=actor, action="accounts.key_revoked", obj=key, now=now,
                data={"account": key.user_id},
            )  # fmt: skip
    return bool(hit)


def find_key(text: str, *, now: datetime) -> ApiKey | None:
    """The usable key that this text is, or None. Compared in constant time.

    The random part has 256 bits, so a fast hash is enough.
    """
    if len(text) > 100 or not text.isprintable():
        return None
    keys = ApiKey.objects.select_related("user").prefetch_related("user__grants")
    key = keys.filter(prefix=text.partition(".")[0]).first()
    is_right = hmac.compare_digest(_hash(text), key.hash if key else _hash(""))
    today = local_date(now)
    if key is None or not is_right or not key.usable_on(today) or not key.user.is_active:
        return None
    if key.last_used_on != today:  # once a day is enough to find the forgotten ones
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)
    return key


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
