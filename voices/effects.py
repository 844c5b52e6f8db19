"""What each transition of a message writes beside the state. Called by the engine only."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from audit.actors import SYSTEM
from congress.selectors import rulebook_for_region
from core.dates import local_date
from deputies.services import record_duty
from handling.models import Order
from handling.promises import watch
from handling.selectors import due_for
from handling.services import Brief, assign
from handling.states import OPEN as OPEN_ORDERS
from handling.states import REPLIED
from jobs.services import schedule
from notifications.clocks import start_clock, stop_clock
from voices import states
from voices.models import Addition, Answer, Message, Rating
from voices.services import keep_photos
from workflows.engine import apply
from workflows.registry import Change

LAPSE = "voices.lapse"
_DUE = ["due_on", "original_due_on", "basis", "provisional"]


def _set_due(message: Message, rule: str, now: datetime, *, clock: bool = True, round: int) -> None:
    """Count a rule of the place from today and run it on the message."""
    due = due_for(rule, message.region_code, local_date(now))
    message.due_on = message.original_due_on = due.on
    message.basis, message.provisional = due.basis, due.provisional
    message.save(update_fields=_DUE)
    if clock:
        start_clock(message, name=rule, due=due, now=now, round=round)
    else:
        stop_clock(message, now=now)


def _end_due(message: Message, now: datetime) -> None:
    message.due_on = None
    message.save(update_fields=["due_on"])
    stop_clock(message, now=now)


def pause(message: Message, now: datetime) -> None:
    """The matter waits for something else (a topic): no day runs meanwhile."""
    _end_due(message, now)


def resume(message: Message, now: datetime) -> None:
    """What it waited for has ended: it has to be answered by a day of its own."""
    _set_due(message, "message_reply_within", now, round=message.round)


def _review_rule(message: Message) -> str:
    return "message_review_within" if message.round == 1 else "message_rehandle_within"


def accept(change: Change) -> None:
    """A deputy's message stays with the deputy; a station's own goes to its review at once."""
    message = change.obj
    if message.deputy_id:
        change.log["signed"] = f"{message.deputy.name}代表"
        _set_due(message, "message_handle_within", change.now, round=message.round)
        return
    change.to_state = states.UNDER_REVIEW
    _set_due(message, "message_review_within", change.now, round=message.round)


def refer(change: Change) -> None:
    message = change.obj
    if change.data["opinion"]:
        message.deputy_opinion = change.data["opinion"]
        message.save(update_fields=["deputy_opinion"])
    change.log["signed"] = f"{message.deputy.name}代表" if message.deputy else "联络站"
    _set_due(message, _review_rule(message), change.now, round=message.round)


def send_back(change: Change) -> None:
    message = change.obj
    message.station_note = change.data["reason"]
    message.save(update_fields=["station_note"])
    _set_due(message, "message_handle_within", change.now, round=message.round)


def transfer(change: Change) -> None:
    """Orders on the chosen units; the message's own clock is theirs, watched by the station."""
    message, data = change.obj, change.data
    first = message.round == 1
    rule = "message_handle_within" if first else "message_rehandle_within"
    brief = Brief(
        source=message, region_code=message.region_code, title=data["title"], text=data["text"],
        due_rule=rule, co_rule=rule, sign_rule="message_sign_within", place=message.place,
        station_code=message.station_id or "", instruction=data["instruction"],
        round=message.round,
    )  # fmt: skip
    orders = assign(
        brief, leads=data["lead_units"], co=data["joint_units"], actor=change.actor, now=change.now
    )
    change.log["units"] = [order.unit.code for order in orders]
    change.log["orders"] = [order.code for order in orders]
    _set_due(message, rule, change.now, round=message.round)


def answer(change: Change) -> None:
    """The deputy's own answer; it enters the duty file once."""
    deputy = change.obj.deputy
    if deputy is not None:
        record_duty(
            deputy=deputy, kind="message", on=local_date(change.now),
            title=f"答复群众留言{change.obj.code}", source_type="voices.message",
            source_code=change.obj.code, actor=change.actor, now=change.now,
        )  # fmt: skip
    _answer(change, "deputy", f"{change.obj.deputy.name}代表" if change.obj.deputy else "联络站")


def reply(change: Change) -> None:
    """The station's answer; units' replies that waited for review are accepted with it."""
    message = change.obj
    for order in Order.objects.of(message).filter(state=REPLIED, round=message.round):
        apply(order, "accept_reply", actor=change.actor, now=change.now)
    _answer(change, "station", message.station.name if message.station else "人大机关")


def _answer(change: Change, by_kind: str, by: str) -> None:
    message, data, now = change.obj, change.data, change.now
    given = Answer.objects.create(
        message=message, round=message.round, by_kind=by_kind, by=by, text=data["text"],
        outcome=data["outcome"], at=now,
    )  # fmt: skip
    keep_photos(message, data["photos"], now=now, answer=given)
    message.outcome = data["outcome"]
    message.save(update_fields=["outcome"])
    change.log |= {"outcome": data["outcome"], "signed": by}
    if message.due_on:
        change.log["late"] = local_date(now) > message.due_on
    _set_due(message, "message_feedback_within", now, clock=False, round=message.round)
    after = timezone.make_aware(
        datetime.combine(message.due_on + timedelta(days=1), datetime.min.time())
    )
    schedule(
        kind=LAPSE, key=f"{message.code}:{message.round}", run_at=after,
        payload={"code": message.code, "round": message.round},
    )  # fmt: skip


def lapse(change: Change) -> None:
    _end_due(change.obj, change.now)


def rate(change: Change) -> None:
    """满意 closes; 不满意 opens the next round with a clock of its own while rounds are left."""
    message, data, now = change.obj, change.data, change.now
    Rating.objects.create(
        message=message, round=message.round, score=data["score"], reason=data["reason"], at=now
    )
    message.score = data["score"]
    message.save(update_fields=["score"])
    change.log["score"] = data["score"]
    rules = rulebook_for_region(message.region_code, local_date(message.created_at))
    if data["score"] == "unsatisfied" and message.round < rules.value("message_rounds_max"):
        _next_round(change)
        return
    message.closed_at = now
    message.save(update_fields=["closed_at"])
    _end_due(message, now)


def reopen(change: Change) -> None:
    change.obj.closed_at = None
    change.obj.station_note = change.data["reason"]
    change.obj.save(update_fields=["closed_at", "station_note"])
    _next_round(change)


def _next_round(change: Change) -> None:
    change.to_state = states.UNDER_REVIEW
    change.round = change.obj.round = change.obj.round + 1
    _set_due(change.obj, "message_rehandle_within", change.now, round=change.round)


def pass_on(change: Change) -> None:
    """Another deputy or station takes over; acceptance is counted anew."""
    message, data = change.obj, change.data
    if data["deputy"]:
        message.deputy, to = data["deputy"], f"{data['deputy'].name}代表"
        change.log["to_code"] = data["deputy"].code
    else:
        message.deputy, message.station = None, data["station"]
        to = data["station"].name
        change.log["to_code"] = data["station"].code
    message.station_note = data["reason"]
    message.save(update_fields=["deputy", "station", "station_note"])
    change.log["to"] = to
    _set_due(message, "message_accept_within", change.now, round=message.round)


def divert(change: Change) -> None:
    """The writer reads where it belongs; accusations never reach who is accused (trap 27)."""
    message, data = change.obj, change.data
    message.door = data["door"]
    message.door_words = data["words"] or states.DOORS[data["door"]][1]
    message.save(update_fields=["door", "door_words"])
    change.log["door"] = data["door"]
    _end_due(message, change.now)


def append(change: Change) -> None:
    Addition.objects.create(message=change.obj, text=change.data["text"], at=change.now)
    keep_photos(change.obj, change.data["files"], now=change.now)


def withdraw(change: Change) -> None:
    """Work stops at once; what was done stays on record and is counted."""
    for order in Order.objects.of(change.obj).filter(state__in=(*OPEN_ORDERS, REPLIED)):
        apply(order, "stop", actor=SYSTEM, now=change.now)
    _end_due(change.obj, change.now)


def publish(change: Change) -> None:
    message, data = change.obj, change.data
    message.public_title, message.public_text = data["title"], data["text"]
    message.public_answer = data["answer"]
    message.publication, message.published_at = "published", change.now
    message.hidden_reason = ""
    message.save(update_fields=["public_title", "public_text", "public_answer", "publication",
                                "published_at", "hidden_reason"])  # fmt: skip
    chosen = {int(pk) for pk in data["photos"]}
    for photo in message.photos.all():
        if photo.public != (photo.pk in chosen):
            photo.public = photo.pk in chosen
            photo.save(update_fields=["public"])


def hide(change: Change) -> None:
    """Never published: rejected. Published before: taken down."""
    message = change.obj
    message.publication = "hidden" if message.publication == "published" else "rejected"
    message.hidden_reason = change.data["reason"][:200]
    message.save(update_fields=["publication", "hidden_reason"])
    change.log["publication"] = message.publication


def order_moved(order: Order, change: Change) -> None:
    """When the last unit has replied, it is the station's turn to answer.

    What a reply promised is watched from the day it passed.
    """
    if change.transition.name == "accept_reply":
        watch(order, change.now)
    if change.transition.name != "reply":
        return
    message = Message.objects.select_for_update().filter(code=order.source_code).first()
    if message is None or message.state != states.HANDLING:
        return
    open_ones = Order.objects.of(message).filter(round=message.round, state__in=OPEN_ORDERS)
    if not open_ones.exclude(role="co").exists():
        _set_due(message, "message_reply_within", change.now, round=message.round)


def lapse_due(work: Any, now: datetime) -> None:
    """Due work: close what was answered and not rated in time."""
    payload = work.payload
    message = Message.objects.filter(code=payload["code"]).first()
    if message and message.state == states.ANSWERED and message.round == payload["round"]:
        apply(message, "lapse", actor=SYSTEM, now=now)
