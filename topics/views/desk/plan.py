"""方案: its parts with who does them, and counted support."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.desk import desk_view
from core.dates import local_date
from core.errors import DomainError, NotVisible
from topics import rules
from topics.course_forms import PartForm, SupportForm
from topics.models import PlanPart, Topic
from topics.selectors.desk import parts_with_orders, shown_groups
from topics.services import add_part, count_support, edit_part, remove_part
from topics.views.desk.frame import demand, find_topic, frame, may_do, unit_rows
from workflows.views import ask

RUN = "topics.run_topic"


@desk_view("topics.view_topic")
@require_safe
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """The plan as it stands, its parts with their orders, and counted support."""
    topic = find_topic(request, code)
    today = local_date(timezone.now())
    context = {
        **frame(topic, "plan"), "parts": parts_with_orders(topic),
        "supports": [
            {"support": s, "share": round(100 * s.supporters / s.total, 1)}
            for s in topic.supports.all()
        ],
        "may_plan": may_do(request.user, topic, RUN, "plan"),
        "may_count": may_do(request.user, topic, RUN, "support"),
        "why_not": rules.why_not(topic, "plan", today),
        "groups": shown_groups(topic)[:8],
    }  # fmt: skip
    return render(request, "desk/topics/plan.html", context)


@desk_view(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    """One more part."""
    return _part_page(request, find_topic(request, code), None)


@desk_view(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Change a part."""
    topic = find_topic(request, code)
    return _part_page(request, topic, _part(topic, number))


def _part(topic: Topic, number: int) -> PlanPart:
    found = topic.parts.filter(number=number).first()
    if found is None:
        raise NotVisible()
    return found


def _part_page(request: HttpRequest, topic: Topic, part: PlanPart | None) -> HttpResponse:
    user, now = request.user, timezone.now()
    demand(user, topic, RUN, "plan", now)
    form = PartForm(request.POST or None, topic=topic, part=part)
    chosen = (form["lead_units"].value() or [], form["co_units"].value() or [])
    context = {
        **frame(topic, "plan"), "part": part, "groups": shown_groups(topic)[:8],
        "units": unit_rows(topic.region_code, lead=chosen[0], joint=chosen[1]),
    }  # fmt: skip

    def do(data: dict[str, Any]) -> str:
        words = (data["text"], data["leads"], data["joint_units"], data["without_unit"])
        if part is None:
            add_part(topic, *words, actor=user, now=now)
            return "已添上这项措施。"
        edit_part(part, *words, actor=user, now=now)
        return f"第{part.number}项措施已改好。"

    return ask(
        request, form, do, template="desk/topics/part.html", context=context,
        back=reverse("topics_desk:plan", args=[topic.code]),
    )  # fmt: skip


@desk_view(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take a part away, asked once more."""
    topic, now = find_topic(request, code), timezone.now()
    demand(request.user, topic, RUN, "plan", now)
    part = _part(topic, number)
    back = reverse("topics_desk:plan", args=[code])
    if request.method == "POST":
        try:
            remove_part(part, actor=request.user, now=now)
        except DomainError as error:
            if error.status in (403, 404):
                raise
            messages.error(request, error.message)
        else:
            messages.success(request, f"第{number}项措施已去掉。")
        return redirect(back)
    context = {
        **frame(topic, "plan"), "title": f"去掉第{number}项措施？", "text": part.text,
        "action_url": request.path, "confirm_label": "去掉", "back_url": back, "plain": True,
    }  # fmt: skip
    return render(request, "desk/topics/confirm.html", context)


@desk_view(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def support(request: HttpRequest, code: str) -> HttpResponse:
    """Count support by household or person."""
    user, topic, now = request.user, find_topic(request, code), timezone.now()
    demand(user, topic, RUN, "support", now)
    initial = {"unit": "household", "on": local_date(now)}
    form = SupportForm(request.POST or None, initial=initial)

    def do(data: dict[str, Any]) -> str:
        count_support(topic, **data, actor=user, now=now)
        return "已登记。"

    return ask(
        request, form, do, template="desk/topics/support.html", context=frame(topic, "plan"),
        back=reverse("topics_desk:plan", args=[code]),
    )  # fmt: skip
