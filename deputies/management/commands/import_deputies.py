"""Import the register of deputies."""

from pathlib import Path
from typing import Any

from django.utils import timezone

from audit.actors import SYSTEM
from core.sheets import ImportReport
from deputies.management.imports import RegisterImportCommand
from deputies.services import import_deputies
from deputies.services.sheet_columns import EXAMPLE, HEADER


class Command(RegisterImportCommand):
    help = "导入代表名册：一行一个席位，同一编号的几行是同一个人。--template 写出空表。"

    header, example = HEADER, EXAMPLE

    def bring_in(self, path: Path, options: dict[str, Any]) -> ImportReport:
        return import_deputies(
            file=path, actor=SYSTEM, now=timezone.now(), dry_run=options["dry_run"]
        )
