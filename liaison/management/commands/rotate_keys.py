"""Every sealed value under the first key of the ring."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from core.sealed import rotate_model, sealed_models

SHOWN = 10


class Command(BaseCommand):
    help = (
        "把所有加密的个人信息改用 FIELD_KEYS 的第一把密钥，并按最后一把重建查找索引。"
        "可以中断后再运行；拿掉旧密钥以后，也要再运行一次。"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        broken = False
        for sealed in sealed_models():
            done = rotate_model(sealed)
            model = apps.get_model(sealed.model)
            said = f"{model._meta.verbose_name}：共{done.seen}条，改了{done.changed}条"
            if done.broken:
                broken = True
                first = "、".join(map(str, done.broken[:SHOWN]))
                said += f"，打不开{len(done.broken)}条（主键 {first}）"
            self.stdout.write(said)
        if broken:
            raise CommandError(
                "有打不开的：密钥不在 FIELD_KEYS 里，或者数据被改动过。旧密钥先别拿掉。"
            )
