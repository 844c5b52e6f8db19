"""Doing something with a message: one click, a fold on its page, or a form on a page of its own."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.desk import desk_view
from congress.models import Unit
from core.dates import local_date
from core.errors import NotVisible
from deputies.models import Deputy
from handling.selectors import due_for, open_load, units_to_assign
from stations.models import Station
from voices.models import Message
from voices.pages import photo_links
from voices.views.desk import panel_of, show
from workflows.registry import workflow_of
from workflows.views import Outcome, perform

FORMS = {
    "answer": "voices/desk/answer.html", "reply": "voices/desk/answer.html",
    "transfer": "voices/desk/transfer.html", "pass_on": "voices/desk/pass_on.html",
    "publish": "voices/desk/publish.html",
}  # fmt: skip
# 常用话: what is said again and again, to begin with and go on in one's own words.
PHRASES = {
    "answer": ("收到了，我去现场看看。", "已经和有关单位联系过，", "这件事按规定是这样的：", "谢谢您反映，"),
    "reply": ("您反映的问题已经办好：", "部门已到现场看过，", "预计什么时候办好：", "一时办不了，原因是："),
    "refer": ("去看过，情况属实，请转有关部门办理。", "多户反映，请优先办理。"),
}  # fmt: skip
SHOWN = 12


@desk_view("voices.view_message")
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """GET shows a form on its own page; POST does it, or says why not with the text kept."""
    found = Message.objects.get_visible_or_404(request.user, code=code)
    now = timezone.now()
    if request.method != "POST":
        return _form_page(request, found, name, now)
    outcome = perform(request, found, name, now=now)
    if outcome.changed is None:
        return _refused(request, found, outcome, now)
    row = workflow_of(found).transition(name)
    messages.success(request, f"{row.label if row else ''}：已经记下。")
    gone = not Message.objects.visible_to(request.user).filter(pk=found.pk).exists()
    if gone:
        return redirect("voices_desk:queue")
    return redirect(reverse("voices_desk:message", args=[code]) + f"?done={name}")


def _refused(request: HttpRequest, found: Message, outcome: Outcome, now: datetime) -> HttpResponse:
    """The same form with its errors; the message as it stands when somebody was quicker."""
    status = outcome.error.status if outcome.error else 400
    found.refresh_from_db()
    if status == 400 and outcome.name in FORMS:
        return _form_page(request, found, outcome.name, now, outcome.form, status)
    return show(request, found, outcome, status=status)


def _form_page(
    request: HttpRequest, found: Message, name: str, now: datetime, typed: Any = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    rows = panel_of(found, request.user, now)
    row = next((r for r in rows if r["name"] == name and r["form"] is not None), None)
    if row is None or row["reason_disabled"]:
        raise NotVisible()
    form = typed or row["form"]
    context = {
        "message": found, "action": row | {"form": form}, "form": form,
        "phrases": PHRASES.get(name, ()), "draft": f"{name}-{found.code}",
        "photos": photo_links(found.photos.filter(answer=None)),
        **_more(request, found, name, form, local_date(now)),
    }  # fmt: skip
    return render(request, FORMS.get(name, "voices/desk/form.html"), context, status=status)


def _more(
    request: HttpRequest, found: Message, name: str, form: Any, today: date
) -> dict[str, Any]:
    """What one form shows beside its fields."""
    if name == "transfer":
        first = found.round == 1
        rule = "message_handle_within" if first else "message_rehandle_within"
        return {
            "units": _unit_rows(units_to_assign(found.region_code), form),
            "due": due_for(rule, found.region_code, today),
            "sign_due": due_for("message_sign_within", found.region_code, today),
        }
    if name == "publish":
        return {"pictures": list(zip(form["photos"], photo_links(found.photos.all()), strict=True))}
    if name == "pass_on":
        return _receivers(found, request.GET.get("words", "").strip()[:20])
    return {}


def _unit_rows(units: QuerySet[Unit], form: Any) -> list[dict[str, Any]]:
    rows = list(units)
    load = open_load(rows)
    lead, joint = (set(form[field].value() or []) for field in ("units", "co_units"))
    return [
        {
            "code": unit.code, "name": unit.name, "load": load.get(unit.code, 0),
            "lead": unit.code in lead, "joint": unit.code in joint,
        }
        for unit in rows
    ]  # fmt: skip


def _receivers(found: Message, words: str) -> dict[str, Any]:
    """Deputies and stations to choose from: those near by, or those of the county so named."""
    near = found.region_code[:6] if words else found.region_code[:9]
    deputies = Deputy.objects.public().filter(region_code__startswith=near)
    stations = Station.objects.public().filter(region_code__startswith=near)
    if words:
        named = Q(name__contains=words) | Q(code=words.upper())
        deputies = deputies.filter(named | Q(initials__startswith=words.lower()))
        stations = stations.filter(named | Q(address__contains=words))
    return {
        "words": words,
        "deputies": deputies.exclude(code=found.deputy_id).order_by("name")[:SHOWN],
        "stations": stations.exclude(code=found.station_id).order_by("name")[:SHOWN],
    }  # fmt: skip
