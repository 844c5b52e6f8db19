"""码上公开, before it is public: how each part ended, the answers, pictures, and deputies' words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.desk import desk_view
from core.dates import local_date
from core.errors import Forbidden, NotVisible
from topics import rules
from topics.course_forms import OutcomeForm, RateForm, ResultForm
from topics.models import Topic
from topics.pictures import picture_links
from topics.selectors.desk import parts_with_orders, shown_groups, theme_rows
from topics.services import rate_topic, tell_outcome, write_result
from topics.views.desk.frame import demand, find_topic, frame, may_do
from topics.views.desk.promises import promise_rows
from workflows.views import ask

TELL = "topics.hand_over_topic"


def result_of(topic: Topic) -> dict[str, Any]:
    """The result as it is read: text, answers by question, pictures, ratings."""
    pictures = topic.pictures.filter(kind__in=("before", "after")).order_by("-kind", "id")
    ratings = topic.ratings.select_related("deputy")
    return {
        "result": getattr(topic, "result", None),
        "answers": topic.questions.select_related("answer"),
        "pictures": picture_links(pictures), "ratings": ratings,
        "parts": parts_with_orders(topic),
    }  # fmt: skip


@desk_view("topics.view_topic")
@require_safe
def result(request: HttpRequest, code: str) -> HttpResponse:
    """How it ended, and what is still to be told before it can be published."""
    topic, user = find_topic(request, code), request.user
    context = {
        **frame(topic, "result"), **result_of(topic), "promises": promise_rows(topic, user),
        "may_tell": may_do(user, topic, TELL, "outcome"),
        "may_write": may_do(user, topic, TELL, "result"),
        "may_rate": may_do(user, topic, "topics.rate_topic", "rate"),
        "lacking": rules.every_outcome_told(topic, user, timezone.now()),
        "why_not": rules.why_not(topic, "result", local_date(timezone.now())),
    }  # fmt: skip
    return render(request, "desk/topics/result.html", context)


@desk_view(TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def outcome(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Tell how one part of the plan ended."""
    user, topic, now = request.user, find_topic(request, code), timezone.now()
    demand(user, topic, TELL, "outcome", now)
    rows = [row for row in parts_with_orders(topic) if row["part"].number == number]
    if not rows:
        raise NotVisible()
    part = rows[0]["part"]
    initial = {"outcome": part.outcome, "words": part.outcome_words}
    form = OutcomeForm(request.POST or None, initial=initial)

    def do(data: dict[str, Any]) -> str:
        tell_outcome(part, data["outcome"], data["words"], actor=user, now=now)
        return f"第{number}项措施的结果已记下。"

    return ask(
        request, form, do, template="desk/topics/outcome.html",
        context={**frame(topic, "result"), "row": rows[0]},
        back=reverse("topics_desk:result", args=[code]),
    )  # fmt: skip


@desk_view(TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, code: str) -> HttpResponse:
    """Write the result, or write it again before it is public."""
    user, topic, now = request.user, find_topic(request, code), timezone.now()
    demand(user, topic, TELL, "result", now)
    form = ResultForm(
        request.POST or None, request.FILES or None, topic=topic, initial=_written(topic)
    )

    def do(data: dict[str, Any]) -> str:
        write_result(
            topic, data["text"], form.answers(), actor=user, now=now,
            pictures_before=data["before"], pictures_after=data["after"],
        )  # fmt: skip
        return "结果写好了，由另一位工作人员审核后公开。"

    return ask(
        request, form, do, template="desk/topics/write_result.html",
        context={
            **frame(topic, "result"), "parts": parts_with_orders(topic),
            "groups": theme_rows(topic, shown_groups(topic)[:10]),
        "pictures": result_of(topic)["pictures"],
        },
        back=reverse("topics_desk:result", args=[code]),
    )  # fmt: skip


def _written(topic: Topic) -> dict[str, str]:
    found = getattr(topic, "result", None)
    initial = {"text": found.text if found else ""}
    for question in topic.questions.select_related("answer"):
        answer = getattr(question, "answer", None)
        for name in ("said", "adopted", "not_adopted"):
            initial[f"{name}_{question.number}"] = getattr(answer, name, "")
    return initial


@desk_view("topics.rate_topic")
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """A deputy says whether the result is good."""
    user: Any = request.user
    topic, now = find_topic(request, code), timezone.now()
    deputy = getattr(user, "deputy", None)
    if deputy is None:
        raise Forbidden("no_right", "只有代表可以在这里评价。")
    demand(user, topic, "topics.rate_topic", "rate", now)
    form = RateForm(request.POST or None)

    def do(data: dict[str, Any]) -> str:
        rate_topic(
            topic, deputy=deputy, score=data["score"], reason=data["reason"], actor=user, now=now
        )
        return "谢谢，评价已记下。"

    return ask(
        request, form, do, template="desk/topics/rate.html",
        context={**frame(topic, "result"), **result_of(topic)},
        back=reverse("topics_desk:result", args=[code]),
    )  # fmt: skip
