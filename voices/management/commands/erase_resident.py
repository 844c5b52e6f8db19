"""The right to erasure, by receipt."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit.actors import SYSTEM
from core.errors import InputInvalid
from voices.receipts import normalise, receipt_hash
from voices.registry import erasers
from voices.retention import erase
from voices.services import by_receipt


class Command(BaseCommand):
    help = "凭回执码清除一位群众留下的文字、照片和联系方式；办理过程的记录保留，不含个人信息。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("receipt")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            message = by_receipt(options["receipt"])
        except InputInvalid as error:
            cleared = _elsewhere(options["receipt"])
            if not cleared:
                raise CommandError(error.message, returncode=1) from error
        else:
            erase(message, actor=SYSTEM, now=now)
            cleared = f"留言 {message.code}"
        self.stdout.write(f"已清除{cleared} 的个人信息，办理记录保留。")


def _elsewhere(typed: str) -> str:
    """What another app cleared for this receipt, in words."""
    receipt = normalise(typed)
    if receipt is None:
        return ""
    hashed, now = receipt_hash(receipt), timezone.now()
    return next(filter(None, (eraser(hashed, SYSTEM, now) for eraser in erasers())), "")
