"""批量操作 in the staff's admin: what is about to be done, how far it is, what was refused and why."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from core.admin_pages import PagesAdmin
from core.errors import StateMoved
from core.paging import keyset_page, pager_urls
from jobs import registry
from jobs.models import BulkItem, BulkRun
from jobs.services import prepare_run, start_run
from jobs.services.bulk import MOST

SEEN = 100
RENEWED_AFTER = "3"  # seconds; a header, so that the page needs no script for it


def bulk_page(request: HttpRequest, kind: str, codes: Iterable[str]) -> HttpResponse:
    """Lead to the page that asks whether to do this to all of them."""
    run = prepare_run(actor=request.user, kind=kind, codes=codes, now=timezone.now())
    return redirect(run_url(run))


def chosen(queryset: QuerySet[Any], field: str = "code") -> list[str]:
    """The codes of what was ticked in a list, one more than may be."""
    return [str(value) for value in queryset.values_list(field, flat=True)[: MOST + 1]]


def run_url(run: BulkRun) -> str:
    return reverse("admin:jobs_bulkrun_run", args=[run.code])


@admin.register(BulkRun)
class BulkRunAdmin(PagesAdmin):
    """One's own runs of the last month."""

    menu_group, menu_order = "办理", 95
    list_display = ("what", "total", "created_at", "progress")
    list_display_links = None
    actions = ()
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.annotate(  # type: ignore[no-any-return]
            done=Count("items", filter=Q(items__done_at__isnull=False)),
            not_done=Count("items", filter=~Q(items__refused="")),
        )

    @admin.display(description="操作")
    def what(self, run: BulkRun) -> str:
        label = registry.bulk(run.kind).label
        return format_html('<a href="{}"><b>{}</b></a>', run_url(run), label)

    @admin.display(description="进度")
    def progress(self, run: Any) -> str:
        if run.started_at is None:
            return "还没开始"
        refused = f"，{run.not_done}件没有做" if run.not_done else ""
        return f"{run.done} / {run.total}件{refused}"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("jobs.view_bulkrun"))

    def get_urls(self) -> list[Any]:
        page = self.page("<str:code>/run/", self.run_view, "jobs.view_bulkrun", "run")
        return [page, *super().get_urls()]

    def run_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Before: what will be done, and what it needs. Then: how far it is, and the report."""
        run = BulkRun.objects.get_visible_or_404(request.user, code=code)
        step = registry.bulk(run.kind)
        form = _form(step, request)
        if request.method == "POST" and form.is_valid():
            try:
                start_run(run, actor=request.user, data=form.cleaned_data, now=timezone.now())  # type: ignore[arg-type]
            except StateMoved as error:
                messages.error(request, error.message)
            return redirect(run_url(run))
        answer = self.render(
            request, "admin/jobs/run.html", step.label, run=run, step=step, form=form,
            back=reverse(step.back), **self._report(request, run, step),
        )  # fmt: skip
        if run.started_at and answer.context_data["running"]:  # type: ignore[index]
            answer["Refresh"] = RENEWED_AFTER
        answer.status_code = 400 if form.errors else 200
        return answer

    def _report(
        self, request: HttpRequest, run: BulkRun, step: registry.BulkKind
    ) -> dict[str, Any]:
        counted = run.items.aggregate(
            done=Count("id", filter=Q(done_at__isnull=False)),
            refused=Count("id", filter=~Q(refused="")),
        )
        rows = run.items.exclude(refused="") if run.started_at else run.items.all()
        page = keyset_page(rows, order=("position",), cursor=request.GET.get("cursor"), size=SEEN)
        known = step.describe(request.user, [item.object_code for item in page.rows])
        return {
            "done": counted["done"], "refused": counted["refused"],
            "good": counted["done"] - counted["refused"], "running": counted["done"] < run.total,
            "percent": round(100 * counted["done"] / run.total), "page": page,
            "lines": [_line(item, known) for item in page.rows], **pager_urls(request, page),
        }  # fmt: skip


def _form(step: registry.BulkKind, request: HttpRequest) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    return step.form(data, user=request.user) if step.form else forms.Form(data)


def _line(item: BulkItem, known: dict[str, tuple[str, str]]) -> dict[str, str]:
    words, url = known.get(item.object_code, (item.object_code, ""))
    return {"words": words, "url": url, "refused": item.refused}
