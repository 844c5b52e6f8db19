"""What the import commands share: arguments, report, exit code."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from core.sheets import ImportReport


class ImportCommand(BaseCommand):
    """Imports FILE all or nothing and reports row by row.

    Exit code 0 when done (or, with --dry-run, when it could be done), 1 when rows have
    problems, 2 when the file cannot be read at all.
    """

    # they would load every view and the API's schema: 18 MB that no import needs
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="Excel 或 CSV 文件")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.exists():
            raise CommandError(f"找不到文件 {path}", returncode=2)
        try:
            report = self.bring_in(path, options)
        except DomainError as error:
            raise CommandError(error.message, returncode=2) from error
        except OSError as error:
            raise CommandError(f"读不了 {path}：{error.strerror}", returncode=2) from error
        self._print(report, options)
        if report.problems:
            raise SystemExit(1)

    def bring_in(self, path: Path, options: dict[str, Any]) -> ImportReport:
        """Read the file and call the service; each command has its own."""
        raise NotImplementedError

    def _print(self, report: ImportReport, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(report.as_json())
            return
        self.stdout.write(report.as_text())
        if not report.problems:
            self.stdout.write("检查通过，没有写入。" if options["dry_run"] else "已写入。")
