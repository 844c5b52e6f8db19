"""Staff pages of topics: 派题, and letting results through to 码上公开 (four eyes)."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.desk import door
from core.admin_pages import refuse
from core.errors import DomainError, Forbidden
from core.paging import keyset_page, pager_urls
from topics.desk_forms import DispatchForm
from topics.models import Topic
from topics.selectors.desk import hosts_for, lacking, places_for, to_publish
from topics.services import dispatch_topic
from topics.views.desk.apply import draft_of
from topics.views.desk.results import result_of
from topics.views.desk.topic import place_of
from workflows.engine import apply, available, refusal_status
from workflows.thread import desk_thread

DISPATCH, PUBLISH = "topics.dispatch_topic", "topics.publish_topic"


def enter(request: HttpRequest, permission: str) -> HttpResponse | None:
    """Sign in first, then the right: 403 without it."""
    away = door(request)
    if away is None and not request.user.has_perm(permission):
        raise Forbidden()
    return away


@require_http_methods(["GET", "HEAD", "POST"])
def dispatch(request: HttpRequest) -> HttpResponse:
    """党委点题、人大派题: a topic that begins approved, with its host and its deputy."""
    away = enter(request, DISPATCH)
    if away is not None:
        return away
    user: Any = request.user
    places = places_for(user)
    form = DispatchForm(
        request.POST or None, places=places, hosts=hosts_for(user, places),
        initial={"source": "congress", "region_code": places[0][0] if places else ""},
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = refusal_status(form) if not form.is_valid() else 200
        if form.is_valid():
            data = form.cleaned_data
            try:
                topic = dispatch_topic(
                    draft_of(data), actor=user, source=data["source"], host=data["station"],
                    deputy=data["deputy"], now=timezone.now(),
                )  # fmt: skip
            except DomainError as error:
                if error.status in (403, 404):
                    raise
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, f"已派题：{topic.title}（{topic.get_state_display()}）。")
                return redirect("topics_desk:topic", topic.code)
    chosen = form["departments"].value() or []
    context = admin.site.each_context(request) | {
        "title": "派题", "form": form,
        "units": [
            {"code": code, "name": name, "lead": code in chosen}
            for code, name in form.fields["departments"].choices  # type: ignore[attr-defined]
        ],
    }  # fmt: skip
    return render(request, "admin/topics/dispatch.html", context, status=status)


dispatch.required_permission = DISPATCH  # type: ignore[attr-defined]


@require_safe
def publication(request: HttpRequest) -> HttpResponse:
    """Topics being handled: which results wait for a second pair of eyes, and what others lack."""
    away = enter(request, PUBLISH)
    if away is not None:
        return away
    user = request.user
    page = keyset_page(
        to_publish(user), order=("state_at", "id"), cursor=request.GET.get("cursor"), size=20
    )
    context = admin.site.each_context(request) | {
        "title": "结果公开", "page": page, "pager": pager_urls(request, page),
        "rows": [
            {"topic": topic, "lacking": lacking(topic, user)}
            for topic in page.rows
        ],
    }  # fmt: skip
    return render(request, "admin/topics/publication.html", context)


publication.required_permission = PUBLISH  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """One result as everybody will read it; publish it, or say why not yet."""
    away = enter(request, PUBLISH)
    if away is not None:
        return away
    user: Any = request.user
    rows = Topic.objects.select_related("deputy", "host")
    topic, now, error = rows.get_visible_or_404(user, code=code), timezone.now(), None
    if request.method == "POST":
        try:
            apply(topic, "publish", actor=user, now=now, data=request.POST)  # type: ignore[arg-type]
        except DomainError as refused:
            if refused.status in (403, 404):
                raise
            error = refused
            topic.refresh_from_db()
        else:
            messages.success(
                request, f"「{topic.title}」的结果公开了，留了联系方式的人会收到通知。"
            )
            return redirect("topics_admin:publication")
    able = next((a for a in available(topic, user, now=now) if a.name == "publish"), None)
    context = admin.site.each_context(request) | {
        "title": f"结果公开 · {topic.title}", "topic": topic, "place": place_of(topic),
        **result_of(topic), "able": able, "error": error, "steps": desk_thread(topic, now=now),
        "desk_url": reverse("topics_desk:result", args=[topic.code]),
    }  # fmt: skip
    return render(
        request, "admin/topics/publish.html", context, status=error.status if error else 200
    )


publish.required_permission = PUBLISH  # type: ignore[attr-defined]
