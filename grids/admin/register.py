"""The register of grids in the admin, and the coverage page."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from core.admin import register_panel
from core.errors import NotVisible
from deputies.admin.base import RegisterAdmin, sent
from deputies.admin.filters import TownFilter
from deputies.admin.groups import DayForm
from deputies.admin.people import DeputyAdmin
from deputies.admin.sheets import SheetImportMixin
from grids.admin.parts import (
    GapFilter,
    GridForm,
    GridServiceInline,
    NoGridFilter,
    PatrolInline,
    ServeForm,
    ServiceInline,
)
from grids.models import Grid
from grids.selectors import (
    coverage,
    coverage_sum,
    deputies_by_grid,
    grid_places,
    grid_rows,
)
from grids.services import (
    end_service,
    import_grids,
    register_grid,
    retire_grid,
    start_service,
    update_grid,
)
from grids.services.sheets import EXAMPLE, HEADER

GRIDS_OF_A_PLACE = 400
WORST_SHOWN = 5
PANEL_SECONDS = 60


@admin.register(Grid)
class GridAdmin(SheetImportMixin, RegisterAdmin):
    """Grids, who serves there, and what is not covered."""

    menu_order = 60
    list_display = ("name", "code", "place", "kind", "households", "who", "retired_on")
    list_filter = (GapFilter, TownFilter, "kind", ("retired_on", admin.EmptyFieldListFilter))
    ordering = ("code",)
    search_fields = ("name",)  # shows the box; `get_search_results` does the search
    search_help_text = "网格名称或编码的开头"
    inlines: ClassVar[list[Any]] = [ServiceInline, PatrolInline]
    fields = ("code", "name", "kind", "households", "place", "retired_on")
    form = GridForm
    sheet_register = "grids"
    sheet_header, sheet_example = HEADER, EXAMPLE

    # --- list ---------------------------------------------------------------------------------

    @admin.display(description="所在")
    def place(self, grid: Grid) -> str:
        return grid_places([grid])[grid.code]

    @admin.display(description="代表")
    def who(self, grid: Any) -> str:
        people = getattr(grid, "people_now", None)
        if people is None:
            people = deputies_by_grid([grid])[grid.pk]
        return "、".join(d.name for d in people) or "缺代表"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        word = search_term.strip()
        if word.isascii() and word.isdigit():
            return queryset.filter(region_code__startswith=word), False
        return (queryset.filter(name__startswith=word) if word else queryset), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        grids = list(found.result_list)
        grid_places(grids)  # all places at once
        people = deputies_by_grid(grids)
        for grid in grids:
            grid.people_now = people[grid.pk]
        found.result_list = grids
        return found

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        tools = [("覆盖一张图", self.url("coverage"))]
        if request.user.has_perm("grids.add_grid"):
            tools.append(("导入", self.url("import")))
        return tools

    # --- entry --------------------------------------------------------------------------------

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["place", "retired_on"]
        return fixed if obj is None else ["code", *fixed]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form: Any = type("GridForm", (GridForm,), {"user": request.user})
        if obj is not None:  # the code is fixed, so there is nothing of it to check
            form = type("GridForm", (forms.ModelForm,), {"name": GridForm.base_fields["name"],
                                                         "Meta": GridForm.Meta})  # fmt: skip
        return super().get_form(request, obj, form=form, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj is not None else []

    def entry_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        if obj.retired_on is not None:
            return []
        return [("安排代表", self.url("serve", obj.pk)), ("撤销网格", self.url("retire", obj.pk))]

    def get_urls(self) -> list[Any]:
        return [
            *self.sheet_urls(),
            self.page("coverage/", self.coverage_view, "view", "coverage"),
            self.page("<int:pk>/serve/", self.serve_view, "change", "serve"),
            self.page("<int:pk>/stop/<int:service>/", self.stop_view, "change", "stop"),
            self.page("<int:pk>/retire/", self.retire_view, "change", "retire"),
            *super().get_urls(),
        ]

    def serve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        grid = self.found(request, pk)
        form = ServeForm(sent(request), user=request.user)

        def do(cleaned: dict[str, Any]) -> None:
            start_service(actor=request.user, grid=grid, now=timezone.now(), **cleaned)

        text = "一个网格可以有几位代表，一位代表也可以进几个网格。"
        return self.act(
            request, grid, title="安排代表进网格", form=form, do=do, done="已安排。", text=text
        )

    def stop_view(self, request: HttpRequest, pk: int, service: int) -> HttpResponse:
        grid = self.found(request, pk)
        row = grid.services.select_related("deputy", "grid").filter(pk=service).first()
        if row is None:
            raise NotVisible()
        form = DayForm(sent(request))

        def do(cleaned: dict[str, Any]) -> None:
            end_service(actor=request.user, service=row, now=timezone.now(), **cleaned)

        return self.act(
            request, grid, title=f"{row.deputy.name}退出网格", form=form, do=do, done="已退出。"
        )

    def retire_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        grid = self.found(request, pk)
        form = DayForm(sent(request))

        def do(cleaned: dict[str, Any]) -> None:
            retire_grid(actor=request.user, grid=grid, now=timezone.now(), **cleaned)

        text = "撤销后不能恢复；在这里的代表同时退出，记录都保留。"
        return self.act(
            request, grid, title="撤销网格", form=form, do=do, done="网格已撤销。", text=text
        )

    # --- coverage -----------------------------------------------------------------------------

    def coverage_view(self, request: HttpRequest) -> HttpResponse:
        """一张图: towns with their grids as squares, gaps marked; one place with its grids by name."""
        grids = Grid.objects.visible_to(request.user)
        areas = coverage(grids)
        asked = request.GET.get("place", "")
        place = next((area for area in areas if area.code == asked), None)
        context = {"areas": areas, "whole": coverage_sum(areas), "place": place}
        if place is not None:
            context |= _of_place(grids, place.code)
        return self.render(request, "admin/grids/coverage.html", "网格覆盖一张图", **context)

    # --- services -----------------------------------------------------------------------------

    def create(self, request: HttpRequest, cleaned: dict[str, Any], now: datetime) -> Grid:
        return register_grid(actor=request.user, now=now, **cleaned)

    def update(
        self, request: HttpRequest, obj: Grid, changed: dict[str, Any], now: datetime
    ) -> Grid:
        return update_grid(actor=request.user, grid=obj, now=now, **changed)

    def run_import(self, request: HttpRequest, file: Any, *, dry_run: bool) -> Any:
        return import_grids(
            file=file, actor=request.user, now=timezone.now(), scope=self.sheet_scope(request),
            dry_run=dry_run,
        )  # fmt: skip

    def sheet_rows(self, queryset: QuerySet[Any]) -> Any:
        return grid_rows(queryset)


def _of_place(grids: Any, code: str) -> dict[str, Any]:
    """The communities of a town, each with its grids and who serves there."""
    rows = list(grids.in_use().filter(region_code__startswith=code).order_by("code")
                [: GRIDS_OF_A_PLACE + 1])  # fmt: skip
    people = deputies_by_grid(rows[:GRIDS_OF_A_PLACE])
    names = grid_places(rows)
    communities: dict[str, list[dict[str, Any]]] = {}
    for grid in rows[:GRIDS_OF_A_PLACE]:
        cell = {"grid": grid, "people": people[grid.pk]}
        communities.setdefault(names[grid.code], []).append(cell)
    return {"communities": communities, "more": len(rows) > GRIDS_OF_A_PLACE}


DeputyAdmin.inlines = [*DeputyAdmin.inlines, GridServiceInline]
DeputyAdmin.list_filter = (*DeputyAdmin.list_filter, NoGridFilter)


def coverage_panel(request: HttpRequest) -> dict[str, Any] | None:
    """On the dashboard: how many grids are covered, where most are not; a minute old at most."""
    prefixes = request.user.region_prefixes("grids.view_grid")
    if not prefixes:
        return None
    key = f"grids.coverage.{'.'.join(sorted(prefixes))}"
    areas = cache.get_or_set(
        key, lambda: coverage(Grid.objects.visible_to(request.user)), PANEL_SECONDS
    )
    if not areas:
        return None
    worst = sorted((area for area in areas if area.gaps), key=lambda area: -area.gaps)
    url = reverse("admin:grids_grid_coverage")
    return {"whole": coverage_sum(areas), "worst": worst[:WORST_SHOWN], "url": url}


register_panel(60, "admin/grids/panel.html", coverage_panel, area="side")
