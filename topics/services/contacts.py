"""Names and phones of those who spoke: sealed, by a consent of their own."""

from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services import record
from core.crypto import blind_index, decrypt, encrypt
from core.errors import NotVisible
from core.sealed import Sealed
from topics.models import Contribution, Opinion, SpeakerContact, SpeakerReveal
from voices.services import Contact, noted_look

CONSENT_VERSION = "2026-12"  # of the words beside the tick; a change of purpose needs a new one
# Who ticked before agreed to text messages only: nobody at work may look at that (个人信息保护法
# 第十四条: a new purpose needs a new consent).
READABLE_SINCE = "2026-12"


def contact_of(
    contribution: Contribution, *, name: str, phone: str, now: datetime
) -> SpeakerContact:
    """A sealed contact for a contribution that need not be stored yet."""
    return SpeakerContact(
        contribution=contribution,
        name_sealed=_seal(name, contribution, "name"),
        phone_sealed=_seal(phone, contribution, "phone"),
        phone_index=blind_index(phone, purpose="phone") if phone else None,
        consent_at=now, consent_version=CONSENT_VERSION,
    )  # fmt: skip


def _binding(contribution: Contribution, what: str) -> str:
    return f"contribution:{bytes(contribution.receipt_hash).hex()}:{what}"


SEALED = Sealed(
    "topics.speakercontact", ("name_sealed", "phone_sealed"),
    lambda row, column: _binding(row.contribution, column.removesuffix("_sealed")),
    related=("contribution",), indexes=(("phone_index", "phone_sealed", "phone"),),
)  # fmt: skip


def _seal(value: str, contribution: Contribution, what: str) -> bytes | None:
    return encrypt(value, binding=_binding(contribution, what)) if value else None


def _open(sealed: Any, contribution: Contribution, what: str) -> str:
    return decrypt(bytes(sealed), binding=_binding(contribution, what)) if sealed else ""


def phone_of(code: str) -> str | None:
    """The phone somebody left with a contribution; for the SMS channel only."""
    contacts = SpeakerContact.objects.select_related("contribution")
    contact = contacts.filter(contribution_id=int(code)).first() if code.isdigit() else None
    return _open(contact.phone_sealed, contact.contribution, "phone") or None if contact else None


def may_be_read(contribution: Contribution) -> bool:
    """Whether there is a contact that was left by a consent which lets people at work look."""
    contact = getattr(contribution, "contact", None)
    return contact is not None and contact.consent_version >= READABLE_SINCE


@transaction.atomic
def reveal_speaker(opinion: Opinion, *, actor: Any, reason: str, now: datetime) -> Contact:
    """Open the contact of an opinion's writer for a stated reason, as for messages.

    Recorded as `topics.contact.revealed`; the writer reads who and why beside the receipt.
    Raises Forbidden without the right, InputInvalid without a reason, NotVisible when there is
    nothing, or nothing that may be shown.
    """
    said = opinion.contribution
    note = noted_look(opinion, actor=actor, reason=reason, now=now)
    if not may_be_read(said):
        raise NotVisible("no_contact", "这位群众没有留可以查看的联系方式。")
    SpeakerReveal.objects.create(contribution=said, **note)
    record(actor=actor, action="topics.contact.revealed", obj=opinion, now=now)
    sealed = said.contact
    return Contact(
        _open(sealed.name_sealed, said, "name"), _open(sealed.phone_sealed, said, "phone")
    )
