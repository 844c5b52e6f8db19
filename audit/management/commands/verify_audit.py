"""Check the sealed chain and that replaying the log gives today's states."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audit.services import verify


class Command(BaseCommand):
    help = "核验操作日志：封印链完整、按日志重放得到今天的状态。成立返回 0，不成立返回 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--head", default="", help="另存的封印，必须还在链上")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(expected_head=options["head"])
        if options["json"]:
            self.stdout.write(
                json.dumps({"holds": verdict.holds, **vars(verdict)}, ensure_ascii=False)
            )
        else:
            self.stdout.write(
                f"日志 {verdict.entries} 条，封印 {verdict.seals} 个，未封 {verdict.unsealed} 条"
            )
            for problem in verdict.problems:
                self.stdout.write(f"■ {problem}")
            self.stdout.write("核验通过" if verdict.holds else "核验不通过")
        if not verdict.holds:
            raise SystemExit(1)
