"""A person merges, names and splits groups of opinions."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.desk import desk_view
from core.errors import DomainError
from topics.services import (
    ask_grouping,
    merge_groups,
    move_opinions,
    rename_group,
    split_group,
)
from topics.views.desk.frame import demand, find_topic
from topics.views.desk.groups import find_group


@desk_view("topics.group_topic")
@require_POST
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Make one group of the ticked ones, under the name that was typed."""
    topic, now = find_topic(request, code), timezone.now()
    demand(request.user, topic, "topics.group_topic", "group", now)
    chosen = [v for v in request.POST.getlist("group") if v.isascii() and v.isdigit()]
    rows = list(topic.groups.filter(pk__in=chosen[:200]))
    name = request.POST.get("name", "").strip()[:60]
    back = reverse("topics_desk:groups", args=[code])
    if len(rows) < 2:
        messages.error(request, "请至少勾选两组再合并。")
        return redirect(back)
    return _done(
        request, back, f"已合并成一组，共{len(rows)}组。",
        lambda: merge_groups(rows, name=name or rows[0].name, actor=request.user, now=now),
    )  # fmt: skip


@desk_view("topics.group_topic")
@require_POST
def again(request: HttpRequest, code: str) -> HttpResponse:
    """Let the job group what has no group yet; what a person has set stays."""
    topic, now = find_topic(request, code), timezone.now()
    demand(request.user, topic, "topics.group_topic", "group", now)
    back = reverse("topics_desk:groups", args=[code])
    anew = request.POST.get("anew") == "1"
    return _done(
        request, back, "正在归组，一两分钟后刷新看结果。",
        lambda: ask_grouping(topic, actor=request.user, now=now, anew=anew),
    )  # fmt: skip


@desk_view("topics.group_topic")
@require_POST
def rename(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Give a group a name of a person's own."""
    topic, now = find_topic(request, code), timezone.now()
    demand(request.user, topic, "topics.group_topic", "group", now)
    found, name = find_group(topic, number), request.POST.get("name", "").strip()[:60]
    back = reverse("topics_desk:group", args=[code, number])
    if not name:
        messages.error(request, "请写一个名称。")
        return redirect(back)
    return _done(
        request, back, f"已改名为「{name}」。",
        lambda: rename_group(found, name=name, actor=request.user, now=now),
    )  # fmt: skip


@desk_view("topics.group_topic")
@require_POST
def split(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take the ticked opinions out into a group of their own."""
    topic, now = find_topic(request, code), timezone.now()
    demand(request.user, topic, "topics.group_topic", "group", now)
    found = find_group(topic, number)
    back = reverse("topics_desk:group", args=[code, number])
    rows = list(found.members.filter(code__in=request.POST.getlist("opinion")[:500]))
    name = request.POST.get("name", "").strip()[:60]
    if not rows or not name:
        messages.error(request, "请勾选要分出去的意见，并写新一组的名称。")
        return redirect(back)
    return _done(
        request, reverse("topics_desk:groups", args=[code]),
        f"已把{len(rows)}条分成新的一组「{name}」。",
        lambda: split_group(found, rows, name=name, actor=request.user, now=now),
    )  # fmt: skip


@desk_view("topics.group_topic")
@require_POST
def move(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Put the ticked opinions into another group of the question."""
    topic, now = find_topic(request, code), timezone.now()
    demand(request.user, topic, "topics.group_topic", "group", now)
    found = find_group(topic, number)
    wanted = request.POST.get("into", "")
    into = find_group(topic, int(wanted) if wanted.isascii() and wanted.isdigit() else 0)
    rows = list(found.members.filter(code__in=request.POST.getlist("opinion")[:500]))
    return _done(
        request, reverse("topics_desk:group", args=[code, number]),
        f"已把勾选的移到「{into.name}」，一样的话跟着走。",
        lambda: move_opinions(rows, into, actor=request.user, now=now),
    )  # fmt: skip


def _done(request: HttpRequest, back: str, words: str, do: Callable[[], Any]) -> HttpResponse:
    try:
        do()
    except DomainError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return redirect(back)
