"""集中交办会: the meetings held, and what is printed for one: 签收单 and 交办单 by unit."""

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.errors import NotVisible
from core.paging import keyset_page, pager_urls
from handling.models import Order
from handling.states import CO, REASSIGNED, STOPPED
from proposals.models import Batch, Proposal
from proposals.office import ASSIGN as PERMISSION
from proposals.office import batches_of
from proposals.views.staff.frame import shown, staff_page


@staff_page(PERMISSION)
@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """The meetings of this place, the newest first."""
    page = keyset_page(
        batches_of(request.user), order=("-id",), cursor=request.GET.get("cursor"), size=30
    )
    return shown(request, "admin/proposals/batches.html", "集中交办会",
                 {"page": page, **pager_urls(request, page)})  # fmt: skip


@staff_page(PERMISSION)
@require_safe
def batch(request: HttpRequest, code: str) -> HttpResponse:
    """One meeting by unit, made for the printer: who signs for what, and each unit's list."""
    found = batches_of(request.user).filter(code=code).first()
    if found is None:
        raise NotVisible()
    slips = slips_of(found, request.user)
    context = {
        "batch": found, "slips": slips, "total": len({o["code"] for s in slips for o in s["rows"]}),
        "signed": sum(1 for s in slips for o in s["rows"] if o["signed"]),
        "given": sum(len(s["rows"]) for s in slips),
    }  # fmt: skip
    return shown(request, "admin/proposals/batch.html", f"交办单 · {found.title}", context)


def slips_of(batch: Batch, user: Any) -> list[dict[str, Any]]:
    """One slip a unit, with what it leads and what it joins. Three queries."""
    rows = Proposal.objects.visible_to(user).filter(assignments__batch=batch)
    proposals = {p.code: p for p in rows.select_related("lead", "session", "term")}
    orders = Order.objects.filter(
        source_type="proposals.proposal", source_code__in=list(proposals), round=1
    ).exclude(state__in=(REASSIGNED, STOPPED))
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    leads: dict[str, str] = {}
    listed = list(orders.select_related("unit").order_by("unit__name", "due_on", "id"))
    for order in listed:
        if order.role != CO:
            leads[order.source_code] = order.unit.name
    for order in listed:
        proposal = proposals[order.source_code]
        found[order.unit.name].append({
            "code": proposal.code, "number": proposal.number_words, "title": proposal.title,
            "lead": "（保密）" if proposal.confidential else proposal.lead.name,
            "role": order.get_role_display(), "due": order.due_on,
            "basis": order.basis, "signed": order.signed_at,
            "with": leads.get(proposal.code, "") if order.role == CO else "",
        })  # fmt: skip
    return [{"unit": unit, "rows": sorted(rows, key=lambda r: (r["number"], r["code"]))}
            for unit, rows in found.items()]  # fmt: skip
