"""The desk's home: what is to be done today, and what is mine."""

from datetime import date
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.desk import Todo, cards_of, desk_view, todos_of
from accounts.models import User
from congress.selectors import describe_due
from core.dates import local_date
from core.wording import exact_words

SHOWN = 30  # of each group; the lists behind the menu hold the rest


@require_safe
@desk_view()
def home(request: HttpRequest) -> HttpResponse:
    """「今天要做的」, grouped by urgency."""
    user, now = cast(User, request.user), timezone.now()
    today = local_date(now)
    todos = todos_of(user, now)
    context = {
        "groups": groups(todos, today),
        "summary": summary(todos, today),
        "today": exact_words(today),
        "cards": cards_of(user, now),
    }
    return render(request, "desk/home.html", context)


def groups(todos: list[Todo], today: date) -> list[dict[str, Any]]:
    """Overdue, today, later; only the first row of the first group has the red button."""
    late = [t for t in todos if t.due_on and t.due_on < today]
    now = [t for t in todos if t.due_on == today]
    later = [t for t in todos if t.due_on is None or t.due_on > today]
    first = "过期了，先办这件" if len(late) == 1 else "过期了，先办这些"
    named = [(first, late), ("今天", now), ("以后", later)]
    filled = [
        {"title": title, "items_count": len(rows), "rows": [_row(t, today) for t in rows[:SHOWN]]}
        for title, rows in named
        if rows
    ]
    if filled:
        filled[0]["rows"][0]["primary"] = True
    return filled


def summary(todos: list[Todo], today: date) -> str:
    """「4件要紧，3件不急」."""
    pressing = sum(1 for t in todos if t.due_on and t.due_on <= today)
    rest = len(todos) - pressing
    words = [f"{pressing}件要紧"] if pressing else []
    words += [f"{rest}件不急"] if rest else []
    return "，".join(words)


def _row(todo: Todo, today: date) -> dict[str, Any]:
    due = todo.due_words or (describe_due(today, todo.due_on) if todo.due_on else None)
    url = todo.action_url or todo.url
    return {
        "title": todo.title, "url": todo.url, "tag": todo.tag,
        "meta": " · ".join(words for words in (todo.who, todo.detail) if words), "due": due,
        "primary": False, "action": {"label": todo.action_label, "url": url, "post": todo.post},
    }  # fmt: skip
