"""Regions and congresses in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from congress.admin.base import RegisterAdmin
from congress.forms import CongressForm, ImportForm
from congress.models import Congress, Organ, Region, Session, Term
from congress.services import create_congress, import_regions
from congress.services.region_files import read_region_sheet
from core.errors import Forbidden


@admin.register(Region)
class RegionAdmin(RegisterAdmin):
    """Official divisions: they come by import; by hand only a name, a kind or an end date."""

    menu_order = 10
    list_display = ("code", "name", "level", "kind", "full_name", "retired_on")
    list_filter = ("level", "kind")
    search_fields = ("^code", "^name", "^pinyin")
    search_help_text = "代码、名称或拼音的开头"
    fields = ("code", "name", "full_name", "level", "kind", "parent_code", "retired_on")
    readonly_fields = ("code", "level", "parent_code")
    export_fields = ("code", "name", "full_name", "level", "kind", "parent_code", "retired_on")
    change_list_template = "admin/congress/region/change_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody types in an official division."""
        return False

    def get_urls(self) -> list[Any]:
        """Add the import."""
        return [self.page("import/", self.import_view, "import", "import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Import a table of codes and names, within the person's region only."""
        form = ImportForm(request.POST or None, request.FILES or None)

        def run(cleaned: dict[str, Any]) -> Any:
            rows = list(read_region_sheet(cleaned["file"]))
            prefixes = request.user.region_prefixes("congress.import_region")
            if not all(row[2].startswith(tuple(prefixes)) for row in rows):
                raise Forbidden("out_of_scope", "文件里有您管辖范围以外的区划，没有导入。")
            return import_regions(
                rows=rows, actor=request.user, now=timezone.now(), dry_run=cleaned["dry_run"]
            )

        return self.import_page(request, form, "导入行政区划", "代码、名称", run)


class OrganInline(admin.TabularInline):
    """Organs under their local names."""

    model = Organ
    extra = 0
    fields = ("kind", "name", "code", "region_code", "retired_on")
    can_delete = False


class TermInline(admin.TabularInline):
    """Terms."""

    model = Term
    extra = 0
    fields = ("number", "starts_on", "ends_on")
    can_delete = False
    show_change_link = True


@admin.register(Congress)
class CongressAdmin(RegisterAdmin):
    """Congresses with organs and terms. A street has none, so it cannot be chosen."""

    menu_order = 20
    form = CongressForm
    list_display = ("name", "level", "region", "code")
    list_select_related = ("region",)
    list_filter = ("level",)
    search_fields = ("^code", "name")
    inlines = (OrganInline, TermInline)
    autocomplete_fields = ("region",)
    export_fields = ("code", "name", "level", "region_code")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A new congress is known by its region; the rest follows."""
        return ("name", "code", "level", "region") if obj else ("region", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Only the name may change."""
        return ["code", "level", "region"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Organs and terms come after the congress."""
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Set a new congress up through the service."""
        if change:
            super().save_model(request, obj, form, change)
            return
        made = create_congress(
            actor=request.user, region=obj.region, name=obj.name, now=timezone.now()
        )
        obj.pk = made.pk
        obj.refresh_from_db()


class SessionInline(admin.TabularInline):
    """Sessions of a term."""

    model = Session
    extra = 0
    fields = ("number", "opens_on", "closes_on")
    can_delete = False


@admin.register(Term)
class TermAdmin(RegisterAdmin):
    """Terms with their sessions."""

    menu_order = 30
    menu_label = "届和会议"
    list_display = ("__str__", "congress", "starts_on", "ends_on")
    list_select_related = ("congress",)
    search_fields = ("congress__name",)
    ordering = ("congress__region_code", "-number")
    inlines = (SessionInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A term stays with its congress."""
        return ["congress", "number"] if obj else []
