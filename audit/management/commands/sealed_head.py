"""Print the newest seal, to be kept somewhere the operator cannot change."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audit.services import head


class Command(BaseCommand):
    help = "打印最新封印。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        seal = head()
        found = {
            "hash": seal.hash if seal else None,
            "last_id": seal.last_id if seal else 0,
            "sealed_at": seal.sealed_at.isoformat() if seal else None,
        }
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            self.stdout.write(f"封印 {found['hash'] or '无'}，止于日志 {found['last_id']}")
