"""What each transition of an order writes beside the state. Called by the engine only."""

from datetime import date, datetime

from django.apps import apps

from congress.models import Unit
from congress.rules import DueDate
from core.dates import local_date
from core.photos import photo_fields
from handling import states
from handling.models import (
    ContactRecord,
    Extension,
    Opinion,
    Order,
    Promise,
    Reply,
    ReplyCopy,
    ReplyPhoto,
    ReplyPoint,
    ReturnRequest,
)
from handling.points import composed
from handling.selectors import REASSIGN_RULE, copy_readers, due_for, extension_consent
from handling.services import brief_of, give, next_code
from notifications.clocks import move_clock, start_clock, stop_clock
from notifications.services import notify
from workflows.registry import Change


def _due(order: Order) -> DueDate:
    return DueDate(order.due_on, order.basis, order.provisional)


def _run_due(order: Order, now: datetime) -> None:
    start_clock(
        order, name=order.due_rule, due=_due(order), now=now, round=order.round,
        counted_from=order.started_on,
    )  # fmt: skip


def sign(change: Change) -> None:
    """The sign-by clock ends and the one for the work begins; its day was fixed at 交办."""
    order = change.obj
    _run_due(order, change.now)


def record_contact(change: Change) -> None:
    data = change.data
    ContactRecord.objects.create(
        order=change.obj, by=change.actor.actor_label, at=change.now, on=data["on"],
        way=data["way"], person=data["person"], content=data["content"],
    )  # fmt: skip
    change.log = {"on": data["on"].isoformat(), "way": data["way"]}


def request_return(change: Change) -> None:
    """The unit's clock rests; whoever gave the order has to decide, and give it anew, in time."""
    order = change.obj
    due = due_for(REASSIGN_RULE, order.region_code, local_date(change.now))
    start_clock(order, name=REASSIGN_RULE, due=due, now=change.now, round=order.round)
    change.log = {"decide_by": due.on.isoformat()}
    ReturnRequest.objects.create(
        order=change.obj, by=change.actor.actor_label, at=change.now,
        reason=change.data["reason"], suggested=change.data["suggested"],
    )  # fmt: skip


def decide_return(change: Change) -> None:
    """Granted: a new order to another unit, its clock from today. Refused: go on (trap 10)."""
    order, data = change.obj, change.data
    granted = data["decision"] == "granted"
    request = order.returns.get(granted__isnull=True)
    request.granted, request.decision = granted, data["reason"]
    request.decided_by, request.decided_at = change.actor.actor_label, change.now
    request.save()
    change.log = {"granted": granted}
    if not granted:
        change.to_state = states.HANDLING
        _run_due(order, change.now)
        return
    stop_clock(order, now=change.now)
    source = apps.get_model(order.source_type)._default_manager.get(code=order.source_code)
    heir = give(
        brief_of(order, source), unit=Unit.objects.get(code=data["unit"]), role=order.role,
        lead=order.lead, actor=change.actor, now=change.now, previous=order,
    )  # fmt: skip
    order.co_orders.update(lead=heir)
    change.log["heir"] = heir.code


def request_extension(change: Change) -> None:
    """Asked of whoever gave the order; where the local rule wants no consent it holds at once."""
    order, data = change.obj, change.data
    extension = Extension.objects.create(
        order=order, by=change.actor.actor_label, at=change.now, reason=data["reason"],
        wanted_on=data["wanted_on"], before_on=order.due_on,
    )  # fmt: skip
    change.log = {"wanted_on": data["wanted_on"].isoformat()}
    rule = extension_consent(order)
    if rule is None:
        return
    extension.granted, extension.decision = True, f"本地规定延期不须经同意（{rule.basis}）"
    extension.decided_by, extension.decided_at = "按规则库", change.now
    extension.save()
    _extend(extension, f"承办单位说明理由延期（{rule.basis}）"[:200], change)


def decide_extension(change: Change) -> None:
    """Granted: the due date moves, the original stays on record (trap 26)."""
    order, data = change.obj, change.data
    extension = order.extensions.get(granted__isnull=True)
    extension.granted = data["decision"] == "granted"
    extension.decision = data["reason"]
    extension.decided_by, extension.decided_at = change.actor.actor_label, change.now
    extension.save()
    change.log = {"granted": extension.granted, "due_on": order.due_on.isoformat()}
    if extension.granted:
        _extend(extension, f"经{change.actor.actor_label}同意延期", change)


def _extend(extension: Extension, basis: str, change: Change) -> None:
    order = change.obj
    order.due_on, order.basis = extension.wanted_on, basis
    order.save(update_fields=["due_on", "basis"])
    move_clock(order, due=_due(order), now=change.now)
    change.log |= {"granted": True, "due_on": order.due_on.isoformat()}


def _keep_name(order: Order) -> None:
    """What it answers under stays with the answer when the unit is renamed or merged."""
    order.unit_name = order.unit.name
    order.save(update_fields=["unit_name"])


def give_opinion(change: Change) -> None:
    _keep_name(change.obj)
    Opinion.objects.create(
        order=change.obj, by=change.actor.actor_label, at=change.now, text=change.data["text"]
    )
    stop_clock(change.obj, now=change.now)


def reply(change: Change) -> None:
    """A new version, point by point where it was answered so; one sent back stays as it was."""
    order, data = change.obj, change.data
    _keep_name(order)
    points = data["points"]
    version = order.replies.count() + 1
    answer = Reply.objects.create(
        order=order, by=change.actor.actor_label, at=change.now, version=version,
        unit_name=order.unit_name, outcome=data["outcome"], text=composed(data["text"], points),
        signer=data["signer"], letter_number=data["letter_number"], contact=data["contact"],
    )  # fmt: skip
    for picture in data["photos"]:
        ReplyPhoto.objects.create(reply=answer, **photo_fields(picture))
    ReplyPoint.objects.bulk_create(
        ReplyPoint(reply=answer, number=one.number, point=one.point, answer=one.answer,
                   outcome=one.outcome)
        for one in points
    )  # fmt: skip
    ReplyCopy.objects.bulk_create(
        ReplyCopy(reply=answer, kind=one.kind, target=one.target, name=one.name)
        for one in data["copied"]
    )
    for one in points:
        _promise(order, one.promise, one.promise_on, one.number)
    _promise(order, data["promise"], data["promise_on"], None)
    stop_clock(order, now=change.now)
    change.log = {
        "version": version, "outcome": data["outcome"],
        "late": local_date(change.now) > order.due_on,
    }  # fmt: skip


def _promise(order: Order, text: str, on: date | None, point: int | None) -> None:
    """Into the ledger; a reply given again with the same promise does not make it twice."""
    if not text or on is None:
        return
    if order.promises.filter(text=text, due_on=on, point=point, outcome="open").exists():
        return
    Promise.objects.create(
        code=next_code("C", "handling_promise_number"), order=order, text=text, due_on=on,
        original_due_on=on, point=point,
    )  # fmt: skip


def accept_reply(change: Change) -> None:
    """The letter goes out: whoever it is copied to finds it in the inbox (抄送)."""
    order = change.obj
    stop_clock(order, now=change.now)
    passed = order.replies.select_related("order").order_by("-version").first()
    if passed is None:
        return
    readers = copy_readers(passed, local_date(change.now))
    called = order.source_code if order.confidential else order.title
    notify(
        user_ids=[one for one in readers if one != change.actor.actor_id],
        kind="handling.copied", obj=passed, text=f"{order.named}的答复抄送给您：{called}",
        key=f"copied:{passed.code}", now=change.now,
    )  # fmt: skip


def send_back(change: Change) -> None:
    """The unit's clock goes on with the day it had: time used up is not given back."""
    order = change.obj
    last = order.replies.order_by("-version").first()
    last.sent_back_reason = change.data["reason"]
    last.save(update_fields=["sent_back_reason"])
    _run_due(order, change.now)


def stop(change: Change) -> None:
    stop_clock(change.obj, now=change.now)
