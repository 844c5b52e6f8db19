"""The suggestions of a person by what there is to do."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.desk import desk_view
from core.paging import keyset_page, pager_urls
from proposals import states
from proposals.desk_reads import TABS, proposals_in
from proposals.models import Proposal
from proposals.rules import deputy_codes
from proposals.views.desk.frame import badge_of

# What a line of the list offers, by the column it stands in; else by its state.
BY_TAB = {"sign": "去签名", "rate": "去评价"}
NEXT = {
    states.DRAFT: "接着写", states.RETURNED: "去修改", states.WORKING[0]: "看进展",
    states.REHANDLING: "看进展",
}  # fmt: skip
EMPTY = {
    "sign": ("没有等您签名的建议", "别的代表请您联名，会先出现在这里。"),
    "draft": ("没有草稿", "写了一半的、退回修改的，都在这里。"),
    "review": ("没有在审核的建议", "提交以后，人大机关审核、立案、交办。"),
    "working": ("没有在办理的建议", "交办以后，承办单位联系您、答复您。"),
    "rate": ("没有等评价的建议", "答复来了，会请您评价办理态度和办理结果。"),
    "done": ("还没有办结的建议", "评价过的、办结的、撤回的，都在这里。"),
}


@desk_view("proposals.view_proposal")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """One column at a time; the default is what a deputy has to do first."""
    user: Any = request.user
    mine = bool(deputy_codes(user))
    tabs = {key: label for key, label in TABS.items() if mine or key != "sign"}
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else ("draft" if mine else "review")
    words = request.GET.get("words", "").strip()[:20]
    rows = proposals_in(user, tab, words)
    order = ("due_on", "id") if tab in ("working", "rate") else ("-id",)
    page = keyset_page(rows, order=order, cursor=request.GET.get("cursor"), size=20)
    now = timezone.now()
    context = {
        "page": page, "pager": pager_urls(request, page), "words": words, "tab": tab,
        "tabs": [
            {"label": label, "url": f"?tab={key}", "current": key == tab}
            for key, label in tabs.items()
        ],
        "rows": [
            proposal_row(one, tab, now=now) | {"primary": tab in BY_TAB and not place}
            for place, one in enumerate(page.rows)
        ],
        "empty": EMPTY[tab],
        "may_write": mine and user.has_perm("proposals.add_proposal"),
        "may_enter": user.has_perm("proposals.enter_proposal"),
    }  # fmt: skip
    return render(request, "desk/proposals/queue.html", context)


def proposal_row(one: Proposal, tab: str, *, now: datetime) -> dict[str, Any]:
    """One line of a list."""
    url = reverse("proposals_desk:proposal", args=[one.code])
    words = [one.number_words, one.get_state_display(), f"{one.lead.name}代表", one.code]
    if one.round > 1:
        words.insert(2, f"第{one.round}轮")
    if one.confidential:
        words.append("保密")
    return {
        "title": one.title, "url": url, "tag": one.get_source_kind_display(),
        "meta": " · ".join(filter(None, words)), "due": badge_of(one, now),
        "action": {"label": BY_TAB.get(tab) or NEXT.get(one.state, "看看"), "url": url},
    }  # fmt: skip
