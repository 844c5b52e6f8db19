"""Orders at the desk: a unit's queue, what a station gave out, one order side by side."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.desk import desk_view
from congress.selectors import describe_due
from core.dates import local_date
from core.errors import NotVisible
from core.paging import keyset_page, pager_urls
from handling import states
from handling.letters import Letter, draft_letter, letter_file, letter_of
from handling.models import Order, ReplyPhoto
from handling.promises import settles_here
from handling.registry import panel_of as source_panel
from handling.registry import points_of, source
from handling.rules import waiting_for
from handling.selectors import decide_by
from notifications.models import Clock
from workflows.registry import workflow_of
from workflows.views import Outcome, lost_words, panel, perform

SALT = "handling.photo"
ICONS = {
    "sign": "check", "reply": "reply", "give_opinion": "chat", "record_contact": "phone",
    "request_extension": "clock", "request_return": "undo", "decide_return": "swap",
    "decide_extension": "clock", "accept_reply": "check", "send_back": "undo",
}  # fmt: skip
TABS = [
    ("todo", "要办的"), ("sign", "待签收"), ("late", "逾期"), ("returned", "申退中"),
    ("replied", "已答复"), ("done", "已了结"),
]  # fmt: skip


# What a line of the queue offers, by the state its order is in.
NEXT = {
    states.ASSIGNED: "签收", states.SIGNED: "去办理", states.HANDLING: "去答复",
    states.RETURN_REQUESTED: "看申请", states.REPLIED: "看答复",
}  # fmt: skip
# Writing wants room: these have a page of their own.
PAGES = ("reply", "give_opinion", "record_contact", "request_extension", "request_return",
         "decide_return")  # fmt: skip


def _tab(tab: str, today: Any) -> dict[str, Any]:
    return {
        "sign": {"state": states.ASSIGNED},
        "late": {"state__in": states.OPEN, "due_on__lt": today},
        "returned": {"state": states.RETURN_REQUESTED},
        "replied": {"state": states.REPLIED},
        "done": {"state__in": states.FINAL},
    }.get(tab, {"state__in": states.OPEN})


@desk_view("handling.view_order")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """One queue for every source, most urgent first."""
    now = timezone.now()
    tab = request.GET.get("tab", "todo")
    rows = Order.objects.visible_to(request.user).filter(**_tab(tab, local_date(now)))
    words = request.GET.get("words", "").strip()[:20]
    if words:
        rows = rows.filter(title__contains=words)
    page = keyset_page(
        rows.select_related("unit"), order=("due_on", "id"), cursor=request.GET.get("cursor"),
        size=20,
    )  # fmt: skip
    deciding = decide_by(page.rows)
    context = {
        "page": page, "pager": pager_urls(request, page), "words": words,
        "tabs": [
            {"label": label, "url": f"?tab={key}", "current": key == tab} for key, label in TABS
        ],
        "rows": [
            order_row(order, now=now, deciding=deciding) | {"primary": tab == "todo" and not place}
            for place, order in enumerate(page.rows)
        ],
    }  # fmt: skip
    return render(request, "handling/queue.html", context)


def order_row(order: Order, *, now: datetime, deciding: dict[str, Clock]) -> dict[str, Any]:
    """One line of a queue; one that was asked back is due when that has to be decided."""
    due = None
    if order.state in states.OPEN:
        of = deciding.get(order.code, order)
        due = describe_due(local_date(now), of.due_on, provisional=of.provisional)
    url = reverse("handling_desk:order", args=[order.code])
    words = [order.get_state_display(), order.unit.name, order.code]
    if order.round > 1:
        words.insert(1, f"第{order.round}轮")
    return {
        "title": order.title, "url": url, "tag": order.get_role_display(), "due": due,
        "meta": " · ".join(words),
        "action": {"label": NEXT.get(order.state, "看看"), "url": url},
    }  # fmt: skip


@desk_view("handling.view_order")
@require_safe
def order(request: HttpRequest, code: str) -> HttpResponse:
    """Left what was asked, right what we answer."""
    return _show(request, _find(request, code))


def _find(request: HttpRequest, code: str) -> Order:
    rows = Order.objects.select_related("unit", "lead__unit")
    return rows.get_visible_or_404(request.user, code=code)


@desk_view("handling.view_order")
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """GET shows a long form on its own page; POST does it, or says why not with the text kept."""
    found, now = _find(request, code), timezone.now()
    if request.method != "POST":
        return _form_page(request, found, name, now)
    outcome = perform(request, found, name, now=now)
    if outcome.changed is None:
        status = outcome.error.status if outcome.error else 400
        found.refresh_from_db()
        if status == 400 and name in PAGES:
            return _form_page(request, found, name, now, outcome.form, status)
        return _show(request, found, outcome, status=status)
    row_ = workflow_of(found).transition(name)
    messages.success(request, f"{row_.label if row_ else ''}：已经记下。")
    return redirect(f"{reverse('handling_desk:order', args=[code])}?done={name}")


def _panel(found: Order, user: Any, now: datetime, outcome: Outcome | None = None) -> Any:
    url = reverse("handling_desk:order", args=[found.code]) + "{}/"
    return panel(found, user, now=now, url=url, outcome=outcome, icons=ICONS, pages=PAGES)


def _form_page(
    request: HttpRequest, found: Order, name: str, now: datetime, typed: Any = None,
    status: int = 200, letter_: Letter | None = None,
) -> HttpResponse:  # fmt: skip
    rows = _panel(found, request.user, now)
    row = next((r for r in rows if r["name"] == name and r["form"] is not None), None)
    if row is None or row["reason_disabled"]:
        raise NotVisible()
    replies = list(found.replies.all())
    context = {
        "order": found, "action": row, "form": typed or row["form"],
        "badge": _badge(found, local_date(now)), "draft": f"{name}-{found.code}",
        "contacts": found.contacts.all(),
        "opinions": found.co_orders.filter(opinion__isnull=False).select_related("unit", "opinion"),
        "sent_back": replies[-1].sent_back_reason if replies else "", "letter": letter_,
        "asked": source_panel(found, request.user),
    }  # fmt: skip
    template = "handling/reply.html" if name == "reply" else "handling/form.html"
    return render(request, template, context, status=status)


@desk_view("handling.reply_order")
@require_POST
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """The letter the draft would become, beside the draft; nothing is stored."""
    found, now = _find(request, code), timezone.now()
    row = workflow_of(found).transition("reply")
    if row is None:
        raise NotVisible()
    form = row.form_class()(request.POST, obj=found, actor=request.user, now=now)
    form.is_valid()
    shown = draft_letter(found, form.cleaned_data, local_date(now))
    return _form_page(request, found, "reply", now, form, letter_=shown)


def _badge(found: Order, today: date) -> Any:
    if clock := decide_by([found]).get(found.code):
        return describe_due(today, clock.due_on, basis=clock.basis, provisional=clock.provisional)
    done = local_date(found.replied_at) if found.replied_at else None
    return describe_due(today, found.due_on, done, basis=found.basis, provisional=found.provisional)


def _show(
    request: HttpRequest, found: Order, outcome: Outcome | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    today = local_date(now)
    origin = source(found.source_type)
    context = {
        "order": found,
        "badge": _badge(found, today),
        "actions": _panel(found, request.user, now, outcome),
        "drafts_done": _drafts_done(found, request.GET.get("done", "")),
        "error": outcome.error if outcome and outcome.error else None,
        "lost": lost_words(outcome),
        "origin": origin.label if origin else "",
        "contacts": found.contacts.all(), "returns": found.returns.all(),
        "extensions": found.extensions.all(),
        "promises": [
            {"promise": one, "may_settle": settles_here(one, request.user)}
            for one in found.promises.select_related("order__unit")
        ],
        "replies": [
            {"reply": r, "photos": photo_links(r.photos.all())}
            for r in found.replies.prefetch_related("photos", "copies")
        ],
        "co_orders": found.co_orders.select_related("unit", "opinion"),
        "waiting": waiting_for(found.co_orders.select_related("unit"), today),
        "asked": source_panel(found, request.user),
        "contact_missing": found.contact_required and not found.contacts.exists(),
    }  # fmt: skip
    return render(request, "handling/order.html", context, status=status)


def _drafts_done(found: Order, name: str) -> list[str]:
    """Names of the drafts on the device that were sent and may be forgotten."""
    if name not in PAGES:
        return []
    whole = f"{name}-{found.code}"
    points = points_of(found) if name == "reply" else []
    return [whole, *(f"{whole}-{n}" for n in range(1, len(points) + 1))]


@desk_view("handling.view_order")
@require_safe
def letter(request: HttpRequest, code: str) -> HttpResponse:
    """The order as it is printed and carried to a meeting (交办单)."""
    return render(request, "handling/print.html", {"order": _find(request, code)})


@desk_view("handling.view_order")
@require_safe
def reply_letter(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A given reply as the letter that is printed and handed over (答复函)."""
    found = _find(request, code)
    context = {"order": found, "number": number, "letter": _letter_of(found, number)}
    return render(request, "handling/letter.html", context)


@desk_view("handling.view_order")
@require_safe
def reply_file(request: HttpRequest, code: str, number: int, form: str) -> HttpResponseBase:
    """The same letter to take away, as `docx` or `pdf`."""
    found = _find(request, code)
    made = letter_file(_letter_of(found, number), form)
    if made is None:
        raise NotVisible()
    data, kind = made
    return FileResponse(
        BytesIO(data), as_attachment=True, filename=f"答复函-{code}-{number}.{form}",
        content_type=kind, headers={"Cache-Control": "no-store"},
    )  # fmt: skip


def _letter_of(found: Order, number: int) -> Letter:
    reply = found.replies.filter(version=number).first()
    if reply is None:
        raise NotVisible()
    return letter_of(found, reply)


def photo_links(photos: Any) -> list[dict[str, str]]:
    """Addresses of reply pictures, good for two hours."""
    return [
        {"url": _photo_url(p, "image"), "thumb": _photo_url(p, "thumb"), "alt": f"照片{n}"}
        for n, p in enumerate(photos, 1)
    ]


def _photo_url(photo: ReplyPhoto, size: str) -> str:
    return reverse("handling_desk:photo", args=[signing.dumps([photo.pk, size], salt=SALT)])


@desk_view("handling.view_order")
@require_safe
def reply_photo(request: HttpRequest, signed: str) -> HttpResponseBase:
    """A reply's picture by a link from an order page."""
    try:
        pk, size = signing.loads(signed, salt=SALT, max_age=7200)
    except signing.BadSignature as error:
        raise NotVisible() from error
    found = ReplyPhoto.objects.filter(pk=pk).first()
    if found is None:
        raise NotVisible()
    file = found.thumb if size == "thumb" else found.image
    return FileResponse(file.open("rb"), content_type="image/jpeg")
