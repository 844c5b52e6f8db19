"""Writing a suggestion: from nothing, from messages or a topic; changing it; 代录 by the office."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.desk import desk_view
from core.admin_pages import refuse
from core.errors import DomainError, Forbidden, InputInvalid, StateMoved
from core.neighbours import Origin, origin_of
from core.personal import mask_personal
from deputies.models import Deputy
from proposals import rules, states
from proposals.desk_forms import EnterForm, NewForm, TextForm, delegations_of
from proposals.models import Proposal
from proposals.points import looks_like_several
from proposals.selectors import seat_to_submit, similar
from proposals.services import draft, enter, revise
from proposals.services.sources import from_messages
from proposals.services.writing import Source
from proposals.views.desk.frame import address, find_proposal
from voices.models import Message
from workflows.engine import refusal_status

MOST_MESSAGES = 50
TEMPLATE = "desk/proposals/write.html"
SAVED = "已存为草稿。看一看相近的建议，请人联名，再提交。"


@desk_view("proposals.add_proposal")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`?message=M…` (several times) or `?topic=T…` begins it from what people said."""
    user, now = request.user, timezone.now()
    deputy = Deputy.objects.filter(code__in=rules.deputy_codes(user)).first()
    seat = seat_to_submit(deputy) if deputy else None
    if deputy is None or seat is None:
        raise StateMoved("no_seat", "您现在没有在任的代表资格，不能起草建议。")
    said, topic = _messages(request, now), _topic(request)
    form = NewForm(
        request.POST or None, initial=_begun_with(said, topic), delegations=delegations_of(user)
    )
    made = _save(
        request, form, "proposal", lambda data: _begin(user, deputy, data, form, said, topic, now)
    )
    if made:
        return made
    context = {
        "page_title": "提建议", "said": said, "topic": topic, "draft": "proposal",
        "region": seat.term.congress.region_code,
    }  # fmt: skip
    return _page(request, form, context)


def _begin(
    user: Any, deputy: Deputy, data: dict[str, Any], form: NewForm, said: list[Message],
    topic: Origin | None, now: datetime,
) -> Proposal:  # fmt: skip
    if said:
        return from_messages(said, form.text(), actor=user, now=now)
    origin = Source(data["source_kind"] or "own", data["source_code"])
    if topic:
        origin = Source("topic", topic.code)
    return draft(
        form.text(), actor=user, deputy=deputy, now=now, source=origin,
        delegation=data["delegation"], confidential=data["confidential_reason"],
    )  # fmt: skip


@desk_view("proposals.submit_proposal")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a draft, or what was returned; co-signers are asked again."""
    user, found, now = request.user, find_proposal(request, code), timezone.now()
    if reason := rules.lead_writes(found, user, now):
        raise Forbidden("no_right", reason)
    if found.state not in states.WRITING:
        raise StateMoved("state_moved", "已经提交，不能再改；要改请先请人大机关退回。")
    initial = {name: getattr(found, name) for name in ("title", "facts", "advice", "version")}
    form = TextForm(request.POST or None, initial=initial)
    made = _save(
        request, form, f"proposal-{found.code}",
        lambda data: revise(
            found, form.text(), actor=user, now=now, version=data.get("version")
        ),
    )  # fmt: skip
    if made:
        return made
    context = {
        "page_title": "改正文", "proposal": found, "draft": f"proposal-{found.code}",
        "region": found.region_code, "own": found.code,
        "returned": found.reviews.filter(kind="returned").last(),
        "signed": found.signatures.filter(lead=False, state=states.CONFIRMED).count(),
    }  # fmt: skip
    return _page(request, form, context)


@desk_view("proposals.enter_proposal")
@require_http_methods(["GET", "HEAD", "POST"])
def type_in(request: HttpRequest) -> HttpResponse:
    """代录: a paper or spoken suggestion typed in for a deputy; the proxy is named."""
    user, now = request.user, timezone.now()
    form = EnterForm(request.POST or None, actor=user)
    made = _save(
        request, form, "proposal-enter",
        lambda data: enter(
            form.text(), actor=user, deputy=data["deputy"], way=data["way"], now=now,
            cosigners=data["cosigners"], source=form.source(),
        ),
    )  # fmt: skip
    context = {"page_title": "代录建议", "entering": True, "draft": "proposal-enter", "region": ""}
    return made or _page(request, form, context)


def _save(request: HttpRequest, form: TextForm, kept: str, do: Any) -> HttpResponse | None:
    """Do it and go to the draft; None when the page is to be shown (again).

    `kept` names what this device keeps of the text until it is saved.
    """
    if request.method != "POST" or "look" in request.POST or not form.is_valid():
        return None
    try:
        made = do(form.cleaned_data)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        refuse(form, error)
        return None
    messages.success(request, SAVED)
    return redirect(f"{address(made)}?done={kept}")


def _page(request: HttpRequest, form: Any, context: dict[str, Any]) -> HttpResponse:
    """The form with the suggestions of past years that say about the same."""
    look = "look" in request.POST
    status = refusal_status(form) if form.is_bound and form.errors and not look else 200
    title, advice = str(form["title"].value() or ""), str(form["advice"].value() or "")
    points = [line for line in advice.splitlines() if line.strip()]
    context |= {
        "form": form, "look": look, "exclusions": list(states.EXCLUSIONS.values()),
        "several": looks_like_several(title, points),
        "similar": similar(context["region"], title, besides=context.get("own", ""))
        if title and context["region"] else [],
    }  # fmt: skip
    return render(request, TEMPLATE, context, status=status)


def _messages(request: HttpRequest, now: datetime) -> list[Message]:
    """The messages it is begun from, each one this deputy's to make a suggestion of."""
    codes = request.POST.getlist("message") or request.GET.getlist("message")
    if len(codes) > MOST_MESSAGES:
        raise InputInvalid("too_many", f"一次最多合并{MOST_MESSAGES}条留言。")
    found = list(Message.objects.visible_to(request.user).filter(code__in=codes).order_by("id"))
    for message in found:
        if reason := rules.may_promote(message, request.user, now):
            raise StateMoved("not_now", f"{message.code}：{reason}")
    return found


def _topic(request: HttpRequest) -> Origin | None:
    code = request.POST.get("topic") or request.GET.get("topic") or ""
    return origin_of("topic", code, request.user) if code else None


def _begun_with(said: list[Message], topic: Origin | None) -> dict[str, Any]:
    """Facts begun with people's own words, personal numbers masked."""
    if topic:
        return {"title": f"关于{topic.title}的建议"[:80], "facts": topic.words[:4000]}
    if not said:
        return {}
    texts = [mask_personal(m.text).strip() for m in said]
    head = f"有{len(texts)}位群众反映：\n" if len(texts) > 1 else "有群众反映："
    return {"facts": (head + "\n".join(texts))[:4000]}
