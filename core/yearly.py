"""The pages of a year's figures for everybody: which years there are, their tables, the CSV."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from core.dates import local_date
from core.errors import NotVisible
from core.sheets import csv_chunks


def new_year(year: int) -> datetime:
    """The moment a year begins here."""
    return timezone.make_aware(datetime.combine(date(year, 1, 1), time()))


def year_frame(year: int, first: int) -> dict[str, Any]:
    """The years to leaf to and whether this one still runs. NotVisible outside [first, now]."""
    this_year = local_date(timezone.now()).year
    if not first <= year <= this_year:
        raise NotVisible()
    return {
        "running": year == this_year, "before": year - 1 if year > first else 0,
        "after": year + 1 if year < this_year else 0,
    }  # fmt: skip


def figures_table(
    name: str, header: Iterable[str], rows: Iterable[tuple[str, Iterable[int]]],
    total: Iterable[int],
) -> dict[str, Any]:  # fmt: skip
    """A table of counts by `name`, its last line the total."""

    def line(label: str, figures: Iterable[int]) -> list[str]:
        return [label, *(f"{value:,}" for value in figures)]

    return {
        "caption": f"按{name}", "head": [name, *header],
        "rows": [line(label, figures) for label, figures in rows], "foot": line("合计", total),
    }  # fmt: skip


def figures_file(name: str, header: Iterable[str], lines: Iterable[Any]) -> HttpResponse:
    """The figures as `<name>.csv`."""
    data = b"".join(csv_chunks(tuple(header), lines))
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
