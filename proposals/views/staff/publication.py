"""公开审核: the original beside the public text; 公开, 部分公开 or 不予公开 with its reason."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, InputInvalid
from core.paging import keyset_page, pager_urls
from jobs.bulk_admin import bulk_page
from proposals import states
from proposals.bulk import PUBLISH
from proposals.forms import PublicationForm
from proposals.marking import marked
from proposals.models import Proposal
from proposals.office import to_publish
from proposals.rounds import joined_replies
from proposals.views.staff.frame import shown, staff_page, tell
from workflows.engine import apply, available

PERMISSION = "proposals.publish_proposal"
TABS = {"waiting": "等审核", "public": "公开", "partial": "部分公开", "not_public": "不予公开"}


@staff_page(PERMISSION)
@require_safe
def publication(request: HttpRequest) -> HttpResponse:
    """Answered suggestions by what was decided; those not decided on first."""
    key = request.GET.get("tab", "")
    key = key if key in TABS else "waiting"
    page = keyset_page(
        to_publish(request.user, key).select_related("lead", "publication"),
        order=("replied_at", "id"), cursor=request.GET.get("cursor"), size=30,
    )  # fmt: skip
    context = {
        "tabs": [{"label": label, "url": f"?tab={k}", "current": k == key}
                 for k, label in TABS.items()],
        "page": page, "tab": key, **pager_urls(request, page),
    }  # fmt: skip
    return shown(request, "admin/proposals/publication.html", "建议公开", context)


@staff_page(PERMISSION)
@require_POST
def publish_many(request: HttpRequest) -> HttpResponse:
    """The ticked ones, or all that wait: one decision for them, asked on the next page."""
    codes = request.POST.getlist("proposal")
    if request.POST.get("all"):
        rows = to_publish(request.user).order_by("replied_at", "id")
        codes = list(rows.values_list("code", flat=True))
    try:
        return bulk_page(request, PUBLISH, codes)
    except InputInvalid as error:
        tell(request, error)
        return redirect("proposals_admin:publication")


@staff_page(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """One suggestion with its reply: what is shown to everybody, and the decision."""
    user, now = request.user, timezone.now()
    rows = Proposal.objects.select_related("lead", "publication")
    proposal = rows.get_visible_or_404(user, code=code)
    if request.method != "POST":
        return _page(request, proposal, _form(proposal, user, now))
    try:
        apply(proposal, "decide_publication", actor=user, now=now, data=request.POST)  # type: ignore[arg-type]
    except DomainError as error:
        if error.status in (403, 404):
            raise
        proposal.refresh_from_db()
        form = _form(proposal, user, now, request.POST)
        form.is_valid()
        return _page(request, proposal, form, error)
    decision = request.POST.get("decision", "")
    words = dict(states.PUBLICATIONS).get(decision, "")
    messages.success(request, f"{proposal.number_words}：决定{words}。")
    return redirect("proposals_admin:publication")


def _form(proposal: Proposal, user: Any, now: datetime, data: Any = None) -> PublicationForm:
    form = PublicationForm(data, obj=proposal, actor=user, now=now)
    before = getattr(proposal, "publication", None)
    if before is not None and before.decision:
        for name in ("decision", "why_not", "note"):
            form.fields[name].initial = getattr(before, name)
    return form


def _page(
    request: HttpRequest, proposal: Proposal, form: Any, error: DomainError | None = None
) -> HttpResponse:
    now = timezone.now()
    able = next(
        (a for a in available(proposal, request.user, now=now) if a.name == "decide_publication"),
        None,
    )
    context = {
        "proposal": proposal, "form": form, "error": error, "able": able,
        "before": getattr(proposal, "publication", None),
        "originals": [
            ("标题", marked(proposal.title)), ("情况和问题", marked(proposal.facts)),
            ("具体建议", marked(proposal.advice)), ("答复", marked(joined_replies(proposal))),
        ],
    }  # fmt: skip
    title = f"公开审核 · {proposal.number_words or proposal.code}"
    return shown(request, "admin/proposals/publish.html", title, context,
                 status=error.status if error else 200)  # fmt: skip
