"""What the registers of this app share in the admin."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html

from congress.selectors import describe_due
from core.admin import ScopedModelAdmin
from core.dates import local_date
from core.errors import Forbidden
from core.sheets import ImportReport

Page = Callable[..., HttpResponse]


class RegisterAdmin(ScopedModelAdmin):
    """A public register: everybody may read it elsewhere, here one manages one's own region."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows in the regions of this person's grants."""
        rows = self.model._default_manager.managed_by(request.user)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def _scope_choices(self, model: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        manager = model._default_manager
        if "queryset" not in kwargs and hasattr(manager, "managed_by"):
            kwargs["queryset"] = manager.managed_by(request.user)
        super()._scope_choices(model, request, kwargs)

    def page(self, route: str, view: Page, verb: str, name: str) -> URLPattern:
        """Mount a further page of this register for who has the right."""
        permission = f"congress.{verb}_{self.opts.model_name}"

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise Forbidden()
            return view(request, *args, **kwargs)

        mounted = self.admin_site.admin_view(guarded)
        mounted.required_permission = permission
        return path(route, mounted, name=f"congress_{self.opts.model_name}_{name}")

    def render(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        """Draw a further page inside the admin's frame."""
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/congress/{template}", {**frame, **context})

    def import_page(
        self, request: HttpRequest, form: Any, title: str, columns: str,
        run: Callable[[Any], ImportReport],
    ) -> HttpResponse:  # fmt: skip
        """Show the upload form, and after a post the report, row by row."""
        report = run(form.cleaned_data) if form.is_valid() else None
        written = bool(report and report.ok and not form.cleaned_data["dry_run"])
        return self.render(
            request, "import.html", title, form=form, report=report, written=written,
            columns=columns,
        )  # fmt: skip


class DueColumns:
    """到哪一步 and 期限 of what is worked on, as columns; `open_states` are those with a day."""

    open_states: ClassVar[tuple[str, ...]] = ()

    @admin.display(description="状态", ordering="state")
    def state_words(self, obj: Any) -> str:
        return str(obj.get_state_display())

    @admin.display(description="期限", ordering="due_on")
    def due_words(self, obj: Any) -> str:
        if obj.due_on is None or obj.state not in self.open_states:
            return "—"
        due = describe_due(local_date(timezone.now()), obj.due_on)
        return format_html('<span class="due {} nb">{}</span>', due.tone, due.words)
