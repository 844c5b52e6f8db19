"""Import the register of stations."""

from pathlib import Path
from typing import Any

from django.utils import timezone

from audit.actors import SYSTEM
from core.sheets import ImportReport
from deputies.management.imports import RegisterImportCommand
from stations.services import import_stations
from stations.services.sheets import EXAMPLE, HEADER


class Command(RegisterImportCommand):
    help = "导入家站点室名册：一行一个站点。--template 写出空表。"

    header, example = HEADER, EXAMPLE

    def bring_in(self, path: Path, options: dict[str, Any]) -> ImportReport:
        return import_stations(
            file=path, actor=SYSTEM, now=timezone.now(), dry_run=options["dry_run"]
        )
