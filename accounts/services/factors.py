"""The second factor: a phone app's six digits (TOTP), and recovery codes for the lost phone."""

import hashlib
import os
import secrets
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction
from django_otp.oath import TOTP

from accounts.models import RecoveryCode, SecondFactor, User
from accounts.services.guard import require
from audit.actors import Actor
from audit.services import record
from core.crypto import decrypt, encrypt
from core.errors import InputInvalid
from core.ratelimit import hit
from core.sealed import Sealed

CODES = 10
STEP_SECONDS = 30
TOLERANCE = 1  # one step before and after: phones' clocks differ
WRONG = "这个验证码不对，或者已经过期了。请看手机上最新的6位数字。"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def start_factor(*, user: User, now: datetime) -> SecondFactor:
    """The account's factor waiting for its first code; made when there is none."""
    factor: SecondFactor | None = SecondFactor.objects.filter(user=user).first()
    return factor or _store(user, os.urandom(20), now, confirmed=False)


def confirm_factor(*, user: User, token: str, now: datetime) -> list[str]:
    """Take the first right code: from now on sign-in asks for one. Returns new recovery codes."""
    _limit(user, now)
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed=False).first()
        if factor is None or not _accept(factor, token, now):
            raise InputInvalid("wrong_code", WRONG, {"token": WRONG})
        SecondFactor.objects.filter(pk=factor.pk).update(confirmed=True)
        record(actor=user, action="accounts.factor_enrolled", obj=user, now=now)
        return _new_codes(user)


def check_factor(*, user: User, token: str, now: datetime) -> SecondFactor:
    """The factor, when `token` is its present code or an unused recovery code.

    Raises InputInvalid otherwise, TooMany after ten tries in a quarter of an hour. No code works
    twice.
    """
    _limit(user, now)
    with transaction.atomic():
        rows = SecondFactor.objects.select_for_update()
        factor: SecondFactor | None = rows.filter(user=user, confirmed=True).first()
        if factor is not None and _accept(factor, token, now):
            return factor
        if factor is not None and _spend(user, token, now):
            record(actor=user, action="accounts.recovery_used", obj=user, now=now)
            return factor
    record(actor=user, action="accounts.factor_failed", obj=user, now=now)
    raise InputInvalid("wrong_code", WRONG, {"token": WRONG})


def renew_codes(*, user: User, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones end."""
    with transaction.atomic():
        record(actor=user, action="accounts.recovery_renewed", obj=user, now=now)
        return _new_codes(user)


def replace_factor(*, user: User, token: str, now: datetime) -> None:
    """Give the present factor up, against one of its codes, to enrol another phone."""
    factor = check_factor(user=user, token=token, now=now)
    with transaction.atomic():
        factor.delete()
        RecoveryCode.objects.filter(user=user).delete()
        record(actor=user, action="accounts.factor_reset", obj=user, now=now)


def reset_factor(*, user: User, actor: Actor, now: datetime) -> None:
    """Take the factor away (a lost phone): the next sign-in enrols a new one."""
    require(actor, "accounts.reset_user", user)
    with transaction.atomic():
        SecondFactor.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        record(actor=actor, action="accounts.factor_reset", obj=user, now=now)


def set_factor(*, user: User, secret: bytes, now: datetime) -> SecondFactor:
    """Give a demo account a confirmed factor with a known secret (20 bytes)."""
    SecondFactor.objects.filter(user=user).delete()
    return _store(user, secret, now, confirmed=True)


def secret_of(factor: SecondFactor) -> bytes:
    return bytes.fromhex(decrypt(factor.secret, binding=_binding(factor.user_id)))


def secret_text(secret: bytes) -> str:
    """The secret as authenticator apps take it by hand."""
    return b32encode(secret).decode().rstrip("=")


def setup_url(factor: SecondFactor) -> str:
    """What the code on the enrolment page holds."""
    issuer = settings.SITE_NAME
    query = urlencode({"secret": secret_text(secret_of(factor)), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(factor.user.username)}?{query}"


def present_code(secret: bytes, now: datetime) -> str:
    """The six digits an app with this secret shows now (for the demo and the tests)."""
    totp = TOTP(secret, STEP_SECONDS)
    totp.time = now.timestamp()
    return f"{totp.token():06d}"


def _limit(user: User, now: datetime) -> None:
    hit("second-factor", str(user.pk), limit=10, window=15 * 60, now=now)


def _store(user: User, secret: bytes, now: datetime, *, confirmed: bool) -> SecondFactor:
    blob = encrypt(secret.hex(), binding=_binding(user.pk))
    factor: SecondFactor = SecondFactor.objects.create(
        user=user, name="手机验证器", confirmed=confirmed, secret=blob, created_at=now
    )
    return factor


def _binding(user_id: int) -> str:
    return f"accounts.SecondFactor:{user_id}:secret"


SEALED = Sealed("accounts.secondfactor", ("secret",), lambda row, _: _binding(row.user_id))


def _accept(factor: SecondFactor, token: str, now: datetime) -> bool:
    """Whether the six digits are right and later than the last ones used; they are spent then."""
    digits = "".join(token.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    totp = TOTP(secret_of(factor), STEP_SECONDS)
    totp.time = now.timestamp()
    if not totp.verify(int(digits), TOLERANCE, factor.last_step + 1):
        return False
    SecondFactor.objects.filter(pk=factor.pk).update(last_step=totp.t())
    return True


def _spend(user: User, token: str, now: datetime) -> bool:
    unused = RecoveryCode.objects.filter(user=user, used_at=None, hash=_hash(user, token))
    return unused.update(used_at=now) == 1


def _new_codes(user: User) -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, hash=_hash(user, code)) for code in codes
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _hash(user: User, code: str) -> str:
    """49 random bits, so a fast hash with the account in it is enough."""
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashlib.sha256(f"{user.pk}:{plain}".encode()).hexdigest()
