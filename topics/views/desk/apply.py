"""Applying for a topic: from nothing, from residents' messages, and changing what was returned."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.desk import desk_view
from core.admin_pages import refuse
from core.errors import DomainError, InputInvalid
from core.personal import mask_personal
from topics.desk_forms import TopicForm
from topics.models import Topic
from topics.selectors.desk import (
    hosts_for,
    messages_to_choose,
    places_for,
    similar_topics,
    topics_to_join,
)
from topics.services import TopicDraft, draft_topic, edit_topic, from_messages
from topics.views.desk.frame import demand, find_topic
from workflows.engine import apply, refusal_status

MOST_MESSAGES = 50


def draft_of(data: dict[str, Any]) -> TopicDraft:
    """What was typed, as the services take it."""
    return TopicDraft(
        title=data["title"], summary=data["summary"], questions=data["questions"],
        region_code=data["region_code"], opens_on=data.get("opens_on"),
        closes_on=data.get("closes_on"), meets_on=data.get("meets_on"),
        departments=data["units"], host=data["station"],
    )  # fmt: skip


def typed_in(topic: Topic) -> dict[str, Any]:
    """A topic as the initial values of its form."""
    initial: dict[str, Any] = {
        "title": topic.title, "summary": topic.summary, "region_code": topic.region_code,
        "host": topic.host_id or "", "opens_on": topic.opens_on, "closes_on": topic.closes_on,
        "meets_on": topic.meets_on,
        "departments": list(topic.departments.values_list("code", flat=True)),
    }  # fmt: skip
    for question in topic.questions.all():
        initial[f"q{question.number}"] = question.text
        initial[f"hint{question.number}"] = question.hint
    return initial


@desk_view("topics.apply_topic")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new application; `?message=M…` (several times) begins it from residents' words."""
    user: Any = request.user
    sources = _sources(request)
    initial = _from_words(sources)
    form = _form(request, initial)
    if request.method == "POST" and "look" not in request.POST and form.is_valid():
        fields, now = draft_of(form.cleaned_data), timezone.now()
        deputy = getattr(user, "deputy", None)
        try:
            if sources:
                topic = from_messages(sources, fields, actor=user, deputy=deputy, now=now)
            else:
                topic = draft_topic(fields, actor=user, deputy=deputy, now=now)
        except DomainError as error:
            if error.status in (403, 404):
                raise
            refuse(form, error)
        else:
            messages.success(request, "已存为草稿。看一看相近的议题，没有重复就提交申请。")
            return redirect("topics_desk:topic", topic.code)
    context = {"sources": sources, "page_title": "申请议题"}
    if sources:
        context["open_topics"] = topics_to_join(user)
    return _page(request, form, context)


@desk_view("topics.apply_topic")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a draft, or what was returned."""
    user, topic, now = request.user, find_topic(request, code), timezone.now()
    demand(user, topic, "topics.apply_topic", "edit", now)
    form = _form(request, typed_in(topic), topic)
    if request.method == "POST" and "look" not in request.POST and form.is_valid():
        try:
            edit_topic(topic, draft_of(form.cleaned_data), actor=user, now=now)
        except DomainError as error:
            if error.status in (403, 404):
                raise
            refuse(form, error)
        else:
            messages.success(request, "已改好。")
            return redirect("topics_desk:topic", topic.code)
    return _page(request, form, {"topic": topic, "page_title": "修改议题"})


@desk_view("topics.apply_topic")
@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """Put messages to a topic there is already; each keeps its link."""
    sources, now = _sources(request), timezone.now()
    topic = find_topic(request, request.POST.get("topic", "").upper()[:20])
    done = 0
    for message in sources:
        try:
            apply(message, "deliberate", actor=request.user, now=now, data={"topic": topic.code})  # type: ignore[arg-type]
            done += 1
        except DomainError as error:
            if error.status in (403, 404):
                raise
            messages.error(request, f"{message.code}：{_why(error)}")
    if done:
        messages.success(request, f"{done}条留言并入了这个议题。")
    return redirect("topics_desk:topic", topic.code)


def _why(error: DomainError) -> str:
    return " ".join(error.fields.values()) or error.message


def _form(request: HttpRequest, initial: dict[str, Any], topic: Topic | None = None) -> TopicForm:
    places = places_for(request.user)
    if topic is not None and topic.region_code not in {code for code, _ in places}:
        places = [(topic.region_code, topic.region_code), *places]
    if not initial.get("region_code") and places:
        initial["region_code"] = _usual(request.user, places)
    hosts = hosts_for(request.user, places)
    return TopicForm(request.POST or None, initial=initial, places=places, hosts=hosts)


def _usual(user: Any, places: list[tuple[str, str]]) -> str:
    """The deputy's own place, else the first one."""
    deputy = getattr(user, "deputy", None)
    own = deputy.region_code if deputy else ""
    return own if own in {code for code, _ in places} else places[0][0]


def _sources(request: HttpRequest) -> list[Any]:
    codes = request.POST.getlist("message") or request.GET.getlist("message")
    if len(codes) > MOST_MESSAGES:
        raise InputInvalid("too_many", f"一次最多合并{MOST_MESSAGES}条留言。")
    return list(messages_to_choose(request.user).filter(code__in=codes).order_by("id"))


def _from_words(sources: list[Any]) -> dict[str, Any]:
    """Title and background begun with the residents' own words, personal numbers masked."""
    if not sources:
        return {}
    texts = [mask_personal(m.text).replace("\n", " ") for m in sources]
    head = f"有{len(texts)}位群众反映：\n" if len(texts) > 1 else "有群众反映："
    body = "\n".join(texts) if len(texts) > 1 else texts[0]
    return {
        "title": texts[0][:30], "summary": (head + body)[:2000],
        "region_code": sources[0].region_code[:12],
    }  # fmt: skip


def _page(request: HttpRequest, form: TopicForm, context: dict[str, Any]) -> HttpResponse:
    status = 200
    look = "look" in request.POST
    if form.is_bound and form.errors and not look:
        status = refusal_status(form)
    typed = f"{form['title'].value() or ''} {form['summary'].value() or ''}".strip()
    own = context.get("topic")
    found = similar_topics(typed, str(form["region_code"].value() or "")) if typed else []
    context |= {
        "form": form, "look": look, "similar": [t for t in found if t != own],
        "units": [
            {"code": code, "name": name, "lead": code in (form["departments"].value() or [])}
            for code, name in form.fields["departments"].choices  # type: ignore[attr-defined]
        ],
    }  # fmt: skip
    return render(request, "desk/topics/apply.html", context, status=status)
