"""The desk's pages of suggestions, in every state the demo has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from handling.models import Order, Promise, Reply
from proposals import records, states
from proposals.models import Proposal
from tests.browser.stops import Site, Stop
from topics.models import Topic
from voices.models import Message
from workflows.engine import available

Where = Callable[[Site], str | None]


def _rows(site: Site, role: str, *wanted: str) -> list[Proposal]:
    seen = Proposal.objects.visible_to(site.people[role])
    return list(seen.filter(state__in=wanted or list(states.STATES)).order_by("-round", "id")[:40])


def _page(role: str, state: str, tail: str = "") -> Stop:
    def where(site: Site) -> str | None:
        found = next(iter(_rows(site, role, state)), None)
        return f"/desk/proposals/{found.code}/{tail}" if found else None

    return Stop(f"{role} desk proposal {state} {tail}".strip(), where, role)


def _able(role: str, name: str, tail: str = "") -> Stop:
    """A page that stands behind a step this person may take now."""

    def where(site: Site) -> str | None:
        user, now = site.people[role], timezone.now()
        for found in _rows(site, role):
            if any(a.name == name and not a.blocked for a in available(found, user, now=now)):
                return f"/desk/proposals/{found.code}/{tail or name}/"
        return None

    return Stop(f"{role} proposal form {tail or name}", where, role)


def _record(role: str, name: str) -> Stop:
    def where(site: Site) -> str | None:
        user, now = site.people[role], timezone.now()
        for found in _rows(site, role):
            rows = records.able(found, user, now=now)
            if any(one.kind.name == name and not one.blocked for one in rows):
                return f"/desk/proposals/{found.code}/records/{name}/"
        return None

    return Stop(f"{role} proposal record {name}", where, role)


def _letter(site: Site) -> str | None:
    for found in _rows(site, "congress_staff", *states.ANSWERED):
        order = found_order(found)
        if order:
            return f"/desk/proposals/{found.code}/letters/{order}/1/"
    return None


def found_order(found: Proposal) -> str:
    """An answering order whose first reply passed the office."""
    rows = Order.objects.of(found)
    passed = rows.filter(state="accepted", replies__version=1, replies__sent_back_reason="")
    return str(passed.exclude(role="co").values_list("code", flat=True).first() or "")


def _promise(site: Site) -> str | None:
    mine = Proposal.objects.visible_to(site.people["congress_staff"]).values("code")
    found = Promise.objects.filter(order__source_code__in=mine).exclude(outcome="kept").first()
    return f"/desk/proposals/promises/{found.code}/update/" if found else None


def _reply(site: Site) -> str | None:
    """The editor of a reply, with the points to answer."""
    user, now = site.people["unit_handler"], timezone.now()
    rows = (
        Order.objects.visible_to(user).filter(source_type="proposals.proposal").exclude(role="co")
    )
    for found in rows.order_by("id"):
        if any(a.name == "reply" and not a.blocked for a in available(found, user, now=now)):
            return f"/desk/orders/{found.code}/reply/"
    return None


def _copied(site: Site) -> str | None:
    rows = Reply.objects.visible_to(site.people["congress_staff"]).select_related("order")
    found = rows.order_by("id").first()
    return f"/desk/letters/{found.code}/" if found else None


def _topic_promise(site: Site) -> str | None:
    mine = Topic.objects.visible_to(site.people["congress_staff"]).values("code")
    rows = Promise.objects.filter(order__source_type="topics.topic", order__source_code__in=mine)
    found = rows.exclude(outcome__in=("kept", "broken")).select_related("order").first()
    return f"/desk/topics/{found.order.source_code}/promises/{found.code}/" if found else None


def _message_promises(site: Site) -> Any:
    rows = Promise.objects.filter(order__source_type="voices.message", order__state="accepted")
    return rows.select_related("order").order_by("id")


def _message_promise(site: Site) -> str | None:
    mine = Order.objects.visible_to(site.people["congress_staff"])
    rows = _message_promises(site).filter(order__in=mine, outcome__in=("open", "moved"))
    return f"/desk/promises/{rows[0].code}/" if rows else None


def _public_promise(site: Site) -> str | None:
    codes = [one.order.source_code for one in _message_promises(site)]
    found = Message.objects.published().filter(code__in=codes).first()
    return f"/results/{found.code}/" if found else None


PROPOSAL_DESK = [
    Stop("congress_staff message promise", _message_promise, "congress_staff"),
    Stop("result with promise", _public_promise),
    Stop("unit_handler reply point by point", _reply, "unit_handler"),
    Stop("congress_staff copied letter", _copied, "congress_staff"),
    Stop("congress_staff topic promise", _topic_promise, "congress_staff"),
    _page("town_staff", states.REPLIED), _page("town_staff", states.SUBMITTED),
    *(_page("deputy", state) for state in states.STATES),
    *(_page("congress_staff", state) for state in states.STATES if state != states.DRAFT),
    *(_page("unit_handler", state) for state in (states.ASSIGNED, states.REPLIED)),
    _page("congress_staff", states.SUBMITTED, "versions/"),
    _able("deputy", "submit", "edit"), _able("deputy", "invite_cosigner", "invite"),
    *(_able("deputy", name) for name in ("submit", "confirm_cosign", "withdraw", "evaluate")),
    *(
        _able("congress_staff", name)
        for name in ("accept", "return_for_revision", "divert", "assign", "evaluate", "rehandle",
                     "reopen", "decide_publication")
    ),
    _record("deputy", "conceal"), _record("unit_handler", "face_reply"),
    *(_record("congress_staff", name) for name in ("give_opinion", "supervise", "assess", "refer")),
    Stop("congress_staff proposal letter", _letter, "congress_staff"),
    Stop("congress_staff promise update", _promise, "congress_staff"),
    *(
        Stop(f"proposal queue {tab}", lambda s, t=tab: f"/desk/proposals/?tab={t}", "deputy")
        for tab in ("sign", "review", "working", "rate", "done", "draft&words=没有这个")
    ),
]  # fmt: skip
