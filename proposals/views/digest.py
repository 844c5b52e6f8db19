"""年度摘要 of suggestions for everybody: page and CSV."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.yearly import figures_file, figures_table, year_frame
from proposals.digest import FIRST_YEAR, HEADER, digest_of
from voices.views.results import public_page


@require_safe
def digest(request: HttpRequest, year: int) -> HttpResponse:
    """A year's suggestions in numbers."""
    frame, found = year_frame(year, FIRST_YEAR), digest_of(year)
    context = {
        "digest": found, **frame,
        "figures": dict(zip(("accepted", "assigned", "answered", "solved", "closed", "shown"),
                            found.total, strict=True)),
        "tables": [figures_table(name, HEADER, rows, found.total) for name, rows in found.tables],
    }  # fmt: skip
    return public_page(render(request, "proposals/digest.html", context))


@require_safe
def digest_csv(request: HttpRequest, year: int) -> HttpResponse:
    """The same figures as CSV."""
    year_frame(year, FIRST_YEAR)
    found = digest_of(year)
    lines = [("合计", "", *found.total)]
    lines += [(name, label, *row) for name, rows in found.tables for label, row in rows]
    return public_page(figures_file(f"proposals-{year}", ("按", "名称", *HEADER), lines))
