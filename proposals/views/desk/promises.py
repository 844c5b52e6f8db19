"""承诺: what was promised on one's suggestions, to check and to rate, years later too."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.desk import desk_view
from core.dates import local_date
from core.errors import Forbidden, NotVisible
from core.paging import keyset_page, pager_urls
from deputies.models import Deputy
from handling.models import Promise
from proposals.desk_reads import promises_of, promises_to_check
from proposals.ledger_forms import RatingForm, UpdateForm
from proposals.models import Proposal
from proposals.rules import deputy_codes
from proposals.services import rate_promise, update_promise
from proposals.views.desk.frame import address
from proposals.views.desk.proposal import promise_row
from workflows.views import ask

TABS = {"check": "要核对的", "open": "没到期的", "all": "全部"}


@desk_view("proposals.view_proposal")
@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """The ledger of one's own suggestions, soonest first."""
    user: Any = request.user
    today = local_date(timezone.now())
    mine = bool(deputy_codes(user))
    tabs = {key: label for key, label in TABS.items() if mine or key != "check"}
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else next(iter(tabs))
    rows = {
        "check": lambda: promises_to_check(user, today),
        "open": lambda: promises_of(user).filter(outcome__in=("open", "moved"), due_on__gte=today),
    }.get(tab, lambda: promises_of(user))()
    page = keyset_page(rows, order=("due_on", "id"), cursor=request.GET.get("cursor"), size=20)
    context = {
        "page": page, "pager": pager_urls(request, page), "tab": tab,
        "tabs": [
            {"label": label, "url": f"?tab={key}", "current": key == tab}
            for key, label in tabs.items()
        ],
        "rows": _rows(list(page.rows), user, today),
    }  # fmt: skip
    return render(request, "desk/proposals/promises.html", context)


def _rows(found: list[Promise], user: Any, today: Any) -> list[dict[str, Any]]:
    codes = [p.order.source_code for p in found]
    named = {p.code: p for p in Proposal.objects.visible_to(user).filter(code__in=codes)}
    return [
        promise_row(p, user, today) | {"proposal": named.get(p.order.source_code)} for p in found
    ]


def _find(request: HttpRequest, code: str) -> tuple[Promise, Proposal]:
    promise = promises_of(request.user).filter(code=code).first()
    if promise is None:
        raise NotVisible()
    rows = Proposal.objects.visible_to(request.user)
    return promise, rows.get(code=promise.order.source_code)


@desk_view("proposals.view_proposal")
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, promise: str) -> HttpResponse:
    """A signer says how the promise was kept; apart from the rating of the reply."""
    found, proposal = _find(request, promise)
    deputy = Deputy.objects.filter(code__in=deputy_codes(request.user)).first()
    if deputy is None:
        raise Forbidden("no_right", "由提出建议的代表评价。")

    def do(data: dict[str, Any]) -> str:
        rate_promise(found, actor=request.user, deputy=deputy, now=timezone.now(), **data)
        return "评价已经记下。"

    return _page(request, found, proposal, RatingForm(request.POST or None), do, "评价承诺兑现")


@desk_view("proposals.update_promise")
@require_http_methods(["GET", "HEAD", "POST"])
def update(request: HttpRequest, promise: str) -> HttpResponse:
    """Kept, moved with reason, or broken with reason: by who promised or the office."""
    found, proposal = _find(request, promise)

    def do(data: dict[str, Any]) -> str:
        update_promise(found, actor=request.user, now=timezone.now(), **data)
        return "兑现情况已经记下，代表会收到消息。"

    return _page(request, found, proposal, UpdateForm(request.POST or None), do, "登记兑现情况")


def _page(
    request: HttpRequest, found: Promise, proposal: Proposal, form: Any, do: Any, title: str
) -> HttpResponse:
    row = promise_row(found, request.user, local_date(timezone.now()))
    context = {
        "proposal": proposal, "row": row, "page_title": title, "back": address(proposal),
        "promises_url": reverse("proposals_desk:promises"),
    }  # fmt: skip
    return ask(
        request, form, do, template="desk/proposals/promise.html", context=context,
        back=address(proposal),
    )  # fmt: skip
