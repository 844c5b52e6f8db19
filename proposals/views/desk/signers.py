"""Co-signers and versions: invite by name, and what changed from one text to the next."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.desk import desk_view
from core.errors import DomainError, NotVisible
from proposals.desk_reads import deputies_named
from proposals.points import changed_lines
from proposals.views.desk.frame import address, find_proposal, panel_of
from workflows.engine import apply


@desk_view("proposals.invite_proposal")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, code: str) -> HttpResponse:
    """Find a colleague by name and ask; one found is asked at once, several are shown to choose."""
    user, found, now = request.user, find_proposal(request, code), timezone.now()
    rows = panel_of(found, user, now)
    door = next((r for r in rows if r["name"] == "invite_cosigner"), None)
    if door is None:
        raise NotVisible()
    said = (request.POST.get("deputy") or request.GET.get("words") or "").strip()[:60]
    error, status, choices = door["reason_disabled"], 200, []
    if said:
        choices = deputies_named(found, _name_in(said))
        error = error or ("" if choices else f"本级人大没有叫「{said}」、还没联名的在任代表。")
    if request.method == "POST":
        if error or len(choices) != 1:
            status = 409 if door["reason_disabled"] else 400
            error = error or ("有几位同名的，请选是哪一位。" if choices else "请写代表的姓名。")
        else:
            return _ask(request, found, choices[0], now)
    context = {
        "proposal": found, "back": address(found), "said": said, "error": error,
        "choices": choices, "signatures": found.signatures.select_related("deputy"),
    }  # fmt: skip
    return render(request, "desk/proposals/invite.html", context, status=status)


def _ask(request: HttpRequest, found: Any, deputy: Any, now: Any) -> HttpResponse:
    user: Any = request.user
    try:
        apply(found, "invite_cosigner", actor=user, now=now, data={"deputy": deputy.code})
    except DomainError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, " ".join(error.fields.values()) or error.message)
    else:
        messages.success(request, f"已请{deputy.name}代表联名，等本人确认。")
    return redirect("proposals_desk:invite", found.code)


def _name_in(said: str) -> str:
    """The code of 「姓名（编号）」, as the suggestions write it; else what was said."""
    return said.rstrip("）").rpartition("（")[2] if said.endswith("）") else said


@desk_view("proposals.invite_proposal")
@require_safe
def names(request: HttpRequest, code: str) -> HttpResponse:
    """Names while one types, for `js/suggest.js`; the page works without it."""
    found = find_proposal(request, code)
    rows = deputies_named(found, request.GET.get("term", "").strip()[:20])
    return JsonResponse(
        {"results": [{"value": f"{d.name}（{d.code}）", "words": d.code} for d in rows]}
    )


@desk_view("proposals.view_proposal")
@require_safe
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """Every text there was, the newest first; two of them line by line."""
    found = find_proposal(request, code)
    rows = list(found.versions.order_by("-number"))
    by_number = {str(v.number): v for v in rows}
    new = by_number.get(request.GET.get("to", "")) or rows[0]
    older = [v for v in rows if v.number < new.number]
    old = by_number.get(request.GET.get("from", "")) or (older[0] if older else new)
    parts = [
        (label, changed_lines(getattr(old, name), getattr(new, name)))
        for name, label in (("title", "标题"), ("facts", "情况和问题"), ("advice", "具体建议"))
    ]
    context = {
        "proposal": found, "back": address(found), "versions": rows, "old": old, "new": new,
        "parts": parts, "reviews": found.reviews.select_related("organ"),
    }  # fmt: skip
    return render(request, "desk/proposals/versions.html", context)
