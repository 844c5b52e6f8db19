"""What the import commands of the registers share: an empty sheet to fill in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from congress.management.imports import ImportCommand
from core.sheets import write_csv, write_xlsx


class RegisterImportCommand(ImportCommand):
    """Adds `--template`: writes the titles and one example row to FILE instead of reading it."""

    header: Sequence[str] = ()
    example: Sequence[Any] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--template", action="store_true", help="不导入，把空表写到这个文件")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["template"]:
            super().handle(*args, **options)
            return
        path: Path = options["file"]
        write = write_csv if path.suffix.lower() == ".csv" else write_xlsx
        write(path, self.header, [self.example])
        self.stderr.write(f"空表写在 {path}，填好后删去示例行再导入。")
