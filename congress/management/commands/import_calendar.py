"""Import a published year of holidays and make-up days."""

from pathlib import Path
from typing import Any

from django.utils import timezone

from audit.actors import SYSTEM
from congress.management.imports import ImportCommand
from congress.services import import_calendar
from core.sheets import ImportReport


class Command(ImportCommand):
    help = "导入全年的节假日安排：日期、安排（放假或上班）、名称三列。载入后重算暂定的期限。"

    def bring_in(self, path: Path, options: dict[str, Any]) -> ImportReport:
        return import_calendar(
            file=path,
            source=path.name,
            actor=SYSTEM,
            now=timezone.now(),
            dry_run=options["dry_run"],
        )
