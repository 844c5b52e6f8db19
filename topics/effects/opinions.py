"""Effects of moderation (先审后发): what everybody may read, and why not."""

from core.personal import mask_personal
from topics.models import Opinion
from topics.services.schedule import queue_recount
from workflows.registry import Change


def approve_opinion(change: Change) -> None:
    """As written, with numbers that give somebody away masked."""
    opinion = change.obj
    _let_through(change, opinion.public_text or mask_personal(opinion.text))


def edit_opinion(change: Change) -> None:
    _let_through(change, change.data["text"])


def _let_through(change: Change, text: str) -> None:
    opinion: Opinion = change.obj
    opinion.public_text, opinion.reason = text, ""
    opinion.reviewed_by = change.actor.actor_label
    opinion.save(update_fields=["public_text", "reason", "reviewed_by"])
    if change.data.get("photos") is not None:
        chosen = {int(pk) for pk in change.data["photos"]}
        for picture in opinion.pictures.all():
            if picture.public != (picture.pk in chosen):
                picture.public = picture.pk in chosen
                picture.save(update_fields=["public"])
    queue_recount(opinion.topic, change.now)


def note_opinion(change: Change) -> None:
    """不通过 and 下架, with a reason the writer reads."""
    opinion = change.obj
    opinion.reason = change.data["reason"]
    opinion.reviewed_by = change.actor.actor_label
    opinion.save(update_fields=["reason", "reviewed_by"])
    queue_recount(opinion.topic, change.now)
