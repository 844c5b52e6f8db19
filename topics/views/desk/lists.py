"""The topics of a person by what there is to do, and choosing messages to make one of."""

from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from accounts.desk import desk_view
from core.dates import local_date
from core.errors import NotVisible
from core.paging import keyset_page, pager_urls
from core.wording import day_words
from topics import states
from topics.models import Topic
from topics.pictures import opened
from topics.selectors.desk import TABS, messages_to_choose, topics_in

# What a line of the list offers, by the state its topic is in.
NEXT = {
    states.DRAFT: "提交申请", states.RETURNED: "改一改", states.APPLIED: "去审议",
    states.APPROVED: "看看", states.COLLECTING: "看意见", states.RESEARCHING: "去议事",
    states.MEETING: "定方案", states.PLANNED: "转办", states.HANDLING: "看进展",
}  # fmt: skip


@desk_view("topics.view_topic")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Topics by what there is to do; those that have waited longest come first."""
    user: Any = request.user
    tab = request.GET.get("tab", "todo")
    words = request.GET.get("words", "").strip()[:20]
    rows = topics_in(user, tab, words)
    order = ("state_at", "id") if tab == "todo" else ("-id",)
    page = keyset_page(rows, order=order, cursor=request.GET.get("cursor"), size=20)
    now = timezone.now()
    context = {
        "page": page, "pager": pager_urls(request, page), "words": words, "tab": tab,
        "tabs": [
            {"label": label, "url": f"?tab={key}", "current": key == tab}
            for key, (label, _) in TABS.items()
        ],
        "rows": [
            topic_row(topic, now=now) | {"primary": tab == "todo" and not place}
            for place, topic in enumerate(page.rows)
        ],
        "may_apply": user.has_perm("topics.apply_topic") and user.has_desk,
        "may_pick": user.has_perm("topics.apply_topic") and user.has_perm("voices.view_message"),
    }  # fmt: skip
    return render(request, "desk/topics/queue.html", context)


def topic_row(topic: Topic, *, now: datetime) -> dict[str, Any]:
    """One line of a list."""
    url = reverse("topics_desk:topic", args=[topic.code])
    words = [topic.get_state_display(), str(topic.host or topic.deputy or "还没定承办的家")]
    if topic.opinion_count:
        words.append(f"{topic.people_count}人说了{topic.opinion_count}条")
    if topic.state == states.COLLECTING and topic.closes_on:
        words.append(f"{day_words(topic.closes_on, today=local_date(now))}截止")
    return {
        "title": topic.title, "url": url, "tag": topic.get_source_display(),
        "meta": " · ".join(words), "due": None,
        "action": {"label": NEXT.get(topic.state, "看看"), "url": url},
    }  # fmt: skip


@desk_view("topics.apply_topic")
@require_safe
def choose_messages(request: HttpRequest) -> HttpResponse:
    """Tick the messages that say the same and make one topic of them."""
    words = request.GET.get("words", "").strip()[:20]
    page = keyset_page(
        messages_to_choose(request.user, words), order=("-id",),
        cursor=request.GET.get("cursor"), size=30,
    )  # fmt: skip
    rows = [
        {"code": m.code, "text": Truncator(m.text.replace("\n", " ")).chars(60),
         "meta": " · ".join(filter(None, [m.get_kind_display(), m.place, m.get_state_display()]))}
        for m in page.rows
    ]  # fmt: skip
    context = {"rows": rows, "page": page, "words": words}
    return render(request, "desk/topics/choose_messages.html", context)


@desk_view("topics.view_topic")
@require_safe
def picture(request: HttpRequest, signed: str) -> HttpResponseBase:
    """A picture by a link from one of these pages."""
    found, size = opened(signed)
    if not Topic.objects.visible_to(request.user).filter(pk=found.topic_id).exists():
        raise NotVisible()
    file = found.thumb if size == "thumb" else found.image
    return FileResponse(file.open("rb"), content_type="image/jpeg")
