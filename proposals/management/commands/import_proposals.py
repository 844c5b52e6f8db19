"""Import a session's list of suggestions."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from audit.actors import SYSTEM
from congress.models import Congress
from core.sheets import ImportReport
from deputies.management.imports import RegisterImportCommand
from proposals.services import import_proposals
from proposals.services.sheet_columns import EXAMPLE, HEADER
from proposals.services.sheets_in import congress_of


class Command(RegisterImportCommand):
    help = "导入代表建议：一行一件，领衔代表填姓名、编号或证号。--template 写出空表。"

    header, example = HEADER, EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--congress", metavar="代码", help="哪一级人大；不填按“人大”一列或领衔代表的席位确定"
        )

    def bring_in(self, path: Path, options: dict[str, Any]) -> ImportReport:
        congress = self._congress(path, options["congress"])
        return import_proposals(
            path, actor=SYSTEM, congress=congress, now=timezone.now(), dry_run=options["dry_run"]
        )

    def _congress(self, path: Path, code: str | None) -> Congress:
        found = Congress.objects.filter(code=code).first() if code else congress_of(path)
        if found is None:
            what = (
                f"没有代码为 {code} 的人大" if code else "看不出是哪一级人大，请用 --congress 指明"
            )
            raise CommandError(what, returncode=2)
        return found
