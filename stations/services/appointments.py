"""约见: request → confirmed or declined → held or missed. The resident is behind the message."""

from datetime import datetime

from django.db import transaction

from audit.actors import Actor
from audit.services import record
from core.dates import LOCAL_ZONE
from core.errors import InputInvalid, StateMoved
from core.text import clean_text
from deputies.models import Deputy
from deputies.services import record_duty
from stations.models import Appointment, Reception, Station

TAKING_A_PLACE = ("confirmed", "held")


def request_appointment(
    *, actor: Actor, station: Station, message_code: str, now: datetime,
    deputy: Deputy | None = None,
) -> Appointment:  # fmt: skip
    """Note that the person behind a message asks to meet; once per message.

    A second call for the message gives the first appointment.
    """
    if station.closed_on is not None:
        raise _wrong("station", f"{station.name}已经停用，请换一个联络站。")
    with transaction.atomic():
        appointment, made = Appointment.objects.get_or_create(
            message_code=message_code,
            defaults={"station": station, "deputy": deputy, "created_at": now},
        )
        if made:
            record(actor=actor, action="stations.appointment_requested", obj=appointment, now=now)
    return appointment


def confirm_appointment(
    *, actor: Actor, appointment: Appointment, now: datetime, at: datetime | None = None,
    reception: Reception | None = None, reply: str = "",
) -> Appointment:  # fmt: skip
    """Agree on a time, or on a place in a reception day. Also moves one that was agreed on.

    InputInvalid when the reception is full, over, or of another station.
    """
    with transaction.atomic():
        if reception is not None:
            reception = _with_room(reception, appointment, now)
            at = at or datetime.combine(reception.on, reception.starts_at, tzinfo=LOCAL_ZONE)
        if at is None or at < now:
            raise _wrong("at", "请选一个还没到的时间，或选一个接待日。")
        return _moved(
            appointment, ("requested", "confirmed"), "confirmed", actor, now,
            at=at, reception=reception, reply=_words(reply),
        )  # fmt: skip


def decline_appointment(
    *, actor: Actor, appointment: Appointment, reply: str, now: datetime
) -> Appointment:
    """Say that it cannot be arranged, in words for the resident."""
    reply = _words(reply)
    if not reply:
        raise _wrong("reply", "请写给来访人的话：为什么不能安排、可以怎么办。")
    return _moved(appointment, ("requested", "confirmed"), "declined", actor, now, reply=reply)


def hold_appointment(
    *, actor: Actor, appointment: Appointment, notes: str, now: datetime
) -> Appointment:
    """Record that the meeting took place; the deputy gets an entry in the duty file."""
    notes = clean_text(notes, max_length=2000, field="notes")
    if not notes:
        raise _wrong("notes", "请写见面谈了什么、答应了什么。")
    with transaction.atomic():
        appointment = _moved(appointment, ("confirmed",), "held", actor, now, record=notes)
        if appointment.deputy is not None and appointment.at is not None:
            record_duty(
                deputy=appointment.deputy, kind="appointment",
                on=appointment.at.astimezone(LOCAL_ZONE).date(),
                source_type="stations.appointment", source_code=appointment.code,
                title=f"在{appointment.station.name}约见群众", actor=actor, now=now,
            )  # fmt: skip
    return appointment


def miss_appointment(*, actor: Actor, appointment: Appointment, now: datetime) -> Appointment:
    """Note that the resident did not come."""
    return _moved(appointment, ("confirmed",), "missed", actor, now)


def _with_room(reception: Reception, appointment: Appointment, now: datetime) -> Reception:
    """The reception, locked, with a place left: two confirmations cannot take the last one."""
    reception = Reception.objects.select_for_update().get(pk=reception.pk)
    if reception.station_id != appointment.station_id or reception.progress != "planned":
        raise _wrong("reception", "这个接待日不是本站的，或者已经结束、取消，请另选一个。")
    taken = Appointment.objects.filter(reception=reception, progress__in=TAKING_A_PLACE)
    if taken.exclude(pk=appointment.pk).count() >= reception.capacity:
        message = f"{reception.on.month}月{reception.on.day}日已经约满{reception.capacity}人，请另选一天。"
        raise _wrong("reception", message)
    return reception


def _moved(
    appointment: Appointment, sources: tuple[str, ...], target: str, actor: Actor, now: datetime,
    **stamps: object,
) -> Appointment:  # fmt: skip
    with transaction.atomic():
        was = appointment.progress
        found = Appointment.objects.filter(pk=appointment.pk, progress__in=sources)
        if found.update(progress=target, **stamps) != 1:
            raise StateMoved("appointment_moved", "这次约见刚刚有人处理过了，请刷新后再看。")
        appointment.refresh_from_db()
        record(
            actor=actor, action=f"stations.appointment_{target}", obj=appointment, now=now,
            data={"from": was},
        )  # fmt: skip
    return appointment


def _words(text: str) -> str:
    return clean_text(text, max_length=200, field="reply", multiline=False)


def _wrong(field: str, message: str) -> InputInvalid:
    return InputInvalid("appointment_invalid", message, {field: message})
