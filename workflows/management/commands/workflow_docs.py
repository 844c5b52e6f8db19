"""Write docs/workflows.md, or check that it is what the tables say."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from workflows.docs import render


class Command(BaseCommand):
    help = "由流程表生成 docs/workflows.md；--check 只核对是否过期。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "workflows.md"
        text = render()
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"已写入 {path.relative_to(settings.BASE_DIR)}")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            self.stderr.write("docs/workflows.md 过期了，请运行 manage.py workflow_docs")
            raise SystemExit(1)
        else:
            self.stdout.write("docs/workflows.md 与流程表一致")
