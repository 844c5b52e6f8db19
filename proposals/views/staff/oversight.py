"""督办: the lists of `proposals.oversight`, unit load, and urging who has not rated."""

import tempfile
from typing import IO, Any, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from congress.selectors import region_names
from core.dates import local_date
from core.errors import InputInvalid
from core.paging import keyset_page, pager_urls
from handling.selectors import units_to_assign
from jobs.bulk_admin import bulk_page, run_url
from jobs.services import prepare_run, start_run
from proposals.bulk import URGE
from proposals.loads import loads
from proposals.oversight import LEVELS, TABS, Tab, due_rows, sheets, unrated_rows
from proposals.services.score_sheets import by_unit, export_sheets
from proposals.views.staff.frame import shown, staff_page, tell

PERMISSION = "proposals.supervise_proposal"
EXPORT = "proposals.export_proposal"
SIZE = 50


@staff_page(PERMISSION)
@require_safe
def oversight(request: HttpRequest) -> HttpResponse:
    """One list at a time, with its chips."""
    tab = TABS.get(request.GET.get("tab", ""), TABS["due"])
    asked = request.GET.get("show", "")
    today = local_date(timezone.now())
    page = keyset_page(
        tab.rows(request.user, asked), order=tab.order, cursor=request.GET.get("cursor"), size=SIZE
    )
    context = {
        "tab": tab, "tabs": tabs(tab.key), "page": page, "asked": asked,
        "filters": _chips(request, tab, asked),
        "lines": [tab.line(row, today) for row in page.rows], **pager_urls(request, page),
        "units": by_unit(sheets(request.user)) if tab.key == "sheets" else [],
        "may_export": request.user.has_perm(EXPORT),
    }  # fmt: skip
    return shown(request, "admin/proposals/oversight.html", f"督办 · {tab.label}", context)


@staff_page(EXPORT)
@require_safe
def sheets_file(request: HttpRequest) -> FileResponse:
    """量化测评表 as .xlsx."""
    now = timezone.now()
    file = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115  the response closes it
    export_sheets(sheets(request.user), file, actor=request.user, now=now)
    file.seek(0)
    name = f"量化测评-{local_date(now):%Y%m%d}.xlsx"
    response = FileResponse(file, as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


def tabs(current: str) -> list[dict[str, Any]]:
    base = reverse("proposals_admin:oversight")
    found = [
        {"label": tab.label, "url": f"{base}?tab={key}", "current": key == current}
        for key, tab in TABS.items()
    ]
    loads_url = reverse("proposals_admin:loads")
    return [*found, {"label": "单位手上", "url": loads_url, "current": current == "loads"}]


def _chips(request: HttpRequest, tab: Tab, asked: str) -> list[dict[str, Any]]:
    if not tab.chips:
        return []
    counts = _levels(request.user) if tab.key == "due" else {}
    first = {"label": "全部", "url": f"?tab={tab.key}", "current": not asked, "count": None}
    return [first] + [
        {"label": label, "url": f"?{urlencode({'tab': tab.key, 'show': key})}",
         "current": key == asked, "count": counts.get(key)}
        for key, label in tab.chips
    ]  # fmt: skip


def _levels(user: Any) -> dict[str, int]:
    return {level: due_rows(user, level).order_by().count() for level in LEVELS}


@staff_page("proposals.urge_proposal")
@require_POST
def urge(request: HttpRequest) -> HttpResponse:
    """催评: the ticked ones at once, or after a question all that have not been rated."""
    if request.POST.get("all"):
        return bulk_page(request, URGE, _unrated(request))
    back = f"{reverse('proposals_admin:oversight')}?tab=unrated"
    user: Any = request.user
    now, codes = timezone.now(), request.POST.getlist("proposal")
    try:
        run = prepare_run(actor=user, kind=URGE, codes=codes, now=now)
    except InputInvalid as error:
        tell(request, error)
        return redirect(back)
    run = start_run(run, actor=user, data={}, now=now)
    if run.items.filter(done_at=None).exists() or run.items.exclude(refused="").exists():
        return redirect(run_url(run))
    messages.success(request, f"催了{run.total}件，没有评价的代表会收到提醒。")
    return redirect(back)


def _unrated(request: HttpRequest) -> list[str]:
    rows = unrated_rows(request.user).select_related(None).prefetch_related(None)
    return [str(code) for code in rows.order_by("due_on", "id").values_list("code", flat=True)]


@staff_page(PERMISSION)
@require_safe
def load_list(request: HttpRequest) -> HttpResponse:
    """What every unit has on its hands, the fullest first."""
    places = sorted(set(request.user.region_prefixes(PERMISSION)))  # type: ignore[union-attr]
    chosen = request.GET.get("region", "")
    region = chosen if chosen in places else places[0] if places else ""
    found = loads(units_to_assign(region), local_date(timezone.now())) if region else []
    found.sort(key=lambda one: (-one.open, one.unit.name))
    names = region_names(set(places))
    context = {
        "loads": found, "tabs": tabs("loads"),
        "filters": [
            {"label": names.get(p, p), "url": f"?region={p}", "current": p == region, "count": None}
            for p in places
        ] if len(places) > 1 else [],
    }  # fmt: skip
    return shown(request, "admin/proposals/loads.html", "督办 · 单位手上", context)
