"""签到: what opens on a phone that scanned the code in the room of a meeting."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.desk import door
from core.admin_pages import refuse
from core.dates import local_date
from core.errors import DomainError, NotVisible
from topics.course_forms import SignInForm
from topics.models import Meeting
from topics.room import is_fresh, secret_of
from topics.services import RESIDENT, sign_in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def meet(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign in to a meeting: a deputy with the own account, everybody else by a name to be
    called by. Good on the day of the meeting only."""
    rows = Meeting.objects.select_related("topic")
    meeting = rows.filter(sign_in=secret_of(secret)).first()
    if meeting is None:
        raise NotVisible()
    now = timezone.now()
    deputy = _deputy(request)
    form = SignInForm(request.POST if request.method == "POST" else None)
    open_ = local_date(meeting.starts_at) == local_date(now) and meeting.held_at is None
    context: dict[str, Any] = {
        "meeting": meeting, "topic": meeting.topic, "deputy": deputy, "form": form,
        "open": open_, "early": local_date(meeting.starts_at) > local_date(now),
        "stale": not is_fresh(meeting, secret, now),
        "done": deputy and meeting.attendees.filter(
            deputy=deputy, signed_in_at__isnull=False
        ).first(),
    }  # fmt: skip
    status = 200
    if request.method == "POST":
        status = _take(request, meeting, secret, form, context)
    return render(request, "topics/meet.html", context, status=status)


meet.required_permission = "public"  # type: ignore[attr-defined]


def _deputy(request: HttpRequest) -> Any:
    """The deputy who holds this phone, when signed in as one."""
    if door(request) is not None:
        return None
    found = getattr(request.user, "deputy", None)
    return found if found is not None and found.serving else None


def _take(
    request: HttpRequest, meeting: Meeting, secret: str, form: SignInForm, context: dict[str, Any]
) -> int:
    """Sign in; the page then says so, or why not."""
    deputy = context["deputy"]
    if deputy is None and not form.is_valid():
        return 400
    data = {} if deputy else form.cleaned_data
    try:
        context["done"] = sign_in(
            meeting, secret=secret, deputy=deputy, name=data.get("name", ""),
            kind="deputy" if deputy else data["kind"],
            actor=request.user if deputy else RESIDENT, now=timezone.now(),
        )  # fmt: skip
    except DomainError as error:
        if error.status == 404:
            raise
        if deputy is None:
            refuse(form, error)
        context["error"] = error
        return error.status
    return 200
