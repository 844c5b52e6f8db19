"""What suggestions hang on the desk: menu, home, doors on messages and topics."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from accounts import desk
from accounts.desk import Todo
from core.dates import local_date
from core.neighbours import Door, register_door
from proposals import states
from proposals.desk_reads import (
    office_turn,
    promises_to_check,
    to_give_on,
    to_rate,
    to_sign,
)
from proposals.models import Proposal
from proposals.rules import deputy_codes

AT_MOST = 20
ASKED = {states.SUBMITTED: "去审核", states.ACCEPTED: "去交办"}


def waits(user: Any, now: datetime) -> int:
    """The number beside the menu line: texts to sign and answers to rate."""
    if deputy_codes(user):
        return desk.counted(to_sign(user)) + desk.counted(to_rate(user))
    return desk.counted(office_turn(user))


def todos(user: Any, now: datetime) -> list[Todo]:
    """Suggestions to sign, mend, rate, read, hand over; promises to check."""
    if not user.has_perm("proposals.view_proposal") or user.has_role("moderator"):
        return []
    today = local_date(now)
    if deputy_codes(user):
        return _of_deputy(user, today)
    if user.scope_codes("unit", "proposals.dispatch_proposal"):
        rows = to_give_on(user).select_related("lead")[:AT_MOST]
        return [_todo(one, "去转交", due=True) for one in rows]
    rows = office_turn(user).select_related("lead").order_by("due_on", "id")[:AT_MOST]
    return [_todo(one, ASKED[one.state], due=True) for one in rows]


def _of_deputy(user: Any, today: date) -> list[Todo]:
    returned = Proposal.objects.filter(
        state=states.RETURNED, lead__code__in=deputy_codes(user)
    ).select_related("lead")
    promises = promises_to_check(user, today).order_by("due_on", "id")[:AT_MOST]
    return [
        *(_todo(one, "去签名") for one in to_sign(user).select_related("lead")[:AT_MOST]),
        *(_todo(one, "去修改") for one in returned[:AT_MOST]),
        *(_todo(p, "去评价", due=True) for p in to_rate(user).select_related("lead")[:AT_MOST]),
        *(_check(promise) for promise in promises),
    ]


def _todo(one: Proposal, label: str, *, due: bool = False) -> Todo:
    url = reverse("proposals_desk:proposal", args=[one.code])
    detail = f"{one.get_state_display()} · {one.lead.name}代表"
    return Todo(
        title=one.title, url=url, tag="建议", detail=detail, action_label=label, action_url=url,
        due_on=one.due_on if due else None,
    )  # fmt: skip


def _check(promise: Any) -> Todo:
    url = reverse("proposals_desk:rate_promise", args=[promise.code])
    return Todo(
        title=f"核对承诺：{promise.text[:40]}", url=url, tag="承诺", action_label="去核对",
        action_url=url, due_on=promise.due_on,
        detail=f"{promise.order.unit.name} · {promise.get_outcome_display()}",
    )  # fmt: skip


def year_card(user: Any, now: datetime) -> dict[str, Any] | None:
    """A deputy's suggestions of the year: led, co-signed, answered."""
    mine = deputy_codes(user)
    if not mine:
        return None
    rows = Proposal.objects.filter(
        signatures__deputy__code__in=mine, signatures__state=states.CONFIRMED,
        accepted_at__year=local_date(now).year,
    ).exclude(state__in=states.FINAL)  # fmt: skip
    found = rows.aggregate(
        led=Count("id", filter=Q(lead__code__in=mine), distinct=True),
        signed=Count("id", filter=~Q(lead__code__in=mine), distinct=True),
        answered=Count("id", filter=Q(replied_at__isnull=False), distinct=True),
    )
    return found if any(found.values()) else None


def from_message(code: str) -> str:
    """Where 提建议 on a message's page begins."""
    return f"{reverse('proposals_desk:new')}?message={code}"


def from_topic(topic: Any, user: Any) -> Door | None:
    """提建议 on a topic that has told its result, for whoever may write one."""
    if topic.state != "published" or not user.has_perm("proposals.add_proposal"):
        return None
    if not deputy_codes(user):
        return None
    return Door("提建议", f"{reverse('proposals_desk:new')}?topic={topic.code}", "book")


def fill() -> None:
    """Register the menu line, the to-dos, the card and the doors."""
    desk.register_menu(
        17, "建议", "book", "proposals_desk:queue",
        lambda user: user.has_perm("proposals.view_proposal")
        and not user.scope_codes("unit", "proposals.view_proposal"),
        count_fn=waits,
    )  # fmt: skip
    desk.register_todo(todos)
    desk.register_card(27, "desk/proposals/year_card.html", year_card)
    register_door("topics.topic", from_topic)
