"""Forms, filters and read-only parts of the grids' register."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from congress.models import Region
from core.forms import TextInput
from deputies.admin.base import PartInline, SinceForm
from grids.models import Grid, GridService, Patrol
from grids.selectors import gaps_in

PATROLS_SHOWN = 10


class GridForm(forms.ModelForm):  # type: ignore[type-arg]
    """A grid; its code says where it lies and must be in the person's region."""

    name = TextInput(label="网格名称", max_length=60)
    user: ClassVar[Any] = None

    class Meta:
        model = Grid
        fields = ("code", "name", "kind", "households")
        help_texts: ClassVar = {"code": "15位：前12位是社区（村）的区划代码，后3位是序号"}

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not code.startswith(tuple(self.user.region_prefixes("grids.add_grid")) or ("-",)):
            raise forms.ValidationError("这个网格不在您的管理范围内，请核对编码的前几位。")
        return code

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        code = cleaned.get("code", "")
        if code and not Region.objects.filter(code=code[:12]).exists():
            self.add_error("code", f"没有代码为{code[:12]}的社区（村），请核对前12位。")
        self.instance.region_code = code or self.instance.region_code
        return cleaned


class ServeForm(SinceForm):
    """Who goes into a grid, from when."""


class GapFilter(admin.SimpleListFilter):
    title = "有没有代表"
    parameter_name = "gap"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "缺代表"), ("0", "有代表")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "1":
            return gaps_in(queryset)
        return queryset.filter(gap=False) if self.value() == "0" else queryset


class ServiceInline(PartInline):
    model = GridService
    fields = ("person", "starts_on", "ends_on", "stop")
    readonly_fields = fields
    verbose_name_plural = "进网格代表"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = GridService.objects.select_related("deputy", "grid")
        return rows.order_by("ends_on", "-starts_on")

    @admin.display(description="代表")
    def person(self, row: GridService) -> str:
        url = reverse("admin:deputies_deputy_change", args=[row.deputy_id])
        return format_html(
            '<a class="link" href="{}">{}（{}）</a>', url, row.deputy.name, row.deputy.code
        )

    @admin.display(description="")
    def stop(self, row: GridService) -> str:
        if row.ends_on is not None:
            return ""
        url = reverse("admin:grids_grid_stop", args=[row.grid_id, row.pk])
        return format_html('<a class="link" href="{}">退出</a>', url)


class PatrolInline(PartInline):
    model = Patrol
    fields = ("on", "deputy", "note", "message_code")
    readonly_fields = fields
    verbose_name_plural = "最近的巡查"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        grid = request.resolver_match.kwargs.get("object_id")  # type: ignore[union-attr]
        newest = Patrol.objects.filter(grid=grid).order_by("-on", "-pk")[:PATROLS_SHOWN]
        rows = Patrol.objects.filter(pk__in=newest.values("pk"))
        return rows.select_related("deputy", "grid").order_by("-on", "-pk")


class GridServiceInline(PartInline):
    """A deputy's grids, on the deputy's own page."""

    model = GridService
    fields = ("where", "starts_on", "ends_on")
    readonly_fields = fields
    verbose_name_plural = "进网格"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = GridService.objects.select_related("grid", "deputy")
        return rows.order_by("ends_on", "-starts_on")

    @admin.display(description="网格")
    def where(self, row: GridService) -> str:
        return f"{row.grid.name}（{row.grid.code}）"


class NoGridFilter(admin.SimpleListFilter):
    """Deputies in office who have no grid yet."""

    title = "进网格"
    parameter_name = "grid"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("0", "还没有进网格"), ("1", "已进网格")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        serving = Q(pk__in=GridService.objects.open().values("deputy"))
        if self.value() == "1":
            return queryset.filter(serving)
        return queryset.filter(~serving, serving=True) if self.value() == "0" else queryset
