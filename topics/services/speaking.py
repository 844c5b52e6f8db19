"""码上留言: taking in what people say to a topic, agreeing, and opening a receipt again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction

from audit.actors import Actor, ResidentActor
from audit.services import entry_for
from codes.models import Code
from core.crypto import blind_index
from core.dates import local_date
from core.errors import InputInvalid, StateMoved
from core.images import CleanImage
from core.photos import photo_fields
from core.postgres import Prepared
from core.ratelimit import hit
from core.rows import insert
from topics import rules, states
from topics.models import Contribution, Opinion, Picture, Question, Topic
from topics.services.checks import permit
from topics.services.contacts import contact_of
from topics.services.schedule import queue_recount
from voices import receipts

RESIDENT = ResidentActor("", "")
# The topic as it is at this moment (a closing waits for us or we for it), and the numbers.
_NUMBERS = Prepared("""
SELECT state, opens_on, closes_on, ARRAY(
  SELECT nextval('topics_opinion_number') FROM generate_series(1, %s))
FROM topics_topic WHERE id = %s FOR KEY SHARE
""")


@dataclass(frozen=True)
class Spoken:
    """A contribution that is safely stored, its receipt, and its opinions by question number."""

    contribution: Contribution
    receipt: str
    new: bool
    opinions: list[Opinion]


def count_opinion(*, address: str, now: datetime) -> None:
    """Refuse floods from one address; wide enough for a village behind one line. Raises TooMany."""
    if address and not address.startswith("127.") and address != "::1":
        hit("opinion", address, limit=settings.OPINIONS_PER_ADDRESS, window=600, now=now)


def speak(
    topic: Topic,
    answers: dict[int, str],
    *,
    idempotency_key: str,
    now: datetime,
    photos: Sequence[CleanImage] = (),
    name: str = "",
    phone: str = "",
    consent: bool = False,
    household: str = "",
    device_key: str = "",
    code: Code | None = None,
    channel: str = "scan",
    proxy_name: str = "",
    actor: Actor = RESIDENT,
) -> Spoken:
    """Store one submission: an opinion for every question that was answered.

    The same key and content twice is one submission, also when the second comes after the end.
    Raises StateMoved outside the time, and InputInvalid for a foreign question, an empty or a
    foreign-scope submission; nothing is stored.
    """
    said = {n: text for n, text in sorted(answers.items()) if text}
    feature = _feature(topic, channel, actor)
    questions = _questions(topic, said)
    _check_scope(topic, code)
    receipt = _receipt(topic, said, idempotency_key)
    contribution = Contribution(
        topic=topic, receipt_hash=receipts.receipt_hash(receipt), channel=channel,
        proxy_name=proxy_name or (actor.actor_label if feature == "enter" else ""),
        household=household, token=code, at=now,
    )  # fmt: skip
    contact = _contact(contribution, name, phone, now) if consent and (name or phone) else None
    contribution.person_key = _person_key(contribution, phone if contact else "", device_key)
    try:
        _refuse(topic, feature, now)
        with transaction.atomic():
            opinions = _store(topic, contribution, questions, said, contact, feature, actor, now)
            _keep_photos(opinions, photos, now)
            queue_recount(topic, now)
    except (IntegrityError, StateMoved):
        found = _again(contribution, receipt)
        if found is None:
            raise
        return found
    return Spoken(contribution, receipt, new=True, opinions=opinions)


def _feature(topic: Topic, channel: str, actor: Any) -> str:
    """Residents speak by the code; what is typed in for somebody needs the right to it."""
    if channel == "scan":
        return "speak"
    permit(actor, "topics.enter_topic", topic, "您不能在这里代录意见。")
    return "enter"


def _refuse(topic: Any, feature: str, now: datetime) -> None:
    reason = rules.why_not(topic, feature, local_date(now))
    if reason:
        raise StateMoved("not_now", reason)


def _questions(topic: Topic, said: dict[int, str]) -> dict[int, Question]:
    """The topic's questions by number. Raises InputInvalid for a number that is none of them."""
    found = {q.number: q for q in topic.questions.all()}
    foreign = {f"answer_{n}": "这个议题没有这个问题。" for n in said if n not in found}
    if foreign:
        raise InputInvalid("foreign_question", "有的问题不是这个议题的，请刷新页面再填。", foreign)
    if not said:
        first = min(found, default=1)
        raise InputInvalid(
            "nothing_said", "请至少回答一个问题，一句话也可以。",
            {f"answer_{first}": "请写一写您的想法。"},
        )  # fmt: skip
    return found


def _check_scope(topic: Topic, code: Code | None) -> None:
    if code is not None and not rules.in_scope(topic, code.region_code):
        raise InputInvalid(
            "out_of_scope", "您扫的码不在这个议题的征集范围里。您可以扫码给代表或联络站留言。"
        )


def _receipt(topic: Topic, said: dict[int, str], key: str) -> str:
    if not key:
        return receipts.new_receipt()
    content = (f"{n}:{text}" for n, text in said.items())
    return receipts.receipt_for(key, topic.code, *content)


def _contact(contribution: Contribution, name: str, phone: str, now: datetime) -> models.Model:
    return contact_of(contribution, name=name, phone=phone, now=now)


def _person_key(contribution: Contribution, phone: str, device_key: str) -> bytes:
    """One person: a phone, else a device, else everybody counts. Never an address (trap 21)."""
    if phone:
        return blind_index(phone, purpose="speaker phone")
    if device_key:
        return blind_index(device_key, purpose="speaker device")
    return bytes(contribution.receipt_hash)


def _store(
    topic: Topic, contribution: Contribution, questions: dict[int, Question],
    said: dict[int, str], contact: models.Model | None, feature: str, actor: Actor,
    now: datetime,
) -> list[Opinion]:  # fmt: skip
    """Numbers and the topic's state in one statement, everything that is stored in another."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [len(said), topic.pk])
        state, opens_on, closes_on, numbers = cursor.fetchone()
    at_once = SimpleNamespace(state=state, opens_on=opens_on, closes_on=closes_on)
    _refuse(at_once, feature, now)  # `topic` may be some seconds old
    opinions = [
        Opinion(
            code=f"O{number:08d}", state=states.OPINION_PENDING, region_code=topic.region_code,
            topic=topic, question=questions[n], contribution=contribution, text=text,
            fingerprint=rules.fingerprint(text), created_at=now, state_at=now,
        )
        for number, (n, text) in zip(numbers, said.items(), strict=True)
    ]  # fmt: skip
    entries = [
        entry_for(
            actor=actor, action="topics.opinion.received", obj=opinion, now=now,
            to_state=opinion.state, data={"topic": topic.code, "channel": contribution.channel},
        )
        for opinion in opinions
    ]  # fmt: skip
    insert(contribution, *opinions, *entries, *([contact] if contact else []))
    return opinions


def _keep_photos(opinions: list[Opinion], photos: Sequence[CleanImage], now: datetime) -> None:
    """Pictures hang on the first answer; nobody sees them before review."""
    for picture in photos:
        Picture.objects.create(
            topic=opinions[0].topic, kind="opinion", opinion=opinions[0], created_at=now,
            **photo_fields(picture),
        )  # fmt: skip


def _again(contribution: Contribution, receipt: str) -> Spoken | None:
    """The same submission once more: what is there is the answer."""
    found = Contribution.objects.filter(receipt_hash=contribution.receipt_hash).first()
    if found is None:
        return None
    return Spoken(found, receipt, new=False, opinions=list(found.opinions.order_by("id")))


_AGREE = Prepared("""
INSERT INTO topics_agreement (opinion_id, device_key, at) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING RETURNING id
""")


@transaction.atomic
def agree(opinion: Opinion, *, device_key: str, now: datetime) -> bool:
    """赞同 a published opinion, once per device. True when it is new. Raises StateMoved."""
    _refuse(opinion.topic, "agree", now)
    if opinion.state != states.OPINION_APPROVED:
        raise StateMoved("not_now", "这条意见没有公开，不能点赞同。")
    if not device_key:
        raise InputInvalid("no_device", "请重新打开这个页面再点。")
    key = blind_index(device_key, purpose="speaker device")
    with connection.cursor() as cursor:
        cursor.execute(_AGREE, [opinion.pk, key, now])
        new = cursor.fetchone() is not None
    if new:
        queue_recount(opinion.topic, now)
    return new


def by_receipt(typed: str) -> Contribution:
    """The contribution a receipt opens. Raises InputInvalid; says the same for every wrong one."""
    receipt = receipts.normalise(typed)
    rows = Contribution.objects.select_related("topic")
    found = receipt and rows.filter(receipt_hash=receipts.receipt_hash(receipt)).first()
    if not found:
        raise InputInvalid(
            "no_such_receipt", "没有查到这个回执码，请核对后再输一遍。",
            {"receipt": "回执码是13位数字和字母，横线可以不填。"},
        )  # fmt: skip
    return found
