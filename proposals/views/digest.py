"""年度摘要 of suggestions for everybody: page and CSV."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.errors import NotVisible
from core.sheets import csv_chunks
from proposals.digest import FIRST_YEAR, HEADER, Digest, digest_of
from voices.views.results import public_page


@require_safe
def digest(request: HttpRequest, year: int) -> HttpResponse:
    """A year's suggestions in numbers."""
    found, this_year = _found(year), local_date(timezone.now()).year
    context = {
        "digest": found, "running": year == this_year,
        "figures": dict(zip(("accepted", "assigned", "answered", "solved", "closed", "shown"),
                            found.total, strict=True)),
        "before": year - 1 if year > FIRST_YEAR else 0,
        "after": year + 1 if year < this_year else 0,
        "tables": [_table(name, rows, found) for name, rows in found.tables],
    }  # fmt: skip
    return public_page(render(request, "proposals/digest.html", context))


@require_safe
def digest_csv(request: HttpRequest, year: int) -> HttpResponse:
    """The same figures as CSV."""
    found = _found(year)
    lines = [("合计", "", *found.total)]
    lines += [(name, label, *row) for name, rows in found.tables for label, row in rows]
    data = b"".join(csv_chunks(("按", "名称", *HEADER), lines))
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="proposals-{year}.csv"'
    return public_page(response)


def _found(year: int) -> Digest:
    if not FIRST_YEAR <= year <= local_date(timezone.now()).year:
        raise NotVisible()
    return digest_of(year)


def _table(name: str, rows: list[Any], found: Digest) -> dict[str, Any]:
    def line(label: str, figures: tuple[int, ...]) -> list[str]:
        return [label, *(f"{value:,}" for value in figures)]

    return {
        "caption": f"按{name}", "head": [name, *HEADER],
        "rows": [line(label, figures) for label, figures in rows],
        "foot": line("合计", found.total),
    }  # fmt: skip
