"""Handling units in the admin: list, tree, merging, import."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from congress.admin.base import RegisterAdmin
from congress.forms import MergeForm, RetireForm, UnitForm, UnitImportForm
from congress.models import Congress, Unit
from congress.selectors import region_names, unit_tree
from congress.services import (
    change_unit,
    create_unit,
    import_units,
    merge_unit,
    retire_unit,
)
from core.errors import Forbidden


class InUseFilter(admin.SimpleListFilter):
    """In use first; merged and retired ones on request."""

    title = "状态"
    parameter_name = "in_use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("yes", "在用"), ("merged", "已并入"), ("retired", "已停用")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the choice."""
        kept = {
            "yes": {"retired_on": None},
            "merged": {"merged_into__isnull": False},
            "retired": {"retired_on__isnull": False, "merged_into": None},
        }
        return queryset.filter(**kept.get(str(self.value()), {}))


@admin.register(Unit)
class UnitAdmin(RegisterAdmin):
    """Handling units. They are merged or retired, never deleted: old orders name them."""

    menu_order = 40
    form = UnitForm
    list_display = ("name", "short_name", "kind", "parent", "place", "phone", "standing")
    list_select_related = ("parent", "congress", "merged_into")
    list_filter = (InUseFilter, "kind", "congress__level")
    search_fields = ("^code", "name", "short_name", "^pinyin")
    search_help_text = "全称、简称、编号或拼音"
    export_fields = ("code", "name", "short_name", "kind", "region_code", "parent__code", "phone",
                     "congress__name", "retired_on")  # fmt: skip
    export_related = ("parent", "congress")
    change_list_template = "admin/congress/unit/change_list.html"
    change_form_template = "admin/congress/unit/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A unit keeps its code and its congress; a retired one is only looked at."""
        if obj is None:
            return []
        return list(UnitForm.Meta.fields) if obj.retired_on else ["congress", "code"]

    @admin.display(description="地方", ordering="region_code")
    def place(self, unit: Unit) -> str:
        """Where it is."""
        return region_names([unit.region_code]).get(unit.region_code, unit.region_code)

    @admin.display(description="状态")
    def standing(self, unit: Unit) -> str:
        """Say whether it still works."""
        if unit.merged_into:
            return f"{unit.retired_on:%Y-%m-%d}并入{unit.merged_into.label}"
        return f"{unit.retired_on:%Y-%m-%d}停用" if unit.retired_on else "在用"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write through the services."""
        given, now = form.cleaned_data, timezone.now()
        if change:
            change_unit(actor=request.user, unit=obj, now=now, **given)
            return
        made = create_unit(actor=request.user, now=now, **given)
        obj.pk = made.pk
        obj.refresh_from_db()

    # --- further pages ----------------------------------------------------------------------
    def get_urls(self) -> list[Any]:
        """Add tree, import, merging and retiring."""
        return [
            self.page("tree/", self.tree_view, "view", "tree"),
            self.page("import/", self.import_view, "add", "import"),
            self.page("<int:pk>/merge/", self.merge_view, "change", "merge"),
            self.page("<int:pk>/retire/", self.retire_view, "change", "retire"),
            *super().get_urls(),
        ]

    def tree_view(self, request: HttpRequest) -> HttpResponse:
        """Show the units under one another."""
        rows = self.get_queryset(request).filter(retired_on=None).select_related("congress")
        tree = [(range(depth), unit) for depth, unit in unit_tree(rows)]
        return self.render(request, "unit/tree.html", "承办单位（按隶属）", rows=tree)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Import a sheet of one congress's units."""
        congresses = Congress.objects.managed_by(request.user)
        form = UnitImportForm(congresses, request.POST or None, request.FILES or None)

        def run(cleaned: dict[str, Any]) -> Any:
            return import_units(
                congress=cleaned["congress"], file=cleaned["file"], actor=request.user,
                now=timezone.now(), dry_run=cleaned["dry_run"],
            )  # fmt: skip

        columns = "编号、全称、简称、类别、区划代码、上级编号、联系电话"
        return self.import_page(request, form, "导入承办单位", columns, run)

    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask which unit takes over, then merge."""
        unit = self._own(request, pk)
        form = MergeForm(unit, request.POST or None)
        if form.is_valid():
            merge_unit(actor=request.user, unit=unit, now=timezone.now(), **form.cleaned_data)
            return self._done(request, f"{unit.name}已并入{form.cleaned_data['into'].name}。")
        text = "原单位不再接收新的交办，过去的办理记录仍记在原单位名下。并入后不能撤回。"
        return self.render(
            request, "unit/end.html", f"并入其他单位：{unit.name}", form=form, text=text,
            label="并入", back=reverse("admin:congress_unit_change", args=[pk]),
        )  # fmt: skip

    def retire_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask from when, then retire."""
        unit = self._own(request, pk)
        form = RetireForm(request.POST or None)
        if form.is_valid():
            retire_unit(actor=request.user, unit=unit, now=timezone.now(), **form.cleaned_data)
            return self._done(request, f"{unit.name}已停用。")
        text = "停用后不再接收新的交办。有单位接手的，请用“并入其他单位”。"
        return self.render(
            request, "unit/end.html", f"停用：{unit.name}", form=form, text=text, label="停用",
            back=reverse("admin:congress_unit_change", args=[pk]),
        )  # fmt: skip

    def _own(self, request: HttpRequest, pk: int) -> Unit:
        unit = self.get_object(request, str(pk))
        if unit is None:
            self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        if not self.has_change_permission(request, unit):
            raise Forbidden()
        return unit

    def _done(self, request: HttpRequest, words: str) -> HttpResponse:
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:congress_unit_changelist"))
