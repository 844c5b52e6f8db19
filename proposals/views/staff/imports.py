"""导入: a session's suggestions from the office's own table; checked first, then for good."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from congress.models import Congress
from core.errors import DomainError
from proposals.services.sheet_columns import COLUMNS
from proposals.services.sheets_in import import_proposals
from proposals.views.staff.frame import shown, staff_page

PERMISSION = "proposals.import_proposal"
SHOWN = 200  # problems listed; the first ones tell what is wrong


@staff_page(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """Dry run first; nothing is stored while one row has a problem."""
    places = congresses_of(request.user)
    report, error, chosen = None, "", request.POST.get("congress", "")
    if request.method == "POST":
        congress = next((c for c in places if c.code == chosen), places[0] if places else None)
        dry_run = request.POST.get("sure") != "yes"
        report, error = _read(request, congress, dry_run)
        if report and report.ok and not dry_run:
            messages.success(request, f"导入了{report.rows}件建议，都已立案，可以交办了。")
            return redirect("proposals_admin:assign")
    context = {
        "report": report, "error": error, "columns": COLUMNS, "places": places, "chosen": chosen,
        "problems": report.problems[:SHOWN] if report else [],
    }  # fmt: skip
    status = 400 if error or (report and not report.ok) else 200
    return shown(request, "admin/proposals/import.html", "导入代表建议", context, status=status)


def _read(request: HttpRequest, congress: Congress | None, dry_run: bool) -> tuple[Any, str]:
    file = request.FILES.get("file")
    if file is None:
        return None, "请选择要导入的文件（xlsx、xls 或 csv）。"
    if congress is None:
        return None, "没有可以导入的人大，请先登记。"
    try:
        return import_proposals(
            file, actor=request.user, congress=congress, now=timezone.now(), dry_run=dry_run
        ), ""
    except DomainError as refused:
        if refused.status in (403, 404):
            raise
        return None, refused.message


def congresses_of(user: Any) -> list[Congress]:
    """Congresses this person may import for; a county's office first its own, then its towns'."""
    rows = Congress.objects.visible_to(user).order_by("level", "code")
    return [c for c in rows[:200] if user.has_perm(PERMISSION, c)]
