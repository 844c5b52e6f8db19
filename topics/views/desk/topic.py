"""One topic: where it stands, what to do next, and what everybody has brought to it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.desk import desk_view
from congress.selectors import region_names
from core.dates import local_date
from core.errors import NotVisible
from core.neighbours import doors_of
from core.wording import day_words
from grids.models import Grid
from handling.selectors import due_for
from topics import states
from topics.forms import TRACKS, DatesForm
from topics.models import Topic
from topics.pictures import picture_links
from topics.selectors.desk import (
    linked_messages,
    opinion_counts,
    parts_with_orders,
    shown_groups,
    similar_topics,
)
from topics.services import set_dates
from topics.views.desk.frame import demand, find_topic, frame, may_do
from workflows.registry import workflow_of
from workflows.thread import desk_thread
from workflows.views import Outcome, ask, lost_words, panel, perform

ICONS = {
    "apply": "send", "withdraw": "undo", "return_for_revision": "undo", "approve": "check",
    "reject": "close", "open_collection": "play", "extend_collection": "clock",
    "close_collection": "pause", "record_research": "camera", "hold_meeting": "people",
    "adopt_plan": "list", "hand_over": "stamp", "publish": "eye", "archive": "inbox",
}  # fmt: skip
# Writing wants room: these have a page of their own. What cannot be undone asks once more there.
PAGES = ("approve", "record_research", "hold_meeting", "adopt_plan", "hand_over", "reject",
         "return_for_revision")  # fmt: skip
QUIET = ("withdraw", "archive")


@desk_view("topics.view_topic")
@require_safe
def topic(request: HttpRequest, code: str) -> HttpResponse:
    """The topic: words left, what to do next and the thread right."""
    return show(request, find_topic(request, code))


def panel_of(
    found: Topic, user: Any, now: datetime, outcome: Outcome | None = None
) -> list[dict[str, Any]]:
    """The doors of a topic for this person; those that ask first lead to a page."""
    url = reverse("topics_desk:topic", args=[found.code]) + "{}/"
    rows = panel(
        found, user, now=now, url=url, outcome=outcome, icons=ICONS, pages=PAGES, quiet=QUIET
    )
    for row in rows:
        step = workflow_of(found).transition(row["name"])
        if step and step.confirm and row["form"] is None:
            row["page"] = True
    return rows


def show(
    request: HttpRequest, found: Topic, outcome: Outcome | None = None, status: int = 200
) -> HttpResponse:
    now, user = timezone.now(), request.user
    context = {
        **frame(found, "topic"),
        "actions": panel_of(found, user, now, outcome),
        "more": _more_doors(found, user),
        "draft_done": f"{request.GET['done']}-{found.code}" if "done" in request.GET else "",
        "error": outcome.error if outcome and outcome.error else None,
        "lost": lost_words(outcome),
        "ribbon": _ribbon(found, now), "place": place_of(found),
        "questions": found.questions.all(), "departments": found.departments.all(),
        "counts": opinion_counts(found), "top_groups": shown_groups(found)[:3],
        "notes": [
            {"note": note, "photos": picture_links(note.pictures.all())}
            for note in found.research_notes.prefetch_related("pictures")
        ],
        "meetings": found.meetings.all(), "parts": parts_with_orders(found),
        "supports": found.supports.all(), "sources": linked_messages(found),
        "steps": desk_thread(found, now=now), "similar": _similar(found),
        "messages_door": user.has_perm("voices.view_message"),  # type: ignore[union-attr]
    }  # fmt: skip
    return render(request, "desk/topics/topic.html", context, status=status)


def place_of(found: Topic) -> str:
    """The scope in words."""
    code = found.region_code
    if len(code) > 12:
        return Grid.objects.filter(code=code).values_list("name", flat=True).first() or code
    return region_names([code], full=True).get(code, code)


def _similar(found: Topic) -> list[Any]:
    """Past topics alike, while there is still something to decide."""
    if found.state not in (states.DRAFT, states.RETURNED, states.APPLIED):
        return []
    rows = similar_topics(f"{found.title} {found.summary}", found.region_code)
    return [row for row in rows if row != found]


def _ribbon(found: Topic, now: datetime) -> list[dict[str, str]]:
    order = [stage for stage, _ in states.STAGES]
    here = order.index(found.stage)
    over = found.state in (states.PUBLISHED, states.ARCHIVED)
    today = local_date(now)
    facts = {
        "call": f"{day_words(found.opens_on, today=today)}开始" if found.opens_on else "",
        "speak": f"{found.people_count}人说" if found.people_count else "",
    }
    return [
        {
            "words": words, "fact": facts.get(stage, ""),
            "state": "done" if n < here or over else "now" if n == here else "next",
        }
        for n, (stage, words) in enumerate(states.STAGES)
    ]  # fmt: skip


def _more_doors(found: Topic, user: Any) -> list[dict[str, str]]:
    """What may be done beside the transitions, by stage and right."""
    doors = [
        ("edit", "topics.apply_topic", "edit", "修改申请", "edit"),
        ("dates", "topics.run_topic", "dates", "改日期", "clock"),
        ("enter", "topics.enter_topic", "enter", "代录意见", "edit"),
        ("call_meeting", "topics.run_topic", "convene", "召集议事会", "people"),
        ("plan", "topics.run_topic", "plan", "写方案措施", "list"),
        ("support", "topics.run_topic", "support", "登记支持数", "chart"),
        ("result", "topics.hand_over_topic", "result", "写结果", "document"),
        ("rate", "topics.rate_topic", "rate", "评价结果", "star"),
    ]
    own = [
        {"url": reverse(f"topics_desk:{name}", args=[found.code]), "label": label, "icon": icon}
        for name, perm, feature, label, icon in doors
        if may_do(user, found, perm, feature)
    ]
    others = doors_of(found, user)
    return own + [{"url": d.url, "label": d.label, "icon": d.icon} for d in others]


@desk_view("topics.run_topic")
@require_http_methods(["GET", "HEAD", "POST"])
def dates(request: HttpRequest, code: str) -> HttpResponse:
    """Move the planned days of an approved topic; opening and closing follow them."""
    user, found, now = request.user, find_topic(request, code), timezone.now()
    demand(user, found, "topics.run_topic", "dates", now)
    form = DatesForm(request.POST or None, obj=found, actor=user, now=now)

    def do(data: dict[str, Any]) -> str:
        set_dates(found, **data, actor=user, now=now)
        return "日期改好了，到时候自动开始和结束。"

    return ask(
        request, form, do, template="desk/topics/dates.html", context=frame(found, "topic"),
        back=reverse("topics_desk:topic", args=[code]),
    )  # fmt: skip


@desk_view("topics.view_topic")
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """GET shows the form or asks once more; POST does it, or says why not, the text kept."""
    found, now = find_topic(request, code), timezone.now()
    if request.method != "POST":
        return _form_page(request, found, name, now)
    outcome = perform(request, found, name, now=now)
    if outcome.changed is None:
        status = outcome.error.status if outcome.error else 400
        found.refresh_from_db()
        if status == 400 and name in PAGES:
            return _form_page(request, found, name, now, outcome.form, status)
        return show(request, found, outcome, status=status)
    row = workflow_of(found).transition(name)
    messages.success(request, f"{row.label if row else ''}：已经记下。")
    if not Topic.objects.visible_to(request.user).filter(pk=found.pk).exists():
        return redirect("topics_desk:queue")
    return redirect(f"{reverse('topics_desk:topic', args=[code])}?done={name}")


def _form_page(
    request: HttpRequest, found: Topic, name: str, now: datetime, typed: Any = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    rows = panel_of(found, request.user, now)
    row = next((r for r in rows if r["name"] == name), None)
    if row is None or row["reason_disabled"] or not (row["form"] or row["page"]):
        raise NotVisible()
    step = workflow_of(found).transition(name)
    context = {
        "topic": found, "action": row, "form": typed or row["form"],
        "draft": f"{name}-{found.code}", "confirm": step.confirm if step else "",
        "back": reverse("topics_desk:topic", args=[found.code]),
        **_beside(found, name, now),
    }  # fmt: skip
    return render(request, "desk/topics/act.html", context, status=status)


def _beside(found: Topic, name: str, now: datetime) -> dict[str, Any]:
    """What stands beside a form: the application, the people in the room, or the plan."""
    more: dict[str, Any] = {"questions": found.questions.all(), "place": place_of(found)}
    if name in ("adopt_plan", "hand_over"):
        more["parts"] = parts_with_orders(found)
    if name == "hand_over":
        today = local_date(now)
        more["dues"] = [(words, due_for(rule, found.region_code, today)) for rule, words in TRACKS]
    if name == "hold_meeting":
        waiting = found.meetings.filter(held_at__isnull=True).order_by("starts_at").first()
        more["meeting"] = waiting
        more["present"] = (
            waiting.attendees.filter(signed_in_at__isnull=False) if waiting is not None else []
        )
    return more
