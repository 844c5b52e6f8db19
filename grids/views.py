"""Grids on the desk: a deputy's own with the last patrol, the others' coverage and gaps."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.desk import desk_view
from core.dates import local_date
from core.errors import InputInvalid, NotVisible
from core.paging import keyset_page, pager_urls
from deputies.models import Deputy
from deputies.selectors import own_deputy
from grids.forms import PatrolForm
from grids.models import Grid
from grids.selectors import (
    coverage,
    coverage_sum,
    deputies_by_grid,
    gaps_in,
    grid_places,
    grids_of,
)
from grids.services import record_patrol

GAPS_ON_A_PAGE = 30
PATROL_DAYS = 31  # DOMAIN §1.1: grids are visited monthly


@require_safe
@desk_view("grids.view_grid")
def show_grids(request: HttpRequest) -> HttpResponse:
    """My grids for a deputy; coverage by town or community and the gaps for everybody else."""
    deputy = own_deputy(request.user)
    if deputy is not None:
        return render(request, "grids/desk/mine.html", _mine(deputy))
    return render(request, "grids/desk/coverage.html", _coverage(request))


@require_POST
@desk_view("grids.record_patrol")
def add_patrol(request: HttpRequest, code: str) -> HttpResponse:
    """「登记巡查」: I went through my grid today."""
    grid = Grid.objects.get_visible_or_404(request.user, code=code)
    deputy = own_deputy(request.user)
    form = PatrolForm(request.POST, auto_id=f"%s-{grid.code}")
    if deputy is None:
        raise NotVisible()
    if not _recorded(request, grid, deputy, form):
        context = {**_mine(deputy), "form": form, "open_grid": grid.code}
        return render(request, "grids/desk/mine.html", context, status=400)
    messages.success(request, f"已登记：巡查了{grid.name}。")
    return redirect("grids_desk:grids")


def _recorded(request: HttpRequest, grid: Grid, deputy: Deputy, form: PatrolForm) -> bool:
    """Whether the patrol could be written; otherwise the form says why not."""
    if form.is_valid():
        try:
            record_patrol(
                actor=request.user, grid=grid, deputy=deputy, now=timezone.now(),
                **form.cleaned_data,
            )  # fmt: skip
        except InputInvalid as error:
            form.add_error(None, error.message)
    return form.is_valid()


def _mine(deputy: Deputy) -> dict[str, Any]:
    today = local_date(timezone.now())
    grids = grids_of(deputy)
    places, people = grid_places(grids), deputies_by_grid(grids)
    rows = [
        {
            "grid": grid,
            "place": places[grid.code],
            "others": [d.name for d in people[grid.pk] if d.pk != deputy.pk],
            "last": grid.last_patrol,
            "is_late": grid.last_patrol is None
            or grid.last_patrol < today - timedelta(days=PATROL_DAYS),
        }
        for grid in grids
    ]
    late = sum(row["is_late"] for row in rows)
    return {"deputy": deputy, "rows": rows, "late": late, "form": PatrolForm(), "today": today}


def _coverage(request: HttpRequest) -> dict[str, Any]:
    visible = Grid.objects.visible_to(request.user)
    areas = coverage(visible)
    if len(areas) <= 1:  # one town: its communities say more
        areas = coverage(visible, digits=12)
    place = request.GET.get("place", "")
    place = place if place in {area.code for area in areas} else ""
    page = keyset_page(
        gaps_in(visible, place), order=("code",), cursor=request.GET.get("cursor"),
        size=GAPS_ON_A_PAGE,
    )  # fmt: skip
    return {
        "areas": areas,
        "whole": coverage_sum(areas),
        "place": next((area for area in areas if area.code == place), None),
        "gaps": [{"grid": g, "place": p} for g, p in _placed(page.rows)],
        **pager_urls(request, page),
    }


def _placed(grids: list[Grid]) -> list[tuple[Grid, str]]:
    places = grid_places(grids)
    return [(grid, places[grid.code]) for grid in grids]
