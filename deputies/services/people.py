"""Registering persons and changing what the register says about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from accounts.models import User
from audit.actors import Actor
from audit.services import record
from congress.models import Region
from congress.services.pinyin import sort_key
from core.errors import InputInvalid, StateMoved
from core.images import CleanImage
from core.photos import photo_fields
from deputies.models import Deputy, Seat
from deputies.rules import CODE, initials_of
from deputies.services.numbers import new_code

EDITABLE = (
    "name", "gender", "region_code", "occupation", "introduction", "office_phone",
)  # fmt: skip


def register_deputy(
    *, actor: Actor, name: str, region_code: str, now: datetime, code: str = "", **fields: Any
) -> Deputy:
    """Add a person to the register; in office from the first seat on (`open_seat`).

    `code` is drawn when not given; `gender`, `occupation`, `introduction` and `office_phone` by
    keyword. Recorded as `deputies.deputy_registered`. InputInvalid with a sentence per field.
    """
    _refuse_unknown(fields)
    deputy = Deputy(
        code=code or new_code(Deputy), name=name, region_code=region_code, serving=False, **fields
    )
    check_deputy(deputy)
    with one_wins():
        deputy.save(force_insert=True)
        record(actor=actor, action="deputies.deputy_registered", obj=deputy, now=now)
    return deputy


def update_deputy(*, actor: Actor, deputy: Deputy, now: datetime, **fields: Any) -> Deputy:
    """Change what the register says; the seats follow the person to a new place.

    Recorded with the names of the fields that really changed, not their content; nothing is
    written when none did.
    """
    _refuse_unknown(fields)
    changed = sorted(name for name, value in fields.items() if getattr(deputy, name) != value)
    if not changed:
        return deputy
    for name in changed:
        setattr(deputy, name, fields[name])
    check_deputy(deputy)
    with transaction.atomic():
        deputy.save(update_fields=[*changed, "pinyin", "initials"])
        if "region_code" in changed:
            Seat.objects.filter(deputy=deputy).update(region_code=deputy.region_code)
        data = {"fields": changed}
        record(actor=actor, action="deputies.deputy_updated", obj=deputy, now=now, data=data)
    return deputy


def set_photo(*, actor: Actor, deputy: Deputy, picture: CleanImage | None, now: datetime) -> Deputy:
    """Put the portrait on the public page, or take it away; already re-encoded (`core.images`)."""
    with transaction.atomic():
        if picture is None:
            deputy.photo = ""
        else:
            deputy.photo = photo_fields(picture)["thumb"]
        deputy.save(update_fields=["photo"])
        data = {"fields": ["photo"]}
        record(actor=actor, action="deputies.deputy_updated", obj=deputy, now=now, data=data)
    return deputy


def link_account(*, actor: Actor, deputy: Deputy, user: User | None, now: datetime) -> Deputy:
    """Say which account is this deputy's (or none). What it may do stands in its grants."""
    if user is not None and Deputy.objects.filter(user=user).exclude(pk=deputy.pk).exists():
        message = "这个账号已经是另一位代表的，请先解除。"
        raise InputInvalid("account_taken", message, {"user": message})
    with transaction.atomic():
        deputy.user = user
        deputy.save(update_fields=["user"])
        data = {"user": user.pk if user else None}
        record(actor=actor, action="deputies.account_linked", obj=deputy, now=now, data=data)
    return deputy


def check_deputy(deputy: Deputy) -> None:
    """Fill the search keys and refuse what the register cannot hold."""
    deputy.pinyin, deputy.initials = sort_key(deputy.name), initials_of(deputy.name)
    if not CODE.fullmatch(deputy.code):
        message = "代表编号用20个以内的字母、数字和短横。"
        raise InputInvalid("code_invalid", message, {"code": message})
    if not Region.objects.filter(code=deputy.region_code).exists():
        message = "没有这个区划代码，请从区划列表里选。"
        raise InputInvalid("region_unknown", message, {"region_code": message})
    checked(deputy, exclude=["user", "photo"])


def checked(obj: models.Model, exclude: list[str] | None = None) -> None:
    """Run the model's own checks; InputInvalid with a Chinese sentence per field."""
    try:
        obj.full_clean(exclude=exclude)
    except ValidationError as error:
        fields = {
            name: " ".join(messages)
            for name, messages in error.message_dict.items()
            if name != "__all__"
        }
        raise InputInvalid("input_invalid", " ".join(error.messages), fields) from error


@contextmanager
def one_wins() -> Iterator[None]:
    """A transaction in which of two who write the same at once the second is told so (409)."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        message = "刚刚有人登记了同样的内容，请刷新后再看。"
        raise StateMoved("written_meanwhile", message) from error


def _refuse_unknown(fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"a deputy's {', '.join(sorted(unknown))} cannot be set")
