"""Messages at the desk: the queue, one message as a conversation, and the ways in."""

import secrets
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.desk import desk_view
from congress.selectors import describe_due, region_names
from core.dates import local_date
from core.errors import DomainError
from core.paging import keyset_page, pager_urls
from core.wording import moment_words
from deputies.models import Deputy
from grids.models import Grid
from handling.promises import settles_here
from stations.models import Station
from voices import states
from voices.desk_forms import EnterForm, PatrolForm
from voices.models import Message, MessageContact
from voices.pages import desk_steps, photo_links
from voices.receipts import display
from voices.registry import door_of
from voices.selectors import order_steps, promises_of, similar_open, similar_published
from voices.services import Words, enter, report, reveal_contact
from voices.turns import my_turn
from workflows.engine import refusal_status
from workflows.views import Outcome, lost_words, panel

TABS = [
    ("todo", "要我办的"), ("waiting", "别人在办"), ("answered", "已答复"), ("done", "已了结"),
]  # fmt: skip
ICONS = {
    "accept": "check", "answer": "chat", "refer": "station", "transfer": "send", "reply": "reply",
    "send_back": "undo", "pass_on": "swap", "divert": "navigate", "reopen": "refresh",
    "publish": "eye", "hide": "hidden", "deliberate": "people",
    "promote": "book",
}  # fmt: skip
# Writing wants room: these have a page of their own. The lesser doors stand last and quiet.
PAGES = ("answer", "reply", "transfer", "pass_on", "publish")
QUIET = ("pass_on", "divert", "hide")
# What a line of the queue offers, by the state its message is in.
NEXT = {
    states.RECEIVED: "受理", states.ACCEPTED: "去答复", states.UNDER_REVIEW: "去审核",
    states.HANDLING: "看进展",
}  # fmt: skip


def _tab_states(user: Any, tab: str) -> tuple[str, ...]:
    mine = my_turn(user)
    return {
        "todo": mine,
        "waiting": tuple(s for s in states.OPEN if s not in mine),
        "answered": (states.ANSWERED,),
        "done": (states.CLOSED, states.DIVERTED, states.WITHDRAWN),
    }.get(tab, mine)


@desk_view("voices.view_message")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The messages of a deputy, a station or a place, most urgent first."""
    user: Any = request.user
    tab = request.GET.get("tab", "todo")
    wanted = _tab_states(user, tab)
    rows = Message.objects.visible_to(user).filter(state__in=wanted)
    words = request.GET.get("words", "").strip()[:20]
    if words:
        rows = rows.filter(code=words.upper()) if words[1:].isdigit() else rows.filter(
            text__contains=words
        )  # fmt: skip
    if tab == "todo":
        rows = rows.filter(due_on__isnull=False)
        order: tuple[str, ...] = ("due_on", "id")
    else:
        order = ("-id",)
    page = keyset_page(
        rows.select_related("deputy", "station"), order=order,
        cursor=request.GET.get("cursor"), size=20,
    )  # fmt: skip
    now = timezone.now()
    context = {
        "page": page, "pager": pager_urls(request, page), "words": words,
        "tabs": [
            {"label": label, "url": f"?tab={key}", "current": key == tab} for key, label in TABS
        ],
        "rows": [
            message_row(m, now=now) | {"primary": tab == "todo" and not place}
            for place, m in enumerate(page.rows)
        ],
        "may_report": user.has_perm("voices.report_message"),
        "may_enter": user.has_perm("voices.enter_message"),
    }  # fmt: skip
    return render(request, "voices/desk/queue.html", context)


def message_row(message: Message, *, now: datetime) -> dict[str, Any]:
    """One line of a queue."""
    due = None
    if message.due_on and message.state in states.OPEN:
        due = describe_due(local_date(now), message.due_on, provisional=message.provisional)
    url = reverse("voices_desk:message", args=[message.code])
    said = moment_words(timezone.localtime(message.created_at), now=timezone.localtime(now))
    words = [message.get_state_display(), message.place or "没写地点", said]
    if message.round > 1:
        words.insert(1, f"第{message.round}轮")
    return {
        "title": Truncator(message.text.replace("\n", " ")).chars(46),
        "url": url, "tag": message.get_kind_display(), "meta": " · ".join(words), "due": due,
        "action": {"label": NEXT.get(message.state, "看看"), "url": url},
    }  # fmt: skip


@desk_view("voices.view_message")
@require_safe
def message(request: HttpRequest, code: str) -> HttpResponse:
    """One message: the words and pictures left, what to do next and the thread right."""
    found = Message.objects.get_visible_or_404(request.user, code=code)
    return show(request, found)


def panel_of(
    found: Message, user: Any, now: datetime, outcome: Outcome | None = None
) -> list[dict[str, Any]]:
    """The doors of a message for this person."""
    url = reverse("voices_desk:message", args=[found.code]) + "{}/"
    rows = panel(
        found, user, now=now, url=url, outcome=outcome, icons=ICONS, pages=PAGES, quiet=QUIET
    )
    for row in rows:
        if away := door_of(row["name"]):
            row |= {"url": away(found.code), "page": True}
    return rows


def show(
    request: HttpRequest, found: Message, outcome: Outcome | None = None, status: int = 200,
    contact: Any = None,
) -> HttpResponse:  # fmt: skip
    now, user = timezone.now(), request.user
    due = None
    if found.due_on and found.state in (*states.OPEN, states.ANSWERED):
        due = describe_due(
            local_date(now), found.due_on, basis=found.basis, provisional=found.provisional
        )
    context = {
        "message": found, "badge": due, "contact": contact,
        "actions": panel_of(found, user, now, outcome),
        "draft_done": _draft_done(request, found),
        "error": outcome.error if outcome and outcome.error else None,
        "lost": lost_words(outcome),
        "photos": photo_links(found.photos.filter(answer=None)),
        "additions": found.additions.all(),
        "answers": [
            {"answer": a, "photos": photo_links(a.photos.all())}
            for a in found.answers.prefetch_related("photos")
        ],
        "ratings": found.ratings.all(),
        "orders": order_steps(found),
        "promises": [
            {"promise": one, "may_settle": settles_here(one, user)} for one in promises_of(found)
        ],
        "place": region_names([found.region_code[:12]]).get(found.region_code[:12], ""),
        "steps": desk_steps(found, now=now),
        "similar": [m for m in similar_published(found.region_code, found.text) if m != found],
        "similar_open": similar_open(user, found),
        "has_contact": MessageContact.objects.filter(message=found).exists(),
        "may_reveal": user.has_perm("voices.reveal_message", found),
        "reveals": found.reveals.all(),
    }  # fmt: skip
    return render(request, "voices/desk/message.html", context, status=status)


def _draft_done(request: HttpRequest, found: Message) -> str:
    """The draft that has become a deed and may be forgotten on this device."""
    done = request.GET.get("done", "")
    if done == "patrol":
        return done
    return f"{done}-{found.code}" if done in PAGES else ""


@desk_view("voices.reveal_message")
@require_POST
def reveal(request: HttpRequest, code: str) -> HttpResponse:
    """Show the contact data once, for a reason the writer will read."""
    found = Message.objects.get_visible_or_404(request.user, code=code)
    try:
        contact = reveal_contact(
            found, actor=request.user, reason=request.POST.get("reason", ""), now=timezone.now()
        )
    except DomainError as error:
        messages.error(request, error.fields.get("reason") or error.message)
        return redirect("voices_desk:message", code)
    return show(request, found, contact=contact)


@desk_view("voices.report_message")
@require_http_methods(["GET", "HEAD", "POST"])
def patrol(request: HttpRequest) -> HttpResponse:
    """巡查上报: what a deputy saw, with photo and place."""
    user: Any = request.user
    deputy = user.deputy
    grids = list(Grid.objects.visible_to(user).order_by("code"))
    form = PatrolForm(
        request.POST or None, request.FILES or None, grids=grids,
        initial={"idempotency_key": secrets.token_urlsafe(16)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        grid = next((g for g in grids if g.code == form.cleaned_data["grid"]), None)
        done = report(
            Words.from_form(form.cleaned_data), actor=user, deputy=deputy,
            region_code=grid.code if grid else deputy.region_code,
            grid_id=grid.pk if grid else None,
            idempotency_key=form.cleaned_data["idempotency_key"], now=timezone.now(),
        )  # fmt: skip
        messages.success(request, "已上报，接下来可以直接答复，或报联络站转部门。")
        address = reverse("voices_desk:message", args=[done.message.code])
        return redirect(f"{address}?done=patrol")
    status = refusal_status(form) if form.errors else 200
    return render(request, "voices/desk/patrol.html", {"form": form}, status=status)


@desk_view("voices.enter_message")
@require_http_methods(["GET", "HEAD", "POST"])
def type_in(request: HttpRequest) -> HttpResponse:
    """代录入: an oral, paper or phone message; the receipt is printed or read out."""
    user: Any = request.user
    stations = list(Station.objects.visible_to(user).public().order_by("name")[:300])
    form = EnterForm(
        request.POST or None, request.FILES or None, stations=stations,
        initial={"idempotency_key": secrets.token_urlsafe(16)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        station = next(s for s in stations if s.code == data["station"])
        done = enter(
            Words.from_form(data), actor=user, station=station, deputy=data["deputy"],
            way=data["way"], idempotency_key=data["idempotency_key"], now=timezone.now(),
            outside_number=data["outside_number"],
        )  # fmt: skip
        context = {"message": done.message, "receipt": display(done.receipt)}
        return render(request, "voices/desk/entered.html", context, status=201)
    status = refusal_status(form) if form.errors else 200
    deputies = Deputy.objects.visible_to(user).public().order_by("name")[:200]
    context = {"form": form, "deputies": deputies}
    return render(request, "voices/desk/enter.html", context, status=status)
