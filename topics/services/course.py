"""码上议事: calling a meeting, signing in, counting support."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.services import record
from congress.models import Unit
from congress.selectors import say_day
from core.dates import local_date
from core.errors import Forbidden, InputInvalid, StateMoved
from deputies.models import Deputy
from notifications.services import notify
from topics.models import Attendee, Meeting, Support, Topic
from topics.room import check_room_code
from topics.selectors.people import accounts_of, unit_accounts
from topics.services.checks import locked, permit, require


@dataclass(frozen=True)
class Invitees:
    """Who is asked to come. Experts and residents are named as they wish to be."""

    deputies: Sequence[Deputy] = field(default_factory=list)
    units: Sequence[Unit] = field(default_factory=list)
    experts: Sequence[str] = field(default_factory=list)
    residents: Sequence[str] = field(default_factory=list)


@transaction.atomic
def call_meeting(
    topic: Topic, *, starts_at: datetime, place: str, agenda: str, invite: Invitees, actor: Any,
    now: datetime,
) -> Meeting:  # fmt: skip
    """召集议事会: place and time, notice to those invited. Raises Forbidden, StateMoved."""
    topic = locked(topic)
    permit(actor, "topics.run_topic", topic, "您不能召集这个议题的议事会。")
    require(topic, "convene", now)
    if not place:
        raise InputInvalid("invalid", "有几处需要改一改。", {"place": "请写会议地点。"})
    last = topic.meetings.order_by("-number").values_list("number", flat=True).first() or 0
    meeting = Meeting.objects.create(
        topic=topic, number=last + 1, starts_at=starts_at, place=place, agenda=agenda,
        sign_in=secrets.token_urlsafe(18), notified_at=now,
    )  # fmt: skip
    record(
        actor=actor, action="topics.meeting.called", obj=topic, now=now,
        data={"number": meeting.number, "on": local_date(starts_at).isoformat()},
    )  # fmt: skip
    _invite(meeting, invite, now)
    return meeting


@transaction.atomic
def invite(meeting: Meeting, invitees: Invitees, *, actor: Any, now: datetime) -> Meeting:
    """Ask further people; who is invited already is not told twice."""
    permit(actor, "topics.run_topic", meeting.topic, "您不能邀请参会人。")
    require(meeting.topic, "convene", now)
    if meeting.held_at:
        raise StateMoved("not_now", "议事会已经开过了。")
    _invite(meeting, invitees, now)
    record(
        actor=actor, action="topics.meeting.invited", obj=meeting.topic, now=now,
        data={"number": meeting.number},
    )  # fmt: skip
    return meeting


def _invite(meeting: Meeting, wanted: Invitees, now: datetime) -> None:
    here = list(meeting.attendees.values_list("deputy__code", "unit_id", "kind", "name"))
    deputies = [d for d in wanted.deputies if d.code not in {row[0] for row in here}]
    units = [u for u in wanted.units if u.pk not in {row[1] for row in here}]
    named = [("expert", n) for n in wanted.experts] + [("resident", n) for n in wanted.residents]
    known = {(row[2], row[3]) for row in here}
    rows = [Attendee(meeting=meeting, kind="deputy", name=d.name, deputy=d) for d in deputies]
    rows += [Attendee(meeting=meeting, kind="unit", name=u.name, unit=u) for u in units]
    rows += [Attendee(meeting=meeting, kind=k, name=n) for k, n in named if (k, n) not in known]
    for row in rows:
        row.invited_at = now
    Attendee.objects.bulk_create(rows)
    _tell(meeting, deputies, units, now)


def _tell(meeting: Meeting, deputies: list[Deputy], units: list[Unit], now: datetime) -> None:
    on = local_date(now)
    people = accounts_of([d.code for d in deputies], on) + unit_accounts(units, on)
    when = say_day(meeting.starts_at, now)
    notify(
        user_ids=people, kind="topics.meeting_called", obj=meeting.topic,
        text=f"邀您参加议事会：{meeting.topic.title}，{when}，{meeting.place}",
        key=f"meeting:{meeting.topic.code}:{meeting.number}", now=now,
    )  # fmt: skip


def sign_in(
    meeting: Meeting, *, secret: str, kind: str, now: datetime, deputy: Deputy | None = None,
    name: str = "", actor: Any = None,
) -> Attendee:  # fmt: skip
    """签到 by the code shown in the room, while it is fresh, on the meeting's day only.

    Twice is once. `secret` is what the code on the wall held (`room.room_code`).
    """
    check_room_code(meeting, secret, now)
    require(meeting.topic, "sign_in", now)
    if local_date(now) != local_date(meeting.starts_at):
        raise StateMoved("not_now", f"只能在开会当天签到：{say_day(meeting.starts_at, now)}。")
    if deputy is not None and not (actor and actor.has_perm("topics.rate_topic", deputy)):
        raise Forbidden("no_right", "只有代表本人可以签到。")
    with transaction.atomic():
        found = _attendee(meeting, kind, deputy, name)
        return _present(found, "code", actor, now)


def _attendee(meeting: Meeting, kind: str, deputy: Deputy | None, name: str) -> Attendee:
    if deputy is not None:
        return Attendee.objects.get_or_create(
            meeting=meeting, deputy=deputy, defaults={"kind": "deputy", "name": deputy.name}
        )[0]
    if kind not in ("resident", "expert", "unit", "staff") or not name:
        raise InputInvalid("invalid", "请写怎么称呼您。", {"name": "写姓名或称呼，如“王女士”。"})
    invited = meeting.attendees.filter(kind=kind, name=name, signed_in_at__isnull=True).first()
    return invited or Attendee(meeting=meeting, kind=kind, name=name)


def _present(attendee: Attendee, way: str, actor: Any, now: datetime) -> Attendee:
    if attendee.signed_in_at is None:
        attendee.signed_in_at, attendee.way = now, way
        attendee.save()
    return attendee


@transaction.atomic
def mark_present(meeting: Meeting, attendee: Attendee, *, actor: Any, now: datetime) -> Attendee:
    """工作人员登记到会, where the place rules or the phone fail."""
    permit(actor, "topics.run_topic", meeting.topic, "您不能登记到会。")
    require(meeting.topic, "sign_in", now)
    if attendee.meeting_id != meeting.pk and attendee.pk:
        raise InputInvalid("foreign", "这个人不在这次会议的名单里。")
    if local_date(now) < local_date(meeting.starts_at):
        raise StateMoved("not_now", "会议还没有开。")
    attendee.meeting = meeting
    return _present(attendee, "staff", actor, now)


@transaction.atomic
def count_support(
    topic: Topic, *, unit: str, matter: str, supporters: int, total: int, how: str, on: date,
    actor: Any, now: datetime,
) -> Support:  # fmt: skip
    """登记支持数: by household or person, with how it was counted (81 户, 89%)."""
    topic = locked(topic)
    permit(actor, "topics.run_topic", topic, "您不能登记支持数。")
    require(topic, "support", now)
    if not 0 <= supporters <= total or total < 1:
        raise InputInvalid(
            "invalid", "有几处需要改一改。", {"supporters": "支持数不能大于总数，总数要大于0。"}
        )
    support = Support.objects.create(
        topic=topic, unit=unit, matter=matter, supporters=supporters, total=total, how=how, on=on,
        by=actor.actor_label,
    )  # fmt: skip
    record(
        actor=actor, action="topics.topic.support_counted", obj=topic, now=now,
        data={"supporters": supporters, "total": total, "unit": unit},
    )  # fmt: skip
    return support
