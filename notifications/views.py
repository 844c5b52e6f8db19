"""The inbox at the desk, and one's own channels."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.desk import ACCOUNT, desk_view, signed_in
from accounts.models import User
from core.errors import DomainError
from core.paging import keyset_page
from notifications import channels as service
from notifications.forms import ChannelForm
from notifications.models import Channel, Notification
from notifications.registry import subject
from notifications.services import INBOX, mark_read, unread

PAGE = 30
CHANNELS = "notifications:channels"


@require_safe
@desk_view()
def inbox(request: HttpRequest) -> HttpResponse:
    """What I was told, newest first; unread ones alone on request."""
    user = cast(User, request.user)
    rows = Notification.objects.visible_to(user)
    only_unread = request.GET.get("show") == "unread"
    if only_unread:
        rows = rows.filter(read_at__isnull=True)
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("cursor"), size=PAGE)
    context = {
        "page": page, "only_unread": only_unread, "waiting": unread(user, timezone.now()),
        "rows": [{"notice": n, "leads": bool(subject(n.object_type))} for n in page.rows],
    }  # fmt: skip
    return render(request, "notifications/inbox.html", context)


@require_safe
@desk_view()
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Follow a notice to what it is about; it is read by that."""
    user = cast(User, request.user)
    notice = Notification.objects.get_visible_or_404(user, pk=pk)
    if request.method == "GET":
        mark_read(user=user, ids=[notice.pk], now=timezone.now())
    about = subject(notice.object_type)
    return redirect(about.url(notice.object_code) if about else reverse(INBOX))


@require_POST
@desk_view()
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice as read (`id`), or all of them."""
    user, pk = cast(User, request.user), request.POST.get("id", "")
    ids = [int(pk)] if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
    if pk and ids is None:
        return redirect(INBOX)
    count = mark_read(user=user, ids=ids, now=timezone.now())
    if getattr(request, "htmx", False):
        return inbox(_as_get(request))
    if ids is None and count:
        messages.success(request, f"{count}条消息都标为已读了。")
    return redirect(INBOX)


def _as_get(request: HttpRequest) -> HttpRequest:
    request.method = "GET"
    return request


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def channels(request: HttpRequest) -> HttpResponse:
    """My channels outside the inbox; a POST adds one."""
    user = cast(User, request.user)
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.add_channel(user=user, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            for name, words in (error.fields or {"": error.message}).items():
                form.add_error(name or None, words)
        else:
            messages.success(request, "加好了。早8点到晚9点之间，有新消息会同时发到那里。")
            return redirect(CHANNELS)
    crumbs = [{"label": "我的账号", "url": reverse(ACCOUNT)}, {"label": "通知方式"}]
    mine = Channel.objects.visible_to(user)
    context: dict[str, Any] = {"form": form, "channels": mine, "crumbs": crumbs}
    status = 400 if form.errors else 200
    return render(request, "notifications/channels.html", context, status=status)


@require_POST
@signed_in
def change_channel(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch one of my channels on or off, or remove it."""
    user, now = cast(User, request.user), timezone.now()
    channel = Channel.objects.get_visible_or_404(user, pk=pk)
    if request.POST.get("do") == "remove":
        service.remove_channel(user=user, channel=channel, now=now)
        messages.success(request, "删去了。")
    else:
        service.switch_channel(user=user, channel=channel, on=not channel.is_on, now=now)
    return redirect(CHANNELS)
