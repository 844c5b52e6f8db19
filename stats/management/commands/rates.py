"""Every rate with both sides of its fraction; `--check` recounts them from the log."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from congress.models import Region
from core.dates import local_date
from stats.checking import Verdict, check
from stats.definitions import RATES
from stats.figures import TOTAL, Figures, Reading, as_json
from stats.kinds import KINDS
from stats.labels import place_name
from stats.rules import Span
from stats.selectors import count_now

DIMENSIONS = sorted({"place", *(d for kind in KINDS.values() for d in kind.dimensions)})


class Command(BaseCommand):
    help = "各项率的分子、分母和算法；--check 只用操作日志重算一遍，逐数核对（不符时退出码1）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="截至哪一天（默认今天）")
        parser.add_argument(
            "--since", type=date.fromisoformat, help="只算这一天起收到的（默认从头算）"
        )
        parser.add_argument("--scope", default="", help="行政区划代码（默认全部）")
        parser.add_argument("--by", choices=DIMENSIONS, help="再按什么分开列")
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON")
        parser.add_argument("--check", action="store_true", help="用操作日志重算并核对")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        span = Span(options["as_of"] or local_date(now), options["since"])
        scope = options["scope"]
        if scope and not _known(scope):
            raise CommandError(f"没有区划代码 {scope}。", returncode=2)
        if options["check"]:
            self._check(check(span, scope=scope), options)
            return
        figures = count_now(scope, span, now=now)
        if options["json"]:
            self.stdout.write(json.dumps(_document(figures, options["by"]), ensure_ascii=False))
        else:
            self._print(figures, options["by"])

    def _check(self, verdict: Verdict, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(verdict.as_json(), ensure_ascii=False))
        else:
            for one in verdict.differences[:50]:
                self.stdout.write(
                    f"不符：{one.kind} {one.dimension} {one.place} {one.key} {one.measure}"
                    f"：按记录 {one.rows}，按日志 {one.log}"
                )
            words = "与日志逐数相符" if verdict.holds else f"{len(verdict.differences)}个数不符"
            self.stdout.write(f"核对了{verdict.compared}个数，{words}。")
            if verdict.unlogged:
                self.stdout.write(f"没有进操作日志、未核对：{'、'.join(verdict.unlogged)}。")
        if not verdict.holds:
            raise SystemExit(1)

    def _print(self, figures: Figures, by: str | None) -> None:
        since = f"{figures.span.since}起" if figures.span.since else "从头"
        self.stdout.write(f"{place_name(figures.scope)}，{since}至{figures.span.on}")
        for rate in RATES.values():
            self._line(figures.reading(rate))
            for key in figures.keys(rate.kind, by) if by else ():
                found = figures.reading(rate, by or TOTAL, key)
                self.stdout.write(f"    {key or '本级'}  {_fraction(found)}")

    def _line(self, found: Reading) -> None:
        rate = found.rate
        self.stdout.write(
            f"{rate.mark:8} {rate.code:28} {rate.name}  {_fraction(found)}"
            f"（{found.numerator_name}÷{found.denominator_name}）"
        )


def _known(scope: str) -> bool:
    """A division of the register, or a grid's code below one."""
    return Region.objects.filter(code__in=[scope, scope[:12]]).exists()


def _fraction(found: Reading) -> str:
    return f"{found.words} = {found.numerator}/{found.denominator}"


def _document(figures: Figures, by: str | None) -> dict[str, Any]:
    span = figures.span
    return {
        "as_of": span.on.isoformat(),
        "since": span.since.isoformat() if span.since else None,
        "scope": figures.scope,
        "counted_at": figures.taken_at.isoformat(),
        "rates": [_rate(figures, code, by) for code in RATES],
        "counts": {kind: figures.counts(kind) for kind in KINDS},
    }


def _rate(figures: Figures, code: str, by: str | None) -> dict[str, Any]:
    rate = RATES[code]
    found = as_json(figures.reading(rate))
    if by:
        keys = figures.keys(rate.kind, by)
        found["by"] = {key: _short(figures.reading(rate, by, key)) for key in keys}
    return found


def _short(found: Reading) -> dict[str, Any]:
    value = None if found.value is None else float(found.value)
    return {"numerator": found.numerator, "denominator": found.denominator, "percent": value}
