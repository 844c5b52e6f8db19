"""The working-day calendar in the admin: a year at a glance, and the import."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from congress.admin.base import RegisterAdmin
from congress.forms import ImportForm
from congress.models import CalendarYear
from congress.selectors import year_table
from congress.services import import_calendar


@admin.register(CalendarYear)
class CalendarYearAdmin(RegisterAdmin):
    """Years whose holidays are published. They come by import, whole."""

    menu_group = "设置"
    menu_order = 20
    menu_label = "工作日历"
    list_display = ("__str__", "published", "source")
    change_list_template = "admin/congress/calendaryear/change_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A year is imported, not typed in."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A loaded year is replaced by another import."""
        return False

    def get_urls(self) -> list[Any]:
        """Add the import."""
        return [self.page("import/", self.import_view, "add", "import"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kw: Any) -> Any:
        """Show the year as twelve months."""
        year = self.get_object(request, object_id)
        if year is None:
            self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        table = year_table(year.year)
        return self.render(
            request, "calendaryear/year.html", f"{year.year}年工作日历", year=year, table=table
        )

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Import a published year."""
        form = ImportForm(request.POST or None, request.FILES or None)

        def run(cleaned: dict[str, Any]) -> Any:
            return import_calendar(
                file=cleaned["file"], source=cleaned["file"].name[:120], actor=request.user,
                now=timezone.now(), dry_run=cleaned["dry_run"],
            )  # fmt: skip

        return self.import_page(
            request, form, "导入节假日安排", "日期、安排（放假或上班）、名称", run
        )
