"""Exports too long to wait for: written by the job loop, fetched from a page that shows how far."""

import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from core.admin_export import CHUNK, handed_over
from core.admin_pages import PagesAdmin
from core.errors import NotVisible
from jobs.models import DueWork, Export
from jobs.services import schedule

KIND = "jobs.export"
KEPT = timedelta(days=1)
_NO_RIGHT = "账号停用了，或者不再有导出这个名册的权限。"
_FAULT = "系统出错，请稍后再导一次；再不行请告诉系统管理员。"


def start_export(request: HttpRequest, register: Any, kind: str, count: int) -> HttpResponse:
    """Queue a register as the person has narrowed it, and lead to the page of its file."""
    now, user = timezone.now(), cast(Any, request.user)
    with transaction.atomic():
        export = Export.objects.create(
            code=f"E{now:%y%m%d}-{secrets.token_hex(4)}", register=register.model._meta.label_lower,
            title=register.export_name(), kind=kind, address=request.GET.urlencode(), total=count,
            created_by=user.pk, created_label=user.actor_label, created_at=now,
        )  # fmt: skip
        schedule(kind=KIND, key=export.code, run_at=now, payload={"export": export.pk})
    return redirect(_url(export))


def write_export(work: DueWork, now: datetime) -> None:
    """Due work: write the file. Safe to run twice: the second time finds it written."""
    export = Export.objects.filter(pk=work.payload["export"], done_at=None).first()
    if export is None:
        return
    register = admin.site._registry[apps.get_model(export.register)]
    user = get_user_model()._default_manager.filter(pk=export.created_by, is_active=True).first()
    request = HttpRequest()
    request.method, request.user, request.GET = "GET", user, QueryDict(export.address)
    if user is None or not register.has_export_permission(request):  # type: ignore[attr-defined]
        Export.objects.filter(pk=export.pk).update(problem=_NO_RIGHT, done_at=now)
        return
    rows = register.get_changelist_instance(request).get_queryset(request)
    with tempfile.TemporaryFile() as file:
        count = register.write_export(  # type: ignore[attr-defined]
            rows, file, export.kind, actor=user, seen=lambda rows: _noted(export, rows)
        )
        file.seek(0)
        export.file.save(f"{export.code}-{secrets.token_hex(8)}.{export.kind}", File(file), False)
    export.total = export.written = count
    export.done_at = timezone.now()
    export.save()


def _noted(export: Export, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The rows, with how many there were written down now and then."""
    for number, row in enumerate(rows):
        if number % CHUNK == 0:
            Export.objects.filter(pk=export.pk).update(written=number)
        yield row


def forget_exports(*, now: datetime) -> int:
    """Delete files and rows a day old: a register lies about no longer than it is needed."""
    old = Export.objects.filter(created_at__lt=now - KEPT)
    for export in old.exclude(file=""):
        export.file.delete(save=False)
    return int(old.delete()[0])


def _url(export: Export) -> str:
    return reverse("admin:jobs_export_progress", args=[export.code])


@admin.register(Export)
class ExportAdmin(PagesAdmin):
    """One's own exports of the last day."""

    menu_group, menu_order = "办理", 96
    list_display = ("what", "total", "created_at", "state_words")
    list_display_links = None
    actions = ()
    ordering = ("-id",)

    @admin.display(description="文件")
    def what(self, export: Export) -> str:
        words = f"{export.title}.{export.kind}"
        return format_html('<a href="{}"><b>{}</b></a>', _url(export), words)

    @admin.display(description="进度")
    def state_words(self, export: Export) -> str:
        if export.problem:
            return export.problem
        return "可以下载" if export.done_at else f"{export.written} / {export.total}行"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("jobs.view_export"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Export.objects.visible_to(request.user)

    def get_urls(self) -> list[Any]:
        return [
            self.page("<str:code>/progress/", self.progress_view, "jobs.view_export", "progress"),
            self.page("<str:code>/file/", self.file_view, "jobs.view_export", "file"),
            *super().get_urls(),
        ]

    def progress_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """How far it is; then the file. The page asks again by itself while it runs."""
        export = Export.objects.get_visible_or_404(request.user, code=code)
        given_up = DueWork.objects.filter(kind=KIND, key=export.code, dead_at__isnull=False)
        problem = export.problem or (_FAULT if given_up.exists() else "")
        running = export.done_at is None and not problem
        back = reverse(f"admin:{export.register.replace('.', '_')}_changelist")
        answer = self.render(
            request, "admin/jobs/export.html", export.title, export=export, problem=problem,
            running=running, percent=round(100 * export.written / max(1, export.total)),
            file_url=self.url("file", export.code) if export.file else "",
            back=f"{back}?{export.address}" if export.address else back,
        )  # fmt: skip
        if running:
            answer["Refresh"] = "2"
        return answer

    def file_view(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """The file, for the person who asked for it."""
        export = Export.objects.get_visible_or_404(request.user, code=code)
        if not export.file:
            raise NotVisible()
        return handed_over(export.file.open("rb"), f"{export.title}.{export.kind}")
