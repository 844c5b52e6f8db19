"""Importing a list from outside: upload, the row-by-row report, then for good."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.desk import door
from core.errors import DomainError, Forbidden
from voices.imports import COLUMNS, import_messages

PERMISSION = "voices.import_message"


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """Dry run first; nothing is stored while one row has a problem."""
    away = door(request)
    if away is not None:
        return away
    if not request.user.has_perm(PERMISSION):
        raise Forbidden()
    report, error = None, ""
    if request.method == "POST" and request.FILES.get("file"):
        dry_run = request.POST.get("sure") != "yes"
        try:
            report = import_messages(
                request.FILES["file"], actor=request.user, now=timezone.now(), dry_run=dry_run
            )
        except DomainError as refusal:
            error = refusal.message
        if report and not report.problems and not dry_run:
            messages.success(request, f"导入了{report.rows}条留言。")
            return redirect("admin:voices_message_changelist")
    elif request.method == "POST":
        error = "请选择要导入的文件（xlsx、xls 或 csv）。"
    context = admin.site.each_context(request) | {
        "title": "导入留言", "report": report, "error": error, "columns": COLUMNS,
    }  # fmt: skip
    status = 400 if error or (report and report.problems) else 200
    return render(request, "admin/voices/import.html", context, status=status)


import_list.required_permission = PERMISSION  # type: ignore[attr-defined]
