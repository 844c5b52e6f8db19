"""承诺台账: what a reply promised, watched to its day and settled, whatever the order came from."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from audit.services import record
from congress.rules import DueDate
from core.dates import local_date
from core.errors import Forbidden, InputInvalid, NotVisible, StateMoved
from handling import states
from handling.models import Order, Promise
from handling.registry import source
from handling.selectors import recipients as order_recipients
from notifications.clocks import move_clock, start_clock, stop_clock
from notifications.registry import Subject

CLOCK = "promise"
MAY = "handling.settle_promise"


def open_promises(source_type: str) -> Any:
    """Promises on orders of one kind of source that may still be kept."""
    return Promise.objects.filter(
        order__source_type=source_type, outcome__in=states.PROMISED
    ).order_by()


def watch(order: Order, now: datetime) -> None:
    """Remind of the promises of a reply that went out by the ordinary stages, until settled."""
    for promise in order.promises.filter(outcome__in=states.PROMISED):
        promise.order = order
        due = DueDate(promise.due_on, "答复中承诺的日期")
        start_clock(promise, name=CLOCK, due=due, now=now, round=order.round)


@transaction.atomic
def settle(
    promise: Promise, *, outcome: str, note: str, now: datetime, due_on: date | None = None,
    final: tuple[str, ...] = states.PROMISE_FINAL, says_why: bool = False,
) -> Promise:  # fmt: skip
    """Write that a promise was kept, moved to a later day or broken; its clock follows.

    Whether the actor may, the log and who is told are the caller's. A promise whose outcome is
    among `final` stays as it is (StateMoved). Raises InputInvalid without a reason (for what was
    kept only if it always `says_why`) or with a day that is not later than the old one and today.
    """
    rows = Promise.objects.select_for_update(of=("self",)).select_related("order__unit")
    promise = rows.get(pk=promise.pk)
    if promise.outcome in final:
        raise StateMoved("settled", "这项承诺已经有结论了，不用再登记。")
    faults = {}
    if outcome not in dict(states.PROMISE_OUTCOMES):
        faults["outcome"] = "请选择兑现情况。"
    if not note.strip() and (says_why or outcome != "kept"):
        faults["note"] = "请写明情况和原因。"
    if outcome == "moved" and (due_on is None or due_on <= max(promise.due_on, local_date(now))):
        faults["due_on"] = "请填新的日期，要晚于原来的日期和今天。"
    if faults:
        raise InputInvalid("invalid", "有几处需要改一改。", faults)
    promise.outcome, promise.note, promise.settled_at = outcome, note, now
    if outcome == "moved" and due_on:
        promise.due_on, promise.settled_at = due_on, None
        move_clock(promise, due=DueDate(due_on, "经说明调整的承诺日期"), now=now)
    else:
        stop_clock(promise, now=now)
    promise.save(update_fields=["outcome", "note", "due_on", "settled_at"])
    return promise


def settles_here(promise: Promise, actor: Any) -> bool:
    """Whether this person may settle it at the shared page: sources may have one of their own."""
    found = source(promise.order.source_type)
    return bool(
        found and found.settled and promise.order.state == states.ACCEPTED
        and promise.outcome not in states.PROMISE_FINAL and actor.has_perm(MAY, promise.order)
    )  # fmt: skip


@transaction.atomic
def settle_promise(
    promise: Promise, *, actor: Any, outcome: str, note: str, now: datetime,
    due_on: date | None = None,
) -> Promise:  # fmt: skip
    """For sources without a page of their own, by the unit that promised or who gave the order.

    Records `handling.promise.<outcome>`; the source tells whoever it concerns. Raises Forbidden,
    StateMoved before the reply has passed and once it is settled, InputInvalid as `settle`.
    """
    origin = source(promise.order.source_type)
    if origin is None or origin.settled is None:
        raise NotVisible()
    if not actor.has_perm(MAY, promise.order):
        raise Forbidden("no_right", "由作出承诺的单位或交办方登记。")
    if promise.order.state != states.ACCEPTED:
        raise StateMoved("not_now", "答复还没有通过，通过以后再登记兑现情况。")
    promise = settle(promise, outcome=outcome, note=note, due_on=due_on, now=now)
    entry = record(
        actor=actor, action=f"handling.promise.{outcome}", obj=promise, now=now,
        data={"source": promise.order.source_code, "due_on": promise.due_on.isoformat()},
    )  # fmt: skip
    origin.settled(promise, actor, f"promise:{promise.code}:{entry.pk}", now)
    return promise


def state_words(promise: Promise, today: date) -> str:
    """How it stands, in words for everybody."""
    if promise.outcome in states.PROMISED:
        late = promise.due_on < today
        return "到期待核实" if late else "已调整期限" if promise.outcome == "moved" else "还没到期"
    return promise.get_outcome_display()


def tone(promise: Promise, today: date) -> str:
    """The colour of `state_words`."""
    if promise.outcome in states.PROMISED and promise.due_on < today:
        return "soon"
    return {"kept": "ok", "moved": "soon", "broken": "late"}.get(promise.outcome, "")


def recipients(codes: list[str], audience: str, on: date) -> dict[str, list[int]]:
    """The unit that promised and, by the stages, those who gave the order: as for its order."""
    orders = dict(Promise.objects.filter(code__in=codes).values_list("code", "order__code"))
    people = order_recipients(list(set(orders.values())), audience, on)
    return {code: people.get(order, []) for code, order in orders.items()}


def titles(codes: list[str]) -> dict[str, str]:
    rows = Promise.objects.filter(code__in=codes).values_list("code", "text")
    return {code: f"承诺「{text[:80]}」" for code, text in rows}


def url(code: str) -> str:
    return reverse("handling_desk:promise", args=[code])


SUBJECT = Subject("handling.promise", recipients, titles, url)
