"""Groups of opinions, by rank, and one group with every opinion in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.desk import desk_view
from core.errors import NotVisible
from core.paging import keyset_page
from topics import rules
from topics.models import Opinion, OpinionGroup, Topic
from topics.selectors.desk import shown_groups, theme_rows, typical_words
from topics.views.desk.frame import find_topic, frame, may_do
from topics.views.desk.opinions import number_of, opinion_row


@desk_view("topics.view_opinion")
@require_safe
def groups(request: HttpRequest, code: str) -> HttpResponse:
    """The groups of a topic by rank: people first, copies count once."""
    topic = find_topic(request, code)
    question = number_of(request, "question")
    rows = shown_groups(topic)
    if question:
        rows = rows.filter(question__number=question)
    page = keyset_page(rows, order=("rank", "id"), cursor=request.GET.get("cursor"), size=30)
    context = {
        **frame(topic, "groups"), "page": page, "question": question,
        "rows": theme_rows(topic, page.rows),
        "questions": topic.questions.all(),
        "alone": topic.opinions.published().filter(group__isnull=True).count(),
        "may_group": may_do(request.user, topic, "topics.group_topic", "group"),
        "why_not": rules.why_not(topic, "group", timezone.localdate()),
    }  # fmt: skip
    return render(request, "desk/topics/groups.html", context)


@desk_view("topics.view_opinion")
@require_safe
def group(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One group: its most typical sentences, every opinion, and taking some out."""
    topic = find_topic(request, code)
    found = find_group(topic, number)
    rows = Opinion.objects.visible_to(request.user).filter(group=found)
    page = keyset_page(
        rows.select_related("contribution").prefetch_related("pictures"), order=("-id",),
        cursor=request.GET.get("cursor"), size=50,
    )  # fmt: skip
    context = {
        **frame(topic, "groups"), "group": found, "page": page,
        "typical": typical_words(topic, [found])[found.pk],
        "rows": [opinion_row(opinion) for opinion in page.rows],
        "may_group": may_do(request.user, topic, "topics.group_topic", "group"),
        "others": shown_groups(topic).filter(question=found.question).exclude(pk=found.pk)[:100],
    }  # fmt: skip
    return render(request, "desk/topics/group.html", context)


def find_group(topic: Topic, number: int) -> OpinionGroup:
    found = topic.groups.select_related("question").filter(pk=number).first()
    if found is None:
        raise NotVisible()
    return found
