"""三联 and the duty ledger: ties between people, and the facts that prove them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from audit.actors import Actor
from audit.services import record
from core.dates import local_date
from core.errors import InputInvalid, StateMoved
from core.text import clean_text
from deputies.models import ContactRecord, Deputy, DutyRecord, Link, Seat
from deputies.registry import duty_kinds
from deputies.services.people import checked

TITLE_LENGTH = 120
# deputy, seat, day, title, code of the source
DutyRow = tuple[int, int, date, str, str]
_DUTIES = """
INSERT INTO deputies_dutyrecord (kind, source_type, created_at, title, deputy_id, seat_id, "on",
    source_code)
SELECT same.kind, same.source, same.at, left(one.title, same.length), one.deputy, one.seat, one.on_,
    one.code
FROM (VALUES (%s::text, %s::text, %s::timestamptz, %s::int)) AS same (kind, source, at, length),
    unnest(%s::bigint[], %s::bigint[], %s::date[], %s::text[], %s::text[])
        AS one (deputy, seat, on_, title, code)
ON CONFLICT DO NOTHING
"""


def tie_link(
    *, actor: Actor, kind: str, region_code: str, starts_on: date, now: datetime, **ends: Any
) -> Link:
    """Begin a tie: `deputy` and `other`, or `organ` and `group`, by keyword."""
    link = Link(kind=kind, region_code=region_code, starts_on=starts_on, **ends)
    checked(link)
    with transaction.atomic():
        link.save()
        record(actor=actor, action="deputies.link_tied", obj=link, now=now, data={"kind": kind})
    return link


def end_link(*, actor: Actor, link: Link, on: date, now: datetime) -> Link:
    """End a tie; its records stay. StateMoved when it has ended."""
    if on < link.starts_on:
        raise InputInvalid("dates", "结束日期不应早于开始日期。", {"on": "请改日期。"})
    with transaction.atomic():
        if Link.objects.filter(pk=link.pk, ends_on__isnull=True).update(ends_on=on) != 1:
            raise StateMoved("link_ended", "这条联系关系已经结束，请刷新后再看。")
        data = {"on": on.isoformat()}
        record(actor=actor, action="deputies.link_ended", obj=link, now=now, data=data)
    link.ends_on = on
    return link


def record_contact(
    *, actor: User, link: Link, on: date, content: str, now: datetime, way: str = ""
) -> ContactRecord:
    """Write down that a link was used; a deputy's contact with voters enters the duty file.

    InputInvalid for a day in the future or outside the link, and for an empty content.
    """
    content = clean_text(content, max_length=1000, field="content")
    _refuse_day(link, on, local_date(now))
    if not content:
        message = "请写明联系的内容。"
        raise InputInvalid("content_missing", message, {"content": message})
    row = ContactRecord(link=link, on=on, way=way, content=content, recorded_by=actor)
    checked(row, exclude=["recorded_by"])
    with transaction.atomic():
        row.save()
        data = {"on": on.isoformat()}
        record(actor=actor, action="deputies.contact_recorded", obj=link, now=now, data=data)
        if link.kind == "deputy_voter" and link.deputy is not None:
            record_duty(
                deputy=link.deputy, kind="contact", on=on, title=f"联系{link.other}",
                source_type="deputies.contactrecord", source_code=str(row.pk), actor=actor,
                now=now,
            )  # fmt: skip
    return row


def record_duty(
    *,
    deputy: Deputy,
    kind: str,
    on: date,
    title: str,
    source_type: str,
    source_code: str,
    actor: Actor,
    now: datetime,
    seat: Seat | None = None,
) -> DutyRecord:
    """Enter what a deputy did, once per source: the same source again gives the row that stands.

    `kind` is one of `deputies.registry.duty_kinds()`, else ValueError. `title` is public (DBF 58):
    never a resident's words or name. Without `seat` it counts for the seat held on that day whose
    congress is nearest to the people.
    """
    if kind not in duty_kinds():
        raise ValueError(f"unknown kind of duty {kind}")
    source = {"source_type": source_type, "source_code": source_code}
    row, _ = DutyRecord.objects.get_or_create(
        deputy=deputy, kind=kind, reverses=None, **source,
        defaults={
            "seat": seat or seat_on(deputy, on), "on": on, "title": title[:TITLE_LENGTH],
            "created_at": now,
        },
    )  # fmt: skip
    return row


def record_duties(rows: Sequence[DutyRow], *, kind: str, source_type: str, now: datetime) -> None:
    """Enter many duties at once (an import), each with its seat; what stands already stays.

    One statement and no model instances: a session's list of 10,000 holds 30,000 signatures.
    """
    if kind not in duty_kinds():
        raise ValueError(f"unknown kind of duty {kind}")
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_DUTIES, [kind, source_type, now, TITLE_LENGTH, *columns])


def reverse_duty(*, actor: Actor, duty: DutyRecord, reason: str, now: datetime) -> DutyRecord:
    """Take a record back by a second row; both stay. StateMoved when it is reversed already."""
    reason = clean_text(reason, max_length=60, field="reason", multiline=False)
    if not reason:
        raise InputInvalid("reason_missing", "请写冲销的原因。", {"reason": "请写原因。"})
    if duty.reverses_id is not None:
        raise InputInvalid("reversal_of_reversal", "这一条本身就是冲销记录。")
    with transaction.atomic():
        row, fresh = DutyRecord.objects.get_or_create(
            reverses=duty,
            defaults={
                "deputy": duty.deputy, "seat": duty.seat, "kind": duty.kind, "on": duty.on,
                "title": f"冲销：{reason}", "source_type": duty.source_type,
                "source_code": duty.source_code, "created_at": now,
            },
        )  # fmt: skip
        if not fresh:
            raise StateMoved("duty_reversed", "这条记录已经冲销过，请刷新后再看。")
        data = {"kind": duty.kind, "on": duty.on.isoformat()}
        record(actor=actor, action="deputies.duty_reversed", obj=duty.deputy, now=now, data=data)
    return row


def seat_on(deputy: Deputy, on: date) -> Seat | None:
    """The seat held on a day; of several the one of the congress nearest to the people."""
    held = Seat.objects.filter(deputy=deputy, starts_on__lte=on).exclude(ends_on__lt=on)
    return held.order_by("-term__congress__level", "-starts_on").first()


def _refuse_day(link: Link, on: date, today: date) -> None:
    if on > today:
        raise InputInvalid("future", "联系日期还没有到。", {"on": "请填已经发生的日期。"})
    if on < link.starts_on or (link.ends_on is not None and on > link.ends_on):
        raise InputInvalid("outside", "这一天不在联系关系的起止之内。", {"on": "请改日期。"})
