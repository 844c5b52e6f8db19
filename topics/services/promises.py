"""Promises on a topic's orders: they outlive it, and whoever spoke is told when they move."""

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from core.dates import local_date
from core.errors import NotVisible
from handling.models import Order, Promise
from handling.promises import settle
from handling.states import PROMISED
from jobs.services import schedule
from notifications.services import notify
from topics.models import Topic
from topics.selectors.people import deputy_people, host_people
from topics.services.checks import permit
from topics.services.telling import tell_speakers

PROMISE_DUE = "topics.promise_due"


def topic_of(promise: Promise) -> Topic:
    """The topic whose order holds the promise. Raises NotVisible for promises of others."""
    order = promise.order
    topic = Topic.objects.filter(code=order.source_code).first()
    if order.source_type != "topics.topic" or topic is None:
        raise NotVisible()
    return topic


def page(promise: Promise) -> str:
    """Where it is settled."""
    return reverse("topics_desk:promise", args=[promise.order.source_code, promise.code])


def watch_promises(order: Order) -> None:
    """Ask on its day what became of each promise; a moved day is asked anew."""
    for promise in order.promises.filter(outcome__in=PROMISED):
        _watch(promise)


def _watch(promise: Promise) -> None:
    at = timezone.make_aware(datetime.combine(promise.due_on, time()))
    day = promise.due_on.isoformat()
    schedule(
        kind=PROMISE_DUE, key=f"{promise.code}:{day}", run_at=at,
        payload={"code": promise.code, "on": day},
    )  # fmt: skip


@transaction.atomic
def settle_promise(
    promise: Promise, *, outcome: str, note: str, actor: Any, now: datetime,
    due_on: date | None = None,
) -> Promise:  # fmt: skip
    """兑现、调整 or 没有兑现, in words; everybody who spoke is told. Raises Forbidden, InputInvalid."""
    topic = topic_of(promise)
    permit(actor, "topics.hand_over_topic", topic, "您不能登记这项承诺的兑现情况。")
    promise = settle(promise, outcome=outcome, note=note, due_on=due_on, now=now)
    if outcome == "moved":
        _watch(promise)
    entry = record(
        actor=actor, action=f"topics.promise.{outcome}", obj=topic, now=now,
        data={"promise": promise.code, "due_on": promise.due_on.isoformat()},
    )  # fmt: skip
    tell_speakers(topic, _words(topic, promise), key=f"promise:{promise.code}:{entry.pk}", now=now)
    return promise


def _words(topic: Topic, promise: Promise) -> str:
    title = f"议题「{topic.title}」"
    if promise.outcome == "kept":
        return f"{title}的一项承诺兑现了，请来看看。"
    if promise.outcome == "broken":
        return f"{title}的一项承诺没有兑现，原因写在议题页上。"
    day = f"{promise.due_on:%Y年%-m月%-d日}"
    return f"{title}的一项承诺调整到{day}，原因写在议题页上。"


def promise_due(work: Any, now: datetime) -> None:
    """Due work: the host says what became of a promise whose day has come."""
    promise = Promise.objects.filter(code=work.payload["code"]).select_related("order").first()
    if promise is None or promise.due_on.isoformat() != work.payload["on"]:
        return
    if promise.outcome not in PROMISED:
        return
    topic, on = topic_of(promise), local_date(now)
    notify(
        user_ids=host_people(topic, on) + deputy_people(topic, on), kind="topics.promise_due",
        obj=topic, text=f"承诺到期了，请核实兑现情况：{topic.title}",
        key=f"topics.promise:{work.key}", now=now,
    )  # fmt: skip
