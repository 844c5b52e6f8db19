"""What people said to a topic: read by question, group and state; typed in for who has no phone."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.desk import desk_view
from core.admin_pages import refuse
from core.errors import DomainError
from core.paging import keyset_page, pager_urls
from topics import states
from topics.desk_forms import EnterOpinionForm
from topics.models import Opinion, Topic
from topics.pictures import picture_links
from topics.selectors.desk import opinion_counts, shown_groups
from topics.selectors.search import opinions_saying
from topics.services import may_be_read, reveal_speaker, speak
from topics.views.desk.frame import demand, find_topic, frame, may_do
from workflows.engine import refusal_status

REVEAL = "voices.reveal_message"  # one right for whatever residents left (decision 0703)
STATES = [("", "全部"), *states.OPINION_STATES.items()]


@desk_view("topics.view_opinion")
@require_safe
def opinions(request: HttpRequest, code: str) -> HttpResponse:
    """Every opinion of a topic, newest first, filtered as wished."""
    topic = find_topic(request, code)
    rows, chosen = _filtered(request, topic)
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("cursor"), size=30)
    context = {
        **frame(topic, "opinions"), **chosen, "page": page, "pager": pager_urls(request, page),
        "rows": [_with_contact(opinion_row(opinion), request.user, topic) for opinion in page.rows],
        "questions": topic.questions.all(), "counts": opinion_counts(topic),
        "groups": shown_groups(topic)[:200],
        "may_enter": may_do(request.user, topic, "topics.enter_topic", "enter"),
    }  # fmt: skip
    return render(request, "desk/topics/opinions.html", context)


def _filtered(request: HttpRequest, topic: Topic) -> tuple[Any, dict[str, Any]]:
    rows = Opinion.objects.visible_to(request.user).filter(topic=topic)
    question, group = number_of(request, "question"), number_of(request, "group")
    state = request.GET.get("state", "")
    words = request.GET.get("words", "").strip()[:20]
    if question:
        rows = rows.filter(question__number=question)
    if group:
        rows = rows.filter(group_id=group)
    if state in states.OPINION_STATES:
        rows = rows.filter(state=state)
    if words:
        rows = opinions_saying(rows, words, field="text", topic=topic)
    chosen = {
        "question": question, "group": group, "state": state, "words": words,
        "filtered": bool(question or group or state or words),
        "states": [
            {"label": label, "value": key, "current": key == state} for key, label in STATES
        ],
    }  # fmt: skip
    more = rows.select_related("question", "group", "contribution__contact").prefetch_related(
        "pictures"
    )
    return more, chosen


def number_of(request: HttpRequest, name: str) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else 0


def opinion_row(opinion: Opinion) -> dict[str, Any]:
    """One opinion as it is read on the desk: the original."""
    said = opinion.contribution
    words = [said.get_channel_display()]
    if said.proxy_name:
        words.append(f"{said.proxy_name}代录")
    if opinion.agreed:
        words.append(f"{opinion.agreed}人赞同")
    if opinion.reason:
        words.append(opinion.reason)
    return {
        "opinion": opinion, "meta": " · ".join(words), "at": opinion.created_at,
        "photos": picture_links(opinion.pictures.all()),
        "tone": "" if opinion.state == states.OPINION_APPROVED else "info",
    }  # fmt: skip


def _with_contact(row: dict[str, Any], user: Any, topic: Topic) -> dict[str, Any]:
    """With the door to the contact of who said it, for those who may open it for a reason."""
    said = row["opinion"].contribution
    if may_be_read(said) and user.has_perm(REVEAL, topic):
        row["contact_url"] = reverse("topics_desk:contact", args=[topic.code, row["opinion"].code])
    return row


@desk_view(REVEAL)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, code: str, opinion: str) -> HttpResponse:
    """Contact data of an opinion's writer, once, for a reason the writer will read."""
    topic = find_topic(request, code)
    rows = Opinion.objects.filter(topic=topic).select_related("contribution", "question", "group")
    found = rows.get_visible_or_404(request.user, code=opinion)
    shown = None
    if request.method == "POST":
        try:
            shown = reveal_speaker(
                found, actor=request.user, reason=request.POST.get("reason", ""),
                now=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            if error.status in (403, 404):
                raise
            messages.error(request, error.fields.get("reason") or error.message)
            return redirect("topics_desk:contact", code, opinion)
    context = {
        **frame(topic, "opinions"), "row": opinion_row(found), "contact": shown,
        "has_contact": may_be_read(found.contribution),
        "may_reveal": request.user.has_perm(REVEAL, found),  # type: ignore[union-attr]
        "reveals": found.contribution.reveals.all(),
        "reveal_url": reverse("topics_desk:contact", args=[code, opinion]),
    }  # fmt: skip
    return render(request, "desk/topics/contact.html", context)


@desk_view("topics.enter_topic")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """代录: paper, oral, telephone and reception opinions, the proxy named."""
    user: Any = request.user
    topic, now = find_topic(request, code), timezone.now()
    demand(user, topic, "topics.enter_topic", "enter", now)
    form = EnterOpinionForm(
        request.POST or None, request.FILES or None, topic=topic,
        initial={"idempotency_key": secrets.token_urlsafe(16)},
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = refusal_status(form) if not form.is_valid() else 200
        if form.is_valid():
            try:
                return _entered(request, topic, form.cleaned_data)
            except DomainError as error:
                if error.status in (403, 404):
                    raise
                refuse(form, error)
                status = error.status
    context = {**frame(topic, "opinions"), "form": form}
    return render(request, "desk/topics/enter.html", context, status=status)


def _entered(request: HttpRequest, topic: Topic, data: dict[str, Any]) -> HttpResponse:
    user: Any = request.user
    done = speak(
        topic, data["said"], photos=data["files"], name=data["name"], phone=data["phone"],
        consent=data["consent"], household=data["household"],
        idempotency_key=data["idempotency_key"], now=timezone.now(), channel=data["channel"],
        proxy_name=user.actor_label, actor=user,
    )  # fmt: skip
    context = {**frame(topic, "opinions"), "receipt": done.receipt, "said": len(done.opinions)}
    return render(request, "desk/topics/entered.html", context, status=201)
