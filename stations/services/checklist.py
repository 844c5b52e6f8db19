"""Evidence for the opening checklist."""

from datetime import datetime

from django.db import transaction

from audit.actors import Actor
from audit.services import record
from core.dates import local_date
from core.errors import InputInvalid
from core.images import CleanImage
from core.photos import photo_fields
from core.text import clean_text
from stations.models import ChecklistItem, Station
from stations.selectors import checklist_items


def note_evidence(
    *, actor: Actor, station: Station, item: str, evidence: str, now: datetime,
    photo: CleanImage | None = None,
) -> ChecklistItem:  # fmt: skip
    """Write down what proves an item, with a photo if there is one. Recorded.

    InputInvalid for an item that is not in the set of this place, or that is public: those hold
    when the public page shows them, and cannot be ticked.
    """
    known = {entry.code: entry for entry in checklist_items(station, today=local_date(now))}
    if item not in known:
        raise InputInvalid("item_unknown", "这一项不在本地的清单里，请刷新后再看。")
    if known[item].shown:
        message = f"“{known[item].label}”由公开页自动核对，不用填写佐证。"
        raise InputInvalid("item_computed", message)
    evidence = clean_text(evidence, max_length=500, field="evidence")
    with transaction.atomic():
        row, _ = ChecklistItem.objects.get_or_create(station=station, item=item)
        row.evidence, row.checked_on = evidence, local_date(now)
        if photo is not None:
            row.photo = photo_fields(photo)["image"]
        row.save()
        record(
            actor=actor, action="stations.evidence_noted", obj=station, now=now, data={"item": item}
        )
    return row
