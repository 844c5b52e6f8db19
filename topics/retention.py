"""Erasure on request and by age: what one person said goes, the course of the topic stays."""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from audit.actors import SYSTEM, Actor
from audit.services import record
from topics import rules, states
from topics.models import Contribution, Opinion, Picture, SpeakerContact, Topic, TopicRating

ERASED = "（已应本人要求清除）"
ENDED = (states.PUBLISHED, *states.FINAL)


@transaction.atomic
def erase(contribution: Contribution, *, actor: Actor, now: datetime) -> None:
    """Clear what somebody said and left: words, contact, household, photographs, their reason.

    Published copies go too; counts, states and the sealed log stay, they hold nothing personal.
    A proposal that nobody but its reviewers has read loses its words as well. Files go after
    commit, so that an undone erasure leaves them. Records `topics.opinion.erased` for each.
    """
    SpeakerContact.objects.filter(contribution=contribution).delete()
    contribution.household = ""
    contribution.person_key = contribution.receipt_hash
    contribution.save(update_fields=["household", "person_key"])
    TopicRating.objects.filter(contribution=contribution).exclude(reason="").update(reason=ERASED)
    for opinion in contribution.opinions.select_related("topic"):
        _erase_opinion(opinion)
        record(actor=actor, action="topics.opinion.erased", obj=opinion, now=now)
    _erase_proposal(contribution, actor, now)


def _erase_opinion(opinion: Opinion) -> None:
    opinion.text, opinion.fingerprint = ERASED, rules.fingerprint(opinion.code)
    opinion.public_text = ERASED if opinion.public_text else ""
    opinion.save(update_fields=["text", "public_text", "fingerprint"])
    pictures = list(Picture.objects.filter(opinion=opinion))
    for picture in pictures:
        picture.delete()
        for file in (picture.image, picture.thumb):
            transaction.on_commit(partial(file.storage.delete, file.name), robust=True)


def _erase_proposal(contribution: Contribution, actor: Actor, now: datetime) -> None:
    own = Topic.objects.select_for_update(of=("self",)).filter(
        receipt_hash=contribution.receipt_hash
    )
    topic = own.exclude(state__in=states.PUBLIC).first()
    if topic is None:
        return
    topic.title = topic.summary = ERASED
    topic.save(update_fields=["title", "summary"])
    topic.questions.update(text=ERASED, hint="")
    record(actor=actor, action="topics.topic.erased", obj=topic, now=now)


def erase_by_hash(receipt_hash: bytes, actor: Actor, now: datetime) -> str:
    """For `erase_resident`: what was cleared, in words; empty when the receipt is none of ours."""
    found = Contribution.objects.filter(receipt_hash=receipt_hash).select_related("topic").first()
    if found is None:
        return ""
    erase(found, actor=actor, now=now)
    return f"对议题 {found.topic.code} 的意见"


def purge(now: datetime, batch: int = 500) -> int:
    """Forget contact data of topics that ended longer ago than CONTACT_RETENTION_DAYS.

    A promise that is still open keeps it: they are to be told. Returns how many; safe to repeat.
    """
    before = now - timedelta(days=settings.CONTACT_RETENTION_DAYS)
    ended = SpeakerContact.objects.filter(
        contribution__topic__state__in=ENDED, contribution__topic__state_at__lt=before
    ).exclude(contribution__topic__parts__orders__promises__outcome__in=("open", "moved"))
    counted: dict[int, int] = {}
    for contact in ended.select_related("contribution")[:batch]:
        contact.delete()
        topic_id = contact.contribution.topic_id
        counted[topic_id] = counted.get(topic_id, 0) + 1
    for topic in Topic.objects.filter(pk__in=counted):
        record(
            actor=SYSTEM, action="topics.contact.forgotten", obj=topic, now=now,
            data={"count": counted[topic.pk]},
        )  # fmt: skip
    return sum(counted.values())


@transaction.atomic
def purge_due(_work: object, now: datetime) -> None:
    """Due work, once a day."""
    purge(now)
