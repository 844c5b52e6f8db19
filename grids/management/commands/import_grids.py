"""Import the register of grids."""

from pathlib import Path
from typing import Any

from django.utils import timezone

from audit.actors import SYSTEM
from core.sheets import ImportReport
from deputies.management.imports import RegisterImportCommand
from grids.services import import_grids
from grids.services.sheets import EXAMPLE, HEADER


class Command(RegisterImportCommand):
    help = "导入网格名册：编码、名称、类型、户数、进网格代表、进网格日期。--template 写出空表。"

    header, example = HEADER, EXAMPLE

    def bring_in(self, path: Path, options: dict[str, Any]) -> ImportReport:
        return import_grids(file=path, actor=SYSTEM, now=timezone.now(), dry_run=options["dry_run"])
