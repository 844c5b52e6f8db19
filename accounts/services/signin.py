"""Signing in and out, with everything the log keeps of it."""

from datetime import datetime
from typing import Any, cast

import django_otp
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest

from accounts.models import User, fold_username
from accounts.services.factors import check_factor
from audit.actors import SYSTEM
from audit.services import record
from core.errors import InputInvalid, TooMany
from core.http import client_network
from core.ratelimit import hit

REFUSED = "用户名或密码不对，请核对后再试。连续输错5次，要等15分钟。"
LOCKED = "输错的次数太多，这个用户名在这里先锁15分钟。忘了密码，请本单位的管理员重置。"
LOCK_SECONDS = 15 * 60


def sign_in(request: HttpRequest, *, username: str, password: str, now: datetime) -> User:
    """First step: name and password. The session is new; a second factor may still be missing.

    Raises InputInvalid alike for an unknown name, a wrong password and a switched-off account,
    TooMany when locked. The log knows the account only if there is one; what was typed as a name
    is not kept, it may well be a password.
    """
    username = fold_username(username)[:60]
    _limit(request, username, now)
    user = authenticate(request, username=username, password=password)
    if user is None:
        _refuse(request, username, now)
    person = cast(User, user)
    login(request, person)
    record(actor=person, action="accounts.signed_in", obj=person, now=now)
    return person


def pass_factor(request: HttpRequest, *, user: User, token: str, now: datetime) -> None:
    """Second step: the six digits or a recovery code. The session gets a new key again."""
    factor = check_factor(user=user, token=token, now=now)
    enter_with_factor(request, factor)


def enter_with_factor(request: HttpRequest, factor: object) -> None:
    """Mark this session as verified by the factor."""
    request.session.cycle_key()
    django_otp.login(request, factor)


def sign_out(request: HttpRequest, *, now: datetime) -> None:
    """End the session; recorded when there was one."""
    user: Any = getattr(request, "half_signed_in", None) or request.user
    if user.is_authenticated:
        record(actor=user, action="accounts.signed_out", obj=user, now=now)
    logout(request)


def _limit(request: HttpRequest, username: str, now: datetime) -> None:
    """Guessing from many addresses, and many names from one: slower than the lock can see."""
    hit("sign-in-name", username, limit=60, window=3600, now=now)
    hit("sign-in-address", client_network(request), limit=600, window=3600, now=now)


def _refuse(request: HttpRequest, username: str, now: datetime) -> None:
    locked = bool(getattr(request, "axes_locked_out", False))
    known = User.objects.filter(username=username).first()
    # the same write whether there is such an account or not
    record(
        actor=SYSTEM, action="accounts.sign_in_locked" if locked else "accounts.sign_in_failed",
        obj=known or User(pk=0), now=now,
    )  # fmt: skip
    if locked:
        raise TooMany("locked_out", LOCKED, retry_after=LOCK_SECONDS)
    raise InputInvalid("wrong_credentials", REFUSED)
