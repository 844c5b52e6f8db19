"""Fill an empty database with demo data."""

import json
import time
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.dates import local_date
from liaison.demo.manifest import manifest
from liaison.demo.scale import PASSWORD, SCALES
from liaison.demo.seed import NotEmpty, seed
from liaison.demo.summary import summary


class Command(BaseCommand):
    help = "把演示数据装进空的数据库：人名都是编的，地名是真的。同样的种子得到同样的数据。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", choices=list(SCALES), default="small", help="规模")
        parser.add_argument("--seed", type=int, default=1, help="种子，同样的种子得到同样的数据")
        parser.add_argument("--canary", action="store_true", help="在不应外泄的地方埋入暗记")
        parser.add_argument("--as-of", help="当作哪一天，如 2026-11-20；不写就是今天")
        parser.add_argument("--json", action="store_true", help="只输出清单（JSON）")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        talks = options["verbosity"] > 1 or (options["verbosity"] and options["scale"] != "small")

        def progress(step: str) -> None:
            if talks:
                self.stderr.write(f"{time.monotonic() - started:6.1f} 秒  {step}")

        try:
            world = seed(
                scale=options["scale"], seed=options["seed"], as_of=_day(options["as_of"]),
                canary=options["canary"], progress=progress,
            )  # fmt: skip
        except NotEmpty as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        progress("完成")
        if options["json"]:
            self.stdout.write(json.dumps(manifest(world), ensure_ascii=False))
        else:
            self.stdout.write(summary(world, PASSWORD))


def _day(text: str | None) -> date:
    if not text:
        return local_date(timezone.now())
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError as error:
        message = "--as-of 要写成 2026-11-20 这样的日期"
        raise CommandError(message, returncode=2) from error
