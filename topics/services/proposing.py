"""群众出题: a resident proposes a topic by a code, or somebody types it in for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from audit.actors import Actor
from codes.models import Code
from core.dates import local_date
from core.rows import insert
from deputies.models import Deputy
from notifications.services import notify
from stations.models import Station
from topics import states
from topics.models import Contribution, Topic
from topics.selectors.people import host_for, host_people
from topics.services.checks import permit
from topics.services.contacts import contact_of
from topics.services.drafting import TopicDraft, store
from topics.services.speaking import RESIDENT
from voices import receipts
from voices.selectors import open_door


@dataclass(frozen=True)
class Proposed:
    """A proposal that is safely stored, and its receipt."""

    topic: Topic
    receipt: str
    new: bool


def propose_topic(
    fields: TopicDraft, *, code: Code, idempotency_key: str, now: datetime, name: str = "",
    phone: str = "", consent: bool = False,
) -> Proposed:  # fmt: skip
    """A resident's own: applied for at the 代表之家 of the code's place."""
    route = open_door(code.token).route
    deputy = Deputy.objects.filter(code=route.deputy).first() if route.deputy else None
    host = host_for(route.deputy, route.region_code)
    if host is None and route.station:
        host = Station.objects.filter(code=route.station).first()
    return _propose(
        fields, deputy=deputy, host=host, token=code, idempotency_key=idempotency_key, now=now,
        contact=(name, phone) if consent else ("", ""), actor=RESIDENT, channel="scan", proxy="",
    )  # fmt: skip


def enter_topic(
    fields: TopicDraft, *, actor: Any, station: Station, deputy: Deputy | None, channel: str,
    idempotency_key: str, now: datetime, name: str = "", phone: str = "", consent: bool = False,
) -> Proposed:  # fmt: skip
    """A resident's proposal typed in, the proxy named. Raises Forbidden."""
    permit(actor, "topics.enter_topic", station, "您不能在这个站点代录议题。")
    return _propose(
        fields, deputy=deputy, host=station, token=None, idempotency_key=idempotency_key, now=now,
        contact=(name, phone) if consent else ("", ""), actor=actor, channel=channel,
        proxy=actor.actor_label,
    )  # fmt: skip


def _propose(
    fields: TopicDraft, *, deputy: Deputy | None, host: Station | None, token: Code | None,
    idempotency_key: str, now: datetime, contact: tuple[str, str], actor: Actor, channel: str,
    proxy: str,
) -> Proposed:  # fmt: skip
    receipt = (
        receipts.receipt_for(idempotency_key, "topic", fields.title, fields.summary)
        if idempotency_key
        else receipts.new_receipt()
    )
    hashed = receipts.receipt_hash(receipt)
    try:
        with transaction.atomic():
            topic = store(
                fields, source="resident", state=states.APPLIED, action="topics.topic.proposed",
                proposed_by="群众", actor=actor, deputy=deputy, host=host, now=now,
                receipt_hash=hashed, channel=channel,
            )  # fmt: skip
            _keep_speaker(topic, hashed, token, contact, channel, proxy, now)
            notify(
                user_ids=host_people(topic, local_date(now)), kind="topics.applied", obj=topic,
                text=f"群众提出了一个议题，请审议：{topic.title}", key=f"applied:{topic.code}",
                now=now,
            )  # fmt: skip
    except IntegrityError:
        found = Topic.objects.filter(receipt_hash=hashed).first()
        if found is None:
            raise
        return Proposed(found, receipt, new=False)
    return Proposed(topic, receipt, new=True)


def _keep_speaker(
    topic: Topic, hashed: bytes, token: Code | None, contact: tuple[str, str], channel: str,
    proxy: str, now: datetime,
) -> None:  # fmt: skip
    """Who proposed follows the topic by the same kind of receipt as who speaks to it."""
    speaker = Contribution(
        topic=topic, receipt_hash=hashed, person_key=hashed, channel=channel, proxy_name=proxy,
        token=token, at=now,
    )  # fmt: skip
    name, phone = contact
    more = [contact_of(speaker, name=name, phone=phone, now=now)] if name or phone else []
    insert(speaker, *more)
