"""Telling everybody who spoke and left a way to be told, in steps of due work."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from jobs.services import schedule
from notifications.models import Notification
from notifications.services import insert
from topics.models import Contribution, Topic
from topics.services.schedule import TELL

STEP = 500


def tell_speakers(topic: Topic, words: str, *, key: str, now: datetime) -> None:
    """Queue one notice for each contribution with a phone that is there by now.

    `words` name the topic and nobody else.
    """
    last = topic.contributions.aggregate(last=Max("pk"))["last"]
    if last is None:
        return
    payload = {"code": topic.code, "words": words[:300], "key": key, "after": 0, "until": last}
    schedule(kind=TELL, key=key, run_at=now, payload=payload)


def tell_due(work: Any, now: datetime) -> None:
    """Due work: the next five hundred, and a row of its own for those after them."""
    asked = work.payload
    rows = list(
        Contribution.objects.filter(
            topic__code=asked["code"], contact__phone_sealed__isnull=False,
            pk__gt=asked["after"], pk__lte=asked["until"],
        )
        .order_by("pk")
        .values_list("pk", "topic__region_code")[:STEP]
    )  # fmt: skip
    insert([_notice(pk, region, asked, now) for pk, region in rows], now=now)
    if len(rows) == STEP:
        last = rows[-1][0]
        schedule(
            kind=TELL, key=f"{asked['key']}:{last}", run_at=now, payload=asked | {"after": last}
        )


def _notice(pk: int, region_code: str, asked: dict[str, Any], now: datetime) -> Notification:
    return Notification(
        key=f"topics.told:{asked['key']}:{pk}:resident", kind="topics.told", user_id=None,
        to_resident=True, object_type="topics.contribution", object_code=str(pk),
        region_code=region_code, text=asked["words"], created_at=now,
    )  # fmt: skip
