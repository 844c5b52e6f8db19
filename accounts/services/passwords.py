"""Changing one's own password."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from audit.services import record
from core.errors import InputInvalid

WRONG_OLD = "现在的密码不对，请再输一次。"
SAME = "新密码不能和现在的一样。"


def change_password(*, user: User, old: str, new: str, now: datetime) -> None:
    """Replace the password after checking the old one and the rules; other sessions end."""
    if not user.check_password(old):
        raise InputInvalid("wrong_password", WRONG_OLD, {"old": WRONG_OLD})
    if old == new:
        raise InputInvalid("same_password", SAME, {"new": SAME})
    try:
        validate_password(new, user)
    except ValidationError as error:
        words = " ".join(error.messages)
        raise InputInvalid("weak_password", words, {"new": words}) from error
    with transaction.atomic():
        user.set_password(new)
        user.must_change_password, user.password_changed_at = False, now
        user.save(update_fields=["password", "must_change_password", "password_changed_at"])
        record(actor=user, action="accounts.password_changed", obj=user, now=now)
