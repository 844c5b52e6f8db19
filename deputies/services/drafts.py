"""Keeping a checked sheet until it is confirmed."""

from datetime import datetime, timedelta

from accounts.models import User
from core.errors import InputInvalid, TooLarge
from deputies.models import SheetDraft

KEPT_HOURS = 24
MAX_BYTES = 30 * 1024 * 1024


def keep_draft(*, actor: User, register: str, name: str, data: bytes, now: datetime) -> SheetDraft:
    """Put an upload aside; what nobody confirmed within a day is thrown away now."""
    if len(data) > MAX_BYTES:
        message = "文件最大30MB，请分成几份导入。"
        raise TooLarge("sheet_too_large", message, {"file": message})
    SheetDraft.objects.filter(created_at__lt=now - timedelta(hours=KEPT_HOURS)).delete()
    SheetDraft.objects.filter(user=actor, register=register).delete()
    return SheetDraft.objects.create(
        user=actor, register=register, name=name[-120:], data=data, created_at=now
    )


def own_draft(*, actor: User, register: str, token: str) -> SheetDraft:
    """The sheet this person checked; InputInvalid when it is gone."""
    found = SheetDraft.objects.filter(user=actor, register=register, token=token).first()
    if found is None:
        raise InputInvalid("draft_gone", "上次上传的表已经过期，请重新选择文件。")
    return found


def drop_draft(draft: SheetDraft) -> None:
    """The sheet has been imported."""
    draft.delete()
