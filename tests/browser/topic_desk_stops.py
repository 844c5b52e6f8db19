"""The desk's and the staff's pages of topics, in every state the demo has."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from tests.browser.stops import Site, Stop
from topics import states
from topics.models import Meeting, Opinion, OpinionGroup, Topic
from topics.room import room_code
from topics.rules import may
from workflows.engine import available

Where = Callable[[Site], str | None]


def _seen(site: Site, role: str, *wanted: str) -> Topic | None:
    rows = Topic.objects.visible_to(site.people[role]).filter(state__in=wanted)
    return rows.order_by("-opinion_count", "id").first()


def _page(role: str, state: str, tail: str = "") -> Stop:
    def where(site: Site) -> str | None:
        found = _seen(site, role, state)
        return f"/desk/topics/{found.code}/{tail}" if found else None

    return Stop(f"{role} desk topic {state} {tail}".strip(), where, role)


def _step(role: str, state: str, name: str) -> Stop:
    """A form of a transition, where this person may press it now."""

    def where(site: Site) -> str | None:
        user = site.people[role]
        for found in Topic.objects.visible_to(user).filter(state=state).order_by("id"):
            rows = available(found, user, now=timezone.now())
            if any(a.name == name and not a.blocked for a in rows):
                return f"/desk/topics/{found.code}/{name}/"
        return None

    return Stop(f"{role} topic form {name}", where, role)


def _feature(role: str, perm: str, feature: str, tail: str) -> Stop:
    """A page that asks for something beside the transitions."""

    def where(site: Site) -> str | None:
        user = site.people[role]
        rows = Topic.objects.visible_to(user).order_by("id")
        if "/1/" in tail:
            rows = rows.filter(parts__number=1)
        able = (t for t in rows if may(t, feature) and user.has_perm(perm, t))
        found = next(able, None)
        return f"/desk/topics/{found.code}/{tail}" if found else None

    return Stop(f"{role} topic {tail}", where, role)


def _meeting(tail: str) -> Where:
    def where(site: Site) -> str | None:
        topics = Topic.objects.visible_to(site.people["congress_staff"])
        found = Meeting.objects.filter(topic__in=topics).select_related("topic").last()
        return f"/desk/topics/{found.topic.code}/meetings/{found.number}/{tail}" if found else None

    return where


def _group(site: Site) -> str | None:
    topics = Topic.objects.visible_to(site.people["congress_staff"])
    found = OpinionGroup.objects.filter(topic__in=topics).select_related("topic").first()
    return f"/desk/topics/{found.topic.code}/groups/{found.pk}/" if found else None


def _contact(site: Site) -> str | None:
    rows = Opinion.objects.visible_to(site.people["congress_staff"]).select_related("topic")
    found = rows.filter(contribution__contact__isnull=False).order_by("id").first()
    return f"/desk/topics/{found.topic.code}/opinions/{found.code}/contact/" if found else None


def _more_guests(site: Site) -> str | None:
    topics = Topic.objects.visible_to(site.people["congress_staff"])
    waiting = Meeting.objects.filter(topic__in=topics, held_at=None).select_related("topic")
    found = next((m for m in waiting if may(m.topic, "convene")), None)
    return f"/desk/topics/{found.topic.code}/meetings/{found.number}/invite/" if found else None


def _meet(site: Site) -> str | None:
    found = Meeting.objects.order_by("-starts_at").first()
    return f"/meet/{room_code(found, timezone.now())}/" if found else None


def _opinion(state: str) -> Where:
    def where(site: Site) -> str | None:
        rows = Opinion.objects.visible_to(site.people["moderator"]).filter(state=state)
        found = rows.order_by("id").first()
        return f"/admin/moderation/opinions/{found.code}/" if found else None

    return where


def _publish(site: Site) -> str | None:
    found = _seen(site, "moderator", states.HANDLING)
    return f"/admin/topics/publication/{found.code}/" if found else None


def _register(site: Site) -> str | None:
    found = _seen(site, "congress_staff", *states.STATES)
    return f"/admin/topics/topic/{found.pk}/change/" if found else None


RUN, TELL = "topics.run_topic", "topics.hand_over_topic"
TOPIC_DESK = [
    *(_page("congress_staff", state) for state in states.STATES),
    *(_page("deputy", state) for state in states.STATES),
    *(
        _page("congress_staff", states.COLLECTING, tail)
        for tail in ("opinions/", "opinions/?words=没有这个", "groups/", "meetings/", "plan/")
    ),
    _page("congress_staff", states.PUBLISHED, "result/"),
    _page("congress_staff", states.HANDLING, "result/"),
    *(
        _step("congress_staff", state, name)
        for state, name in (
            (states.APPLIED, "approve"), (states.APPLIED, "reject"),
            (states.APPLIED, "return_for_revision"), (states.RESEARCHING, "record_research"),
            (states.RESEARCHING, "hold_meeting"), (states.MEETING, "adopt_plan"),
            (states.PLANNED, "hand_over"), (states.COLLECTING, "close_collection"),
            (states.HANDLING, "publish"),
        )
    ),
    _feature("congress_staff", "topics.apply_topic", "edit", "edit/"),
    _feature("congress_staff", "topics.enter_topic", "enter", "opinions/enter/"),
    _feature("congress_staff", RUN, "convene", "meetings/new/"),
    _feature("congress_staff", RUN, "plan", "plan/new/"),
    _feature("congress_staff", RUN, "plan", "plan/1/"),
    _feature("congress_staff", RUN, "plan", "plan/1/remove/"),
    _feature("congress_staff", RUN, "support", "support/"),
    _feature("congress_staff", TELL, "result", "result/write/"),
    _feature("congress_staff", TELL, "outcome", "result/parts/1/"),
    _feature("deputy", "topics.rate_topic", "rate", "result/rate/"),
    *(
        Stop(f"topic list {tab}", lambda s, t=tab: f"/desk/topics/?tab={t}", "congress_staff")
        for tab in ("speak", "discuss", "handling", "public", "ended", "todo&words=没有这个")
    ),
    Stop("topic new refused", lambda s: "/desk/topics/new/", "deputy", status=400,
         post=lambda s: {"title": "", "q1": "", "region_code": "1"}),
    Stop("meeting", _meeting(""), "congress_staff"),
    Stop("further guests", _more_guests, "congress_staff"),
    Stop("speaker's contact", _contact, "congress_staff"),
    Stop("speaker's contact shown", _contact, "congress_staff",
         post=lambda s: {"reason": "问清是哪个单元"}),
    _feature("congress_staff", RUN, "dates", "dates/"),
    Stop("sign-in code", _meeting("code/"), "congress_staff"),
    Stop("desk group", _group, "congress_staff"),
    Stop("meet", _meet),
    Stop("meet unknown", lambda s: "/meet/nothing/", status=404),
    *(
        Stop(f"moderate opinion {state}", _opinion(state), "moderator", admin=True)
        for state in states.OPINION_STATES
    ),
    *(
        Stop(f"opinions {state}", lambda s, t=state: f"/admin/moderation/opinions/?state={t}",
             "moderator", admin=True)
        for state in states.OPINION_STATES
    ),
    Stop("dispatch refused", lambda s: "/admin/topics/dispatch/", "congress_staff", status=400,
         post=lambda s: {"title": ""}, admin=True),
    Stop("publish result", _publish, "moderator", admin=True),
    Stop("admin topic", _register, "congress_staff", admin=True),
]  # fmt: skip
