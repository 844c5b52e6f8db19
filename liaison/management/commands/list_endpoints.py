"""Every route: pattern, name, audience, methods, permission."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from liaison.endpoints import endpoints


class Command(BaseCommand):
    help = "列出全部网址：样式、名称、对象、方法、权限。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 数组")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = endpoints()
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            methods = ",".join(row["methods"])
            self.stdout.write(
                f"{row['audience']:<9}{methods:<17}{row['permission']:<34}{row['pattern']}"
            )
        self.stdout.write(f"共 {len(rows)} 条")
