"""`manage.py posters`: printable code sheets, thousands in one file (CONTRACT)."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.actors import SYSTEM
from codes.models import KINDS
from codes.posters import SIZES, Sheet, make_posters
from codes.selectors import printable_codes
from codes.services import mark_printed
from core.dates import local_date


class Command(BaseCommand):
    """Exit code 0: all printed; 1: nothing to print, or a name has characters no font holds."""

    help = "生成可打印的二维码海报（PDF）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", required=True, choices=[kind for kind, _ in KINDS])
        parser.add_argument("--region", default="", help="只印这个区划代码以内的")
        parser.add_argument("--out", required=True, help="写到哪个 PDF 文件")
        parser.add_argument("--size", default="A5", choices=SIZES, help="A5 单张，A4 一页两张")
        parser.add_argument("--json", action="store_true", help="结果以 JSON 写到标准输出")

    def handle(self, *args: Any, **options: Any) -> None:
        now, region = timezone.now(), options["region"]
        if region and not (region.isascii() and region.isdigit()):
            raise CommandError("--region 是区划代码，只有数字，例如 370782。", returncode=2)
        codes = list(printable_codes(options["kind"], region))
        sheet = make_posters(
            codes, today=local_date(now), size=options["size"], progress=self._progress
        )
        if sheet.posters:
            self._write(Path(options["out"]), sheet.data)
            mark_printed(actor=SYSTEM, codes=codes, now=now)
        self._say(sheet, options)
        if not sheet.posters or sheet.missing:
            sys.exit(1)

    def _write(self, path: Path, data: bytes) -> None:
        try:
            path.write_bytes(data)
        except OSError as error:
            raise CommandError(f"写不到 {path}：{error.strerror}", returncode=2) from error

    def _progress(self, done: int, total: int) -> None:
        end = "\n" if done == total else "\r"
        self.stderr.write(f"已排 {done}/{total} 张", ending=end)
        self.stderr.flush()

    def _say(self, sheet: Sheet, options: dict[str, Any]) -> None:
        if options["json"]:
            found = {
                "posters": sheet.posters, "out": options["out"] if sheet.posters else None,
                "bytes": len(sheet.data), "skipped": sheet.skipped,
                "missing": [{"label": label, "characters": c} for label, c in sheet.missing],
            }  # fmt: skip
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        if not sheet.posters:
            self.stdout.write("没有可印的码：请核对种类和区划，或先给登记的对象发码。")
            return
        self.stdout.write(f"印好{sheet.posters}张，写到 {options['out']}。")
        if sheet.skipped:
            self.stdout.write(
                f"略过{len(sheet.skipped)}个：对象已停用，点位 {'、'.join(sheet.skipped[:10])}"
            )
        for label, characters in sheet.missing:
            self.stdout.write(f"缺字：{label} 里的“{characters}”字库没有，海报上印成了〓。")
