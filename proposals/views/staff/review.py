"""审核: what waits, with what committees said; decided on the desk's forms (look-alikes there)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from congress.selectors import describe_due
from core.dates import local_date
from core.paging import keyset_page, pager_urls
from proposals import states
from proposals.models import Proposal
from proposals.office import REVIEW_TABS as TABS
from proposals.office import to_review
from proposals.public import signers_of
from proposals.selectors import counts
from proposals.views.staff.frame import desk_url, shown, staff_page
from workflows.registry import workflow_of

PERMISSION = "proposals.review_proposal"
SIZE = 20
STEPS = ("accept", "return_for_revision", "divert", "link", "assign")


@staff_page(PERMISSION)
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """The queue, the oldest first; each with its text, committees' opinions and doors."""
    user = request.user
    key = request.GET.get("tab", "")
    key = key if key in TABS else "submitted"
    page = keyset_page(
        to_review(user, key), order=("submitted_at", "id"), cursor=request.GET.get("cursor"),
        size=SIZE,
    )  # fmt: skip
    year = Proposal.objects.visible_to(user).filter(
        submitted_at__year=local_date(timezone.now()).year
    )
    context = {
        "tabs": [{"label": label, "url": f"?tab={k}", "current": k == key}
                 for k, (label, _) in TABS.items()],
        "page": page, "rows": [_row(p, user) for p in _with_signers(page.rows)], "tab": key,
        "counts": counts(year), **pager_urls(request, page),
    }  # fmt: skip
    return shown(request, "admin/proposals/review.html", "建议审核", context)


def _with_signers(rows: list[Proposal]) -> list[tuple[Proposal, int]]:
    signed = signers_of(rows)
    return [(p, signed.get(p.pk, 1)) for p in rows]


def _row(pair: tuple[Proposal, int], user: Any) -> dict[str, Any]:
    proposal, signed = pair
    today = local_date(timezone.now())
    due = describe_due(today, proposal.due_on, basis=proposal.basis) if proposal.due_on else None
    return {
        "proposal": proposal, "due": due, "url": desk_url(proposal),
        "people": f"{proposal.lead.name}等{signed}人" if signed > 1 else proposal.lead.name,
        "reviews": proposal.reviews.all(),
        "doors": _doors(proposal, user),
    }  # fmt: skip


def _doors(proposal: Proposal, user: Any) -> list[dict[str, Any]]:
    """Transitions as actions: what this person may do with it, on the desk's own forms."""
    flow = workflow_of(proposal)
    rows = [row for row in flow.transitions if row.name in STEPS and proposal.state in row.sources]
    if hasattr(proposal, "merged_into"):
        rows = [row for row in rows if row.name != "link"]
    found = [
        {"label": row.label, "url": desk_url(proposal, row.name)}
        for row in rows
        if user.has_perm(row.permission, proposal)
    ]
    if proposal.state == states.SUBMITTED:
        found.append({"label": "记委员会意见", "url": desk_url(proposal, record="give_opinion")})
    return found
