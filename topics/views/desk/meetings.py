"""议事会: calling it, who is asked, signing in by code in the room, who was there."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.desk import desk_view
from codes.rules.qr import qr_svg
from core.dates import local_date
from core.errors import DomainError, Forbidden, NotVisible
from topics import rules
from topics.course_forms import ComingForm, MeetingForm, MoreGuestsForm
from topics.desk_forms import exact_name
from topics.models import Attendee, Meeting, Topic
from topics.pictures import picture_links
from topics.room import room_code
from topics.services import call_meeting, invite, mark_present
from topics.views.desk.frame import demand, find_topic, frame, may_do, unit_rows
from workflows.views import ask

RUN = "topics.run_topic"


def find_meeting(topic: Topic, number: int) -> Meeting:
    """The topic's meeting of that number, or 404."""
    found = topic.meetings.filter(number=number).first()
    if found is None:
        raise NotVisible()
    return found


@desk_view("topics.view_topic")
@require_safe
def meetings(request: HttpRequest, code: str) -> HttpResponse:
    """Research before, meetings called and held."""
    topic = find_topic(request, code)
    user = request.user
    context = {
        **frame(topic, "meetings"),
        "meetings": topic.meetings.prefetch_related("attendees"),
        "notes": [
            {"note": note, "photos": picture_links(note.pictures.all())}
            for note in topic.research_notes.prefetch_related("pictures")
        ],
        "may_call": may_do(user, topic, RUN, "convene"),
        "may_research": may_do(user, topic, RUN, "research"),
        "why_not": rules.why_not(topic, "convene", timezone.localdate()),
    }  # fmt: skip
    return render(request, "desk/topics/meetings.html", context)


@desk_view(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, code: str) -> HttpResponse:
    """Call a meeting; those with accounts are told at once."""
    user, topic, now = request.user, find_topic(request, code), timezone.now()
    demand(user, topic, RUN, "convene", now)
    initial = {
        "place": topic.host.address or topic.host.name if topic.host else "",
        "deputies": exact_name(topic.deputy) if topic.deputy else "",
        "units": list(topic.departments.values_list("code", flat=True)),
    }
    form = MeetingForm(request.POST or None, topic=topic, initial=initial)
    chosen = form["units"].value() or []
    context = {
        **frame(topic, "meetings"),
        "units": unit_rows(topic.region_code, lead=chosen, joint=[]),
    }

    def do(data: dict[str, Any]) -> str:
        call_meeting(
            topic, starts_at=data["starts_at"], place=data["place"], agenda=data["agenda"],
            invite=form.invitees(), actor=user, now=now,
        )  # fmt: skip
        return "已召集，有账号的代表和部门会收到通知。"

    return ask(
        request, form, do, template="desk/topics/call_meeting.html", context=context,
        back=reverse("topics_desk:meetings", args=[code]),
    )  # fmt: skip


@desk_view(RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def invite_more(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Ask further people to a meeting that was called; only they are told."""
    user, topic, now = request.user, find_topic(request, code), timezone.now()
    found = find_meeting(topic, number)
    demand(user, topic, RUN, "convene", now)
    form = MoreGuestsForm(request.POST or None, topic=topic)
    context = {
        **frame(topic, "meetings"), "meeting": found,
        "units": unit_rows(topic.region_code, lead=form["units"].value() or [], joint=[]),
    }  # fmt: skip

    def do(data: dict[str, Any]) -> str:
        invite(found, form.invitees(), actor=user, now=now)
        return "已邀请，有账号的代表和部门会收到通知。"

    return ask(
        request, form, do, template="desk/topics/invite.html", context=context,
        back=reverse("topics_desk:meeting", args=[code, number]),
    )  # fmt: skip


@desk_view("topics.view_topic")
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One meeting: who is asked, who is there, and writing down somebody who came."""
    user, topic, now = request.user, find_topic(request, code), timezone.now()
    found = find_meeting(topic, number)
    staff = user.has_perm(RUN, topic)  # type: ignore[union-attr]
    if request.method == "POST" and not staff:
        raise Forbidden()
    form = ComingForm(request.POST or None, meeting=found, initial={"kind": "resident"})
    people = list(found.attendees.select_related("deputy", "unit"))
    today = local_date(now)
    context = {
        **frame(topic, "meetings"), "meeting": found, "people": people,
        "present": sum(1 for one in people if one.signed_in_at),
        "may_mark": staff and found.held_at is None and rules.may(topic, "sign_in"),
        "may_invite": staff and found.held_at is None and rules.may(topic, "convene"),
        "is_today": local_date(found.starts_at) == today,
    }  # fmt: skip

    def do(data: dict[str, Any]) -> str:
        mark_present(found, _person(found, data), actor=user, now=now)
        return f"{data['name']}：已登记到会。"

    return ask(
        request, form, do, template="desk/topics/meeting.html", context=context,
        back=reverse("topics_desk:meeting", args=[code, number]),
    )  # fmt: skip


def _person(found: Meeting, data: dict[str, Any]) -> Attendee:
    """The one on the list, or somebody new."""
    deputy = data.get("deputy")
    same = {"deputy": deputy} if deputy else {"kind": data["kind"], "name": data["name"]}
    name = deputy.name if deputy else data["name"]
    listed = found.attendees.filter(**same, signed_in_at__isnull=True).first()
    return listed or Attendee(meeting=found, kind=data["kind"], name=name, deputy=deputy)


@desk_view(RUN)
@require_POST
def present(request: HttpRequest, code: str, number: int, attendee: int) -> HttpResponse:
    """Somebody on the list is here."""
    topic, now = find_topic(request, code), timezone.now()
    found = find_meeting(topic, number)
    demand(request.user, topic, RUN, "sign_in", now)
    person = found.attendees.filter(pk=attendee).first()
    if person is None:
        raise NotVisible()
    try:
        mark_present(found, person, actor=request.user, now=now)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, error.message)
    else:
        messages.success(request, f"{person.name}：已登记到会。")
    return redirect("topics_desk:meeting", code, number)


@desk_view(RUN)
@require_safe
def sign_in_code(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The code for the wall of the room, thrown on a screen; it changes every few minutes."""
    topic = find_topic(request, code)
    if not request.user.has_perm(RUN, topic):  # type: ignore[union-attr]
        raise Forbidden()
    found = find_meeting(topic, number)
    address = settings.BASE_URL + reverse("topics:meet", args=[room_code(found, timezone.now())])
    context = {
        "topic": topic,
        "meeting": found,
        "address": address,
        "qr": mark_safe(qr_svg(address)),  # noqa: S308  drawn here, of our own address
        "present": found.attendees.filter(signed_in_at__isnull=False).count(),
    }
    return render(request, "desk/topics/sign_in_code.html", context)
