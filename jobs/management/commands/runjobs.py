"""Drain due work: once, or as the embedded loop."""

import json
import signal
import threading
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, close_old_connections
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from jobs.services import drain


class Command(BaseCommand):
    help = "处理到期的工作：提醒、送达、按日开闭、封存、清理、导出。"

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--once", action="store_true", help="处理完就退出")
        how.add_argument("--loop", action="store_true", help="一直处理，直到收到退出信号")
        parser.add_argument("--now", help="当作这个时间（ISO 8601），只用于 --once")
        parser.add_argument("--every", type=float, default=2.0, help="每隔几秒看一次")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self._once(_moment(options["now"]), options["json"])
        else:
            self._loop(options["every"])

    def _once(self, now: datetime, as_json: bool) -> None:
        result = drain(now=now)
        if as_json:
            self.stdout.write(json.dumps(vars(result), ensure_ascii=False))
        else:
            self.stdout.write(
                f"完成 {result.done} 件，待重试 {result.failed} 件，放弃 {result.dead} 件"
            )

    def _loop(self, every: float) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            try:
                drain(now=timezone.now(), limit=500)
            except OperationalError:
                self.stderr.write("数据库暂时连不上，稍后再试")
            close_old_connections()
            stop.wait(every)


def _moment(text: str | None) -> datetime:
    if not text:
        return timezone.now()
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError("--now 要写成 2026-11-21T09:00:00+08:00 这样的时间", returncode=2)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
