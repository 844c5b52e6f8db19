"""Import the handling units of one congress."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from audit.actors import SYSTEM
from congress.management.imports import ImportCommand
from congress.models import Congress
from congress.services import import_units
from core.sheets import ImportReport


class Command(ImportCommand):
    help = "导入承办单位：编号、全称、简称、类别、区划代码、上级编号、联系电话。"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--congress", required=True, metavar="代码", help="哪一级人大的承办单位"
        )

    def bring_in(self, path: Path, options: dict[str, Any]) -> ImportReport:
        congress = Congress.objects.filter(code=options["congress"]).first()
        if congress is None:
            raise CommandError(f"没有代码为 {options['congress']} 的人大", returncode=2)
        return import_units(
            congress=congress,
            file=path,
            actor=SYSTEM,
            now=timezone.now(),
            dry_run=options["dry_run"],
        )
