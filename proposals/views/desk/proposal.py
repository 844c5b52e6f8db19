"""One suggestion: the text, who signs, where it stands, and doing what is to be done next."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.desk import desk_view
from core.dates import local_date
from core.errors import DomainError, NotVisible
from handling.selectors import open_load, units_to_assign
from proposals import records, states
from proposals.desk_reads import promises_of, rounds_of
from proposals.models import Proposal
from proposals.points import answered_points
from proposals.rules import deputy_codes, lead_writes, waiting_signers
from proposals.selectors import similar
from proposals.views.desk.frame import (
    PAGES,
    address,
    badge_of,
    find_proposal,
    panel_of,
    sources_of,
)
from workflows.registry import workflow_of
from workflows.thread import desk_thread
from workflows.views import Outcome, lost_words, perform

UNIT_FORMS = ("assign", "rehandle", "reopen", "dispatch")
LOOK_FOR_LIKE = ("submit", "accept", "confirm_cosign")


@desk_view("proposals.view_proposal")
@require_safe
def proposal(request: HttpRequest, code: str) -> HttpResponse:
    """The text left, what to do next and the thread right."""
    return show(request, find_proposal(request, code))


def show(
    request: HttpRequest, found: Proposal, outcome: Outcome | None = None, status: int = 200
) -> HttpResponse:
    now, user = timezone.now(), request.user
    writes = found.state in states.WRITING and not lead_writes(found, user, now)
    context = {
        "proposal": found, "badge": badge_of(found, now),
        "actions": panel_of(found, user, now, outcome),
        "may_edit": writes and user.has_perm("proposals.submit_proposal", found),
        "error": outcome.error if outcome and outcome.error else None,
        "lost": lost_words(outcome), "draft_done": request.GET.get("done", "")[:60],
        "promises": promises_on(found, user, now), **_parts(found, now),
    }  # fmt: skip
    return render(request, "desk/proposals/proposal.html", context, status=status)


def _parts(found: Proposal, now: datetime) -> dict[str, Any]:
    """What has been put down beside the text."""
    rounds = rounds_of(found)
    for one in rounds:
        for row in one["orders"]:
            row["points"] = _point_by_point(found, row["reply"])
    merged = getattr(found, "merged_into", None)
    return {
        "signatures": found.signatures.select_related("deputy"),
        "waiting": waiting_signers(found) if found.state in states.WRITING else [],
        "sources": sources_of(found), "reviews": found.reviews.select_related("organ"),
        "rounds": rounds, "steps": desk_thread(found, now=now), "merged_into": merged,
        "merged": found.merged.select_related("other"),
        "supervisions": found.supervisions.select_related("organ"),
        "disputes": found.disputes.all(), "referral": getattr(found, "referral", None),
        "publication": getattr(found, "publication", None),
    }  # fmt: skip


def _point_by_point(found: Proposal, reply: Any) -> list[tuple[str, str, str]]:
    """Point, answer and outcome of each; of a reply written whole, as its own numbers cut it."""
    if reply is None:
        return []
    rows = list(reply.points.all())
    if rows:
        return [(one.point, one.answer, one.get_outcome_display()) for one in rows]
    return [(point, answer, "") for point, answer in answered_points(found.points, reply.text)]


def promises_on(found: Proposal, user: Any, now: datetime) -> list[dict[str, Any]]:
    """The promises made on it, and whether this person may rate or update each."""
    today = local_date(now)
    rows = promises_of(user).filter(order__source_code=found.code)
    return [promise_row(p, user, today) for p in rows]


def promise_row(promise: Any, user: Any, today: Any) -> dict[str, Any]:
    mine = deputy_codes(user)
    rated = [r for r in promise.ratings.all() if r.deputy.code in mine and r.year == today.year]
    ready = promise.outcome != "open" or promise.due_on < today
    return {
        "promise": promise, "updates": list(promise.updates.all()),
        "ratings": list(promise.ratings.all()), "may_rate": bool(mine and ready and not rated),
        "may_update": promise.outcome != "kept"
        and user.has_perm("proposals.update_promise", promise.order),
        "late": promise.outcome == "open" and promise.due_on < today,
    }  # fmt: skip


@desk_view("proposals.view_proposal")
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """GET shows the form beside the text; POST does it, or says why not, the text kept."""
    found, now = find_proposal(request, code), timezone.now()
    if request.method != "POST":
        return _form_page(request, found, name, now)
    outcome = perform(request, found, name, now=now)
    if outcome.changed is None:
        status = outcome.error.status if outcome.error else 400
        found = find_proposal(request, code)
        if status in (400, 409) and name in PAGES and outcome.form is not None:
            shown = _form_page(request, found, name, now, outcome.form, status, soft=True)
            return shown if shown is not None else show(request, found, outcome, status=status)
        return show(request, found, outcome, status=status)
    row = workflow_of(found).transition(name)
    return _done(request, found, row.label if row else "", name)


def _done(request: HttpRequest, found: Proposal, label: str, name: str) -> HttpResponse:
    messages.success(request, f"{label}：已经记下。")
    if not Proposal.objects.visible_to(request.user).filter(pk=found.pk).exists():
        return redirect("proposals_desk:queue")
    return redirect(f"{address(found)}?done={name}-{found.code}")


def _form_page(
    request: HttpRequest, found: Proposal, name: str, now: datetime, typed: Any = None,
    status: int = 200, soft: bool = False,
) -> Any:  # fmt: skip
    """The form of a transition with the whole text beside it. `soft`: None instead of 404."""
    rows = panel_of(found, request.user, now)
    row = next((r for r in rows if r["name"] == name), None)
    if row is None or row["reason_disabled"] or not (row["form"] or row["page"]):
        if soft:
            return None
        raise NotVisible()
    step = workflow_of(found).transition(name)
    context = {
        "action": row, "form": typed or row["form"], "confirm": step.confirm if step else "",
        **beside(found, name, typed or row["form"]),
    }  # fmt: skip
    return render(request, "desk/proposals/act.html", context, status=status)


def beside(found: Proposal, name: str, form: Any) -> dict[str, Any]:
    """What is read while the form is filled in."""
    more: dict[str, Any] = {
        "proposal": found, "back": address(found), "draft": f"{name}-{found.code}",
        "signatures": found.signatures.select_related("deputy"), "sources": sources_of(found),
    }  # fmt: skip
    if name in LOOK_FOR_LIKE:
        more["similar"] = similar(found.region_code, found.title, besides=found.code)
    if name in ("evaluate", "rehandle", "reopen", "face_reply", "score"):
        more |= {"rounds": _parts(found, timezone.now())["rounds"]}
    if name in UNIT_FORMS:
        more["unit_fields"] = [
            (bound, unit_rows(found.region_code, bound.value() or []))
            for bound in (form["units"], form["co_units"])
        ]
    return more


def unit_rows(region_code: str, ticked: list[str]) -> list[dict[str, Any]]:
    """The units to tick, with how much each has on its hands."""
    units = list(units_to_assign(region_code))
    load = open_load(units)
    return [
        {"code": u.code, "name": u.name, "load": load.get(u.code, 0), "lead": u.code in ticked}
        for u in units
    ]


@desk_view("proposals.view_proposal")
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, code: str, record: str) -> HttpResponse:
    """One side record: GET asks, POST puts it down."""
    found, user, now = find_proposal(request, code), request.user, timezone.now()
    able = next((a for a in records.able(found, user, now=now) if a.kind.name == record), None)
    if able is None and request.method != "POST":
        raise NotVisible()
    kind = able.kind if able else records.KINDS.get(record)
    if kind is None:
        raise NotVisible()
    form = kind.form_class()(request.POST or None, obj=found, actor=user, now=now)
    error, status = None, 200
    if request.method == "POST":
        try:
            records.put_down(found, record, actor=user, now=now, data=request.POST)
        except DomainError as refused:
            if refused.status in (403, 404):
                raise
            error, status = refused, refused.status
        else:
            return _done(request, found, kind.label, record)
    action = {
        "name": record, "label": kind.label, "icon": "edit", "quiet": False,
        "hint": able.blocked if able else "", "url": request.path,
    }  # fmt: skip
    form.auto_id = f"id_{record}_%s"
    context = {"action": action, "form": form, "error": error, **beside(found, record, form)}
    return render(request, "desk/proposals/act.html", context, status=status)
