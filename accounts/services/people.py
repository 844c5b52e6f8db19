"""Accounts: made with a temporary password, switched off instead of deleted."""

import secrets
from datetime import datetime

from axes.utils import reset as axes_reset
from django.db import transaction

from accounts.models import User, fold_username
from accounts.rules import is_region_code
from accounts.services.guard import require
from audit.actors import Actor
from audit.services import record
from core.errors import InputInvalid
from core.text import clean_text

# No 0O1lI: a temporary password is read out on the telephone.
_LETTERS = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789")
_TAKEN = "这个用户名已经有人用了，请换一个。"
_REGION = "区划代码是2、4、6、9、12位数字。"
_SHAPE = "用户名用3到60个字母、数字或 . _ - @。"


def create_account(
    *,
    username: str,
    name: str,
    home_region_code: str,
    actor: Actor,
    now: datetime,
    password: str | None = None,
    demo: bool = False,
) -> tuple[User, str]:
    """Make an account and return it with its password, which is temporary unless it is a demo's.

    A demo account keeps the password it was given and is never asked to change it.
    """
    user = User(
        username=_checked_username(username),
        name=clean_text(name, max_length=40, field="name", multiline=False),
        home_region_code=_checked_region(home_region_code),
        must_change_password=not demo, password_ages=not demo,
        password_changed_at=now, created_at=now,
    )  # fmt: skip
    require(actor, "accounts.add_user", user)
    password = password or temporary_password()
    with transaction.atomic():
        user.set_password(password)
        user.save(force_insert=True)
        record(actor=actor, action="accounts.created", obj=user, now=now)
    return user, password


def update_account(
    *, user: User, name: str, home_region_code: str, actor: Actor, now: datetime
) -> None:
    """Correct an account's name or move it to another place; both places must be the actor's."""
    require(actor, "accounts.change_user", user)
    user.name = clean_text(name, max_length=40, field="name", multiline=False)
    moved = user.home_region_code != home_region_code
    user.home_region_code = _checked_region(home_region_code)
    require(actor, "accounts.change_user", user)
    with transaction.atomic():
        user.save(update_fields=["name", "home_region_code"])
        record(actor=actor, action="accounts.changed", obj=user, now=now, data={"moved": moved})


def set_active(*, user: User, active: bool, actor: Actor, now: datetime) -> None:
    """Switch an account off (every session of it ends at once) or on again."""
    require(actor, "accounts.change_user", user)
    if not active and actor.actor_id == user.pk:
        raise InputInvalid("own_account", "不能停用自己的账号，请另一位管理员来办。")
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active):
            action = "accounts.switched_on" if active else "accounts.switched_off"
            record(actor=actor, action=action, obj=user, now=now)
    user.is_active = active


def reset_password(*, user: User, actor: Actor, now: datetime) -> str:
    """Give a temporary password, to be changed at the next sign-in; sessions end by it."""
    require(actor, "accounts.reset_user", user)
    password = temporary_password()
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password, user.password_changed_at = True, now
        user.save(update_fields=["password", "must_change_password", "password_changed_at"])
        record(actor=actor, action="accounts.password_reset", obj=user, now=now)
    axes_reset(username=user.username)
    return password


def unlock(*, user: User, actor: Actor, now: datetime) -> None:
    """Forget the failures counted against an account, so it may try again at once."""
    require(actor, "accounts.reset_user", user)
    axes_reset(username=user.username)
    record(actor=actor, action="accounts.unlocked", obj=user, now=now)


def temporary_password() -> str:
    """Twelve characters of three classes, easy to read out; 65 bits."""
    chosen = [secrets.choice(letters) for letters in _LETTERS]
    chosen += [secrets.choice("".join(_LETTERS)) for _ in range(9)]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


def _checked_region(code: str) -> str:
    if not is_region_code(code):
        raise InputInvalid("region", _REGION, {"home_region_code": _REGION})
    return code


def _checked_username(raw: str) -> str:
    username = fold_username(raw)
    is_plain = username.isascii() and username.replace("@", "").translate(_MARKS).isalnum()
    if not (3 <= len(username) <= 60 and is_plain):
        raise InputInvalid("username", _SHAPE, {"username": _SHAPE})
    if User.objects.filter(username=username).exists():
        raise InputInvalid("username_taken", _TAKEN, {"username": _TAKEN})
    return username


_MARKS = str.maketrans("", "", "._-")
