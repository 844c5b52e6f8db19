"""Erasure on request and by age: personal data goes, the process record stays (PIPL 19, 47)."""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from audit.actors import SYSTEM, Actor
from audit.services import record
from handling.promises import open_promises
from handling.services import erase_words
from voices.models import Message, MessageContact

ERASED = "（已应本人要求清除）"


@transaction.atomic
def erase(message: Message, *, actor: Actor, now: datetime) -> None:
    """Clear what a resident wrote and left: words, place, contact, photographs, additions.

    The copies of the words in orders and in the staff's notes on them go as well. States, dates,
    outcome and the sealed log stay: they hold nothing personal. A published copy is taken down.
    The files go after commit, so that an undone erasure leaves them. Records
    `voices.message.erased`.
    """
    MessageContact.objects.filter(message=message).delete()
    _erase_photos(message)
    erase_words(message, ERASED)
    message.additions.update(text=ERASED)
    message.ratings.exclude(reason="").update(reason=ERASED)
    message.text, message.place = ERASED, ""
    message.deputy_opinion, message.station_note = "", ""
    message.public_title = message.public_text = message.public_answer = ""
    if message.publication == "published":
        message.publication, message.hidden_reason = "hidden", ERASED
    message.save(
        update_fields=["text", "place", "deputy_opinion", "station_note", "public_title",
                       "public_text", "public_answer", "publication", "hidden_reason"]
    )  # fmt: skip
    record(actor=actor, action="voices.message.erased", obj=message, now=now)


def _erase_photos(message: Message) -> None:
    photos = list(message.photos.filter(answer=None))
    files = [file for photo in photos for file in (photo.image, photo.thumb)]
    for photo in photos:
        photo.delete()
    for file in files:
        transaction.on_commit(partial(file.storage.delete, file.name), robust=True)


def purge(*, now: datetime, batch: int = 500) -> int:
    """Forget contact data of matters that ended longer ago than CONTACT_RETENTION_DAYS.

    A promise that is still open keeps it: the writer is to be told. Returns how many. Safe to run
    twice.
    """
    before = now - timedelta(days=settings.CONTACT_RETENTION_DAYS)
    waiting = open_promises("voices.message").values("order__source_code")
    ended = (
        MessageContact.objects.filter(
            message__state__in=("closed", "diverted", "withdrawn"), message__state_at__lt=before
        )
        .exclude(message__code__in=waiting)
        .select_related("message")[:batch]
    )
    count = 0
    for contact in ended:
        with transaction.atomic():
            record(actor=SYSTEM, action="voices.contact.forgotten", obj=contact.message, now=now)
            contact.delete()
        count += 1
    return count


def purge_due(_work: object, now: datetime) -> None:
    """Due work, once a day."""
    purge(now=now)
