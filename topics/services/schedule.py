"""Due work of topics: opening and closing by date, counting, telling."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from jobs.services import schedule
from topics.models import Topic

OPEN, CLOSE, RECOUNT, TELL = "topics.open", "topics.close", "topics.recount", "topics.tell"


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time()))


def plan_opening(topic: Topic) -> None:
    """Open on the planned day and close after the last one. A moved day is new work; the work of
    the old day finds that it is no longer meant."""
    if topic.opens_on:
        _plan(OPEN, topic, topic.opens_on, _midnight(topic.opens_on))
    plan_closing(topic)


def plan_closing(topic: Topic) -> None:
    if topic.closes_on:
        after = _midnight(topic.closes_on + timedelta(days=1))
        _plan(CLOSE, topic, topic.closes_on, after)


def _plan(kind: str, topic: Topic, on: date, at: datetime) -> None:
    payload = {"code": topic.code, "on": on.isoformat()}
    schedule(kind=kind, key=f"{topic.code}:{on.isoformat()}", run_at=at, payload=payload)


# The minute for which this process last queued the counting of a topic.
_queued: dict[int, int] = {}
_KEPT = 2_000


def queue_recount(topic: Topic, now: datetime) -> None:
    """Count anew soon, at most once a minute and topic; asked of the database once a minute."""
    minute = int(now.timestamp() // 60)
    if _queued.get(topic.pk) == minute:
        return
    at = datetime.fromtimestamp((minute + 1) * 60 + 5, tz=now.tzinfo)
    schedule(kind=RECOUNT, key=f"{topic.code}:{minute}", run_at=at, payload={"code": topic.code})
    transaction.on_commit(lambda: _remember(topic.pk, minute))


def _remember(pk: int, minute: int) -> None:
    if len(_queued) >= _KEPT:
        _queued.clear()
    _queued[pk] = minute
