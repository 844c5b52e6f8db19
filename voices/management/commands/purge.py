"""Retention: forget what need not be kept any longer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from voices.registry import purgers
from voices.retention import purge


class Command(BaseCommand):
    help = "按保存期限清除联系方式。"

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        count = purge(now=now, batch=100_000)
        count += sum(purger(now, 100_000) for purger in purgers())
        self.stdout.write(f"清除了 {count} 条到期的联系方式。")
