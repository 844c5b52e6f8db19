"""Taking a message in, by whatever way it comes; showing contact data; following a matter."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from audit.actors import Actor, ResidentActor
from audit.services import record
from codes.models import Code
from core.crypto import blind_index, decrypt, encrypt
from core.dates import local_date
from core.errors import Forbidden, InputInvalid, NotVisible
from core.images import CleanImage
from core.photos import photo_fields
from core.postgres import Prepared
from core.ratelimit import hit
from core.sealed import Sealed
from grids.services import record_patrol
from handling.selectors import due_for
from jobs.services import nudge_after_commit
from notifications.clocks import clock_for
from notifications.models import Clock
from notifications.services import telling
from stations.services import request_appointment
from voices import receipts, states
from voices.models import ContactReveal, Follow, Message, MessageContact, Photo
from voices.selectors import (
    Route,
    close_door,
    first_to_act,
    forget_first_to_act,
    open_door,
    station_for,
)
from workflows.engine import apply, create

RESIDENT = ResidentActor("", "")
ACCEPT = "message_accept_within"
# The number, and whether what is remembered of a code's way still holds: see `_numbered`.
_NUMBER = Prepared("""
SELECT nextval('voices_message_number'),
  coalesce((SELECT state = 'active' FROM codes_code WHERE id = %(code)s), %(code)s IS NULL),
  coalesce((SELECT serving FROM deputies_deputy WHERE code = %(deputy)s), true)
    AND coalesce((SELECT closed_on IS NULL FROM stations_station WHERE code = %(station)s), true),
  coalesce((SELECT max(id) FROM accounts_grant), 0) = %(newest)s AND %(held)s = (
    SELECT count(*) FROM accounts_grant g JOIN accounts_user u ON u.id = g.user_id
    WHERE g.id = ANY(%(grants)s) AND (g.ends_on IS NULL OR g.ends_on >= %(on)s) AND u.is_active)
""")


@dataclass(frozen=True)
class Words:
    """What somebody says, cleaned: the fields every way of entry has in common."""

    kind: str
    text: str
    place: str = ""
    name: str = ""
    phone: str = ""
    consent: bool = False
    photos: list[CleanImage] = field(default_factory=list)

    @classmethod
    def from_form(cls, data: dict[str, Any]) -> "Words":
        return cls(
            kind=data["kind"], text=data["text"], place=data.get("place", ""),
            name=data.get("name", ""), phone=data.get("phone", ""),
            consent=bool(data.get("consent")), photos=data.get("files") or [],
        )  # fmt: skip


@dataclass(frozen=True)
class Submitted:
    """A message that is safely stored, and its receipt, which nobody can find out again."""

    message: Message
    receipt: str
    new: bool


@dataclass(frozen=True)
class Entrance:
    """By which way and whose hand a message came in."""

    channel: str = "scan"
    proxy_way: str = ""
    proxy_name: str = ""
    outside_number: str = ""


def count_submission(*, address: str, now: datetime) -> None:
    """Refuse floods from one address; wide enough for a village behind one line. Raises TooMany."""
    if address and not address.startswith("127.") and address != "::1":
        hit("message", address, limit=settings.MESSAGES_PER_ADDRESS, window=600, now=now)


def submit(
    words: Words,
    *,
    code: Code | None,
    route: Route,
    idempotency_key: str,
    now: datetime,
    actor: Actor = RESIDENT,
    entrance: Entrance = Entrance(),
) -> Submitted:
    """Store a message and tell who has to act. The same key and content twice is one message.

    Records `voices.message.received`; starts the clock for acceptance.
    """
    token = code.token if code else ""
    receipt = (
        receipts.receipt_for(idempotency_key, token, words.kind, words.text, words.place)
        if idempotency_key
        else receipts.new_receipt()
    )
    hashed = receipts.receipt_hash(receipt)
    # Without more to store, all of it goes out at once and needs no transaction around it.
    more = words.photos or words.kind == "meeting" or connection.in_atomic_block
    try:
        with transaction.atomic() if more else nullcontext():
            message = _numbered(words, code, route, hashed, now, entrance)
            beside = [
                _clock(message, now), *_contact(message, words, now), *_telling(message, now)
            ]  # fmt: skip
            create(message, actor=actor, action="voices.message.received", now=now,
                   beside=beside, channel=entrance.channel)  # fmt: skip
            keep_photos(message, words.photos, now=now)
            _ask_to_meet(message, actor, now)
            nudge_after_commit()
    except IntegrityError:
        found = Message.objects.filter(receipt_hash=hashed).first()
        if found is None:
            raise
        return Submitted(found, receipt, new=False)
    return Submitted(message, receipt, new=True)


def _ask_to_meet(message: Message, actor: Actor, now: datetime) -> None:
    """想见代表: the station gets an appointment to arrange; the person behind it is the message."""
    if message.kind == "meeting" and message.station:
        request_appointment(
            actor=actor, station=message.station, message_code=message.code, now=now,
            deputy=message.deputy,
        )  # fmt: skip


@transaction.atomic
def report(
    words: Words, *, actor: Any, deputy: Any, region_code: str, grid_id: int | None,
    idempotency_key: str, now: datetime,
) -> Submitted:  # fmt: skip
    """巡查上报: what a deputy found on patrol enters the same loop, accepted by its finder.

    Raises Forbidden when `actor` may not report for this deputy.
    """
    if not actor.has_perm("voices.report_message", deputy):
        raise Forbidden("no_right", "只有代表本人可以上报巡查发现的问题。")
    route = Route(deputy.code, station_for(deputy.code, region_code), grid_id, region_code)
    done = submit(
        words, code=None, route=route, idempotency_key=idempotency_key, now=now, actor=actor,
        entrance=Entrance(channel="patrol", proxy_name=f"{deputy.name}代表"),
    )  # fmt: skip
    if done.new:
        apply(done.message, "accept", actor=actor, now=now)
        grid = done.message.grid
        if grid is not None:
            record_patrol(
                actor=actor, grid=grid, deputy=deputy, now=now, message_code=done.message.code
            )
    return done


@transaction.atomic
def enter(
    words: Words, *, actor: Any, station: Any, deputy: Any, way: str, idempotency_key: str,
    now: datetime, outside_number: str = "",
) -> Submitted:  # fmt: skip
    """代录入: somebody's oral, paper or phone message typed in, the proxy named (trap 30).

    Raises Forbidden when `actor` may not enter messages at this station.
    """
    if not actor.has_perm("voices.enter_message", station):
        raise Forbidden("no_right", "您不能在这个站点代录留言。")
    route = Route(deputy.code if deputy else None, station.code, None, station.region_code)
    return submit(
        words, code=None, route=route, idempotency_key=idempotency_key, now=now, actor=actor,
        entrance=Entrance("proxy", way, actor.actor_label, outside_number),
    )  # fmt: skip


def _numbered(
    words: Words, code: Code | None, route: Route, hashed: bytes, now: datetime, way: Entrance
) -> Message:
    """A message with its number; where it goes and who is told hold at this very moment.

    Both are remembered for a while (`selectors.open_door`, `first_to_act`). Their end is asked for
    in the statement that draws the number: what no longer holds is looked up anew.
    """
    message = _new_message(words, code, route, hashed, now, way)
    number, active, way_holds, people_hold = _number(message, local_date(now))
    if code is not None and not (active and way_holds):
        close_door(code)
        again = open_door(code.token)  # NoSuchCode, unless only the way behind the code is another
        message = _new_message(words, code, again.route, hashed, now, way)
    if not (people_hold and way_holds):
        forget_first_to_act(message, local_date(now))
    message.code = f"M{number:08d}"
    return message


def _new_message(
    words: Words, code: Code | None, route: Route, hashed: bytes, now: datetime, way: Entrance
) -> Message:
    due = due_for(ACCEPT, route.region_code, local_date(now))
    return Message(
        state=states.RECEIVED,
        region_code=route.region_code, receipt_hash=hashed, kind=words.kind, text=words.text,
        place=words.place, token=code, deputy_id=route.deputy, station_id=route.station,
        grid_id=route.grid_id, channel=way.channel, proxy_way=way.proxy_way,
        proxy_name=way.proxy_name, outside_number=way.outside_number, due_on=due.on,
        original_due_on=due.on, basis=due.basis, provisional=due.provisional,
    )  # fmt: skip


def _number(message: Message, on: date) -> tuple[int, bool, bool, bool]:
    """The next number; whether the code, the way behind it and who is told hold."""
    first = first_to_act(message, on)
    asked = {
        "code": message.token_id, "deputy": message.deputy_id, "station": message.station_id,
        "newest": first.newest_grant, "grants": first.grants, "held": len(first.grants), "on": on,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, asked)
        number, active, way_holds, people_hold = cursor.fetchone()
    return number, active, way_holds, people_hold


def _clock(message: Message, now: datetime) -> Clock:
    due = due_for(ACCEPT, message.region_code, local_date(now))
    return clock_for(message, name=ACCEPT, due=due, now=now)


def _telling(message: Message, now: datetime) -> list[Model]:
    return telling(
        user_ids=first_to_act(message, local_date(now)).users, kind="voices.received", obj=message,
        text=f"有新留言待受理：{message.get_kind_display()}", key=f"received:{message.code}",
        now=now,
    )  # fmt: skip


def _contact(message: Message, words: Words, now: datetime) -> list[MessageContact]:
    """Contact data only by consent, sealed to this message."""
    if not words.consent or not (words.name or words.phone):
        return []
    contact = MessageContact(
        message=message,
        name_sealed=_seal(words.name, message, "name"),
        phone_sealed=_seal(words.phone, message, "phone"),
        phone_index=blind_index(words.phone, purpose="phone") if words.phone else None,
        consent_at=now, consent_version=states.CONSENT_VERSION,
    )  # fmt: skip
    return [contact]


def _seal(value: str, message: Message, what: str) -> bytes | None:
    return encrypt(value, binding=_binding(message, what)) if value else None


def _binding(message: Message, what: str) -> str:
    return f"message:{message.code}:{what}"


SEALED = Sealed(
    "voices.messagecontact", ("name_sealed", "phone_sealed"),
    lambda row, column: _binding(row.message, column.removesuffix("_sealed")),
    related=("message",), indexes=(("phone_index", "phone_sealed", "phone"),),
)  # fmt: skip


def keep_photos(
    message: Message, pictures: list[CleanImage], *, now: datetime, answer: Any = None
) -> None:
    """Store cleaned pictures with a message or one of its answers."""
    for picture in pictures:
        Photo.objects.create(
            message=message, answer=answer, created_at=now, **photo_fields(picture)
        )


def by_receipt(typed: str) -> Message:
    """The message a receipt opens. Raises InputInvalid; says the same for every wrong one."""
    receipt = receipts.normalise(typed)
    found = receipt and Message.objects.filter(receipt_hash=receipts.receipt_hash(receipt)).first()
    if not found:
        raise InputInvalid(
            "no_such_receipt", "没有查到这个回执码，请核对后再输一遍。",
            {"receipt": "回执码是13位数字和字母，横线可以不填。"},
        )  # fmt: skip
    return found


def resident_of(message: Message) -> ResidentActor:
    """The actor somebody becomes by showing this message's receipt."""
    return ResidentActor("voices.message", message.code)


@dataclass(frozen=True)
class Contact:
    """Contact data in the clear: shown, never stored, never logged."""

    name: str
    phone: str


def noted_look(about: Any, *, actor: Any, reason: str, now: datetime) -> dict[str, Any]:
    """What a `Reveal` of the contact behind `about` holds: one right and one rule for messages
    and for opinions. Raises Forbidden without the right, InputInvalid without a reason."""
    if not actor.has_perm("voices.reveal_message", about):
        raise Forbidden("no_right", "您不能查看群众的联系方式。")
    if len(reason.strip()) < 4:
        raise InputInvalid("reason", "请写明为什么要看。", {"reason": "至少写4个字，群众看得到。"})
    return {"user": actor, "label": actor.actor_label, "reason": reason.strip()[:200], "at": now}


@transaction.atomic
def reveal_contact(message: Message, *, actor: Any, reason: str, now: datetime) -> Contact:
    """Open the contact data for a stated reason. Recorded, and the writer can read who and why.

    Raises Forbidden without the right or a reason, NotVisible when there is nothing to show.
    """
    note = noted_look(message, actor=actor, reason=reason, now=now)
    contact = MessageContact.objects.filter(message=message).first()
    if contact is None:
        raise NotVisible("no_contact", "这位群众没有留联系方式。")
    ContactReveal.objects.create(message=message, **note)
    record(actor=actor, action="voices.contact.revealed", obj=message, now=now)
    return Contact(
        _open(contact.name_sealed, message, "name"), _open(contact.phone_sealed, message, "phone")
    )


def _open(sealed: Any, message: Message, what: str) -> str:
    return decrypt(bytes(sealed), binding=_binding(message, what)) if sealed else ""


@transaction.atomic
def follow(message: Message, *, now: datetime) -> str:
    """Give somebody a receipt of their own for a published matter. Returns the receipt."""
    if message.publication != "published":
        raise NotVisible()
    receipt = receipts.new_receipt()
    Follow.objects.create(message=message, receipt_hash=receipts.receipt_hash(receipt), at=now)
    record(actor=RESIDENT, action="voices.message.followed", obj=message, now=now)
    return receipt


def phone_of(code: str) -> str | None:
    """The phone a resident left for news of this message; for the SMS channel only."""
    contact = MessageContact.objects.filter(message__code=code).select_related("message").first()
    return _open(contact.phone_sealed, contact.message, "phone") or None if contact else None
