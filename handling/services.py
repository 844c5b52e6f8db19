"""Giving orders. Everything after that is a transition of the table (`effects`)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, models, transaction

from audit.actors import Actor
from congress.models import Unit
from core.dates import local_date
from core.errors import InputInvalid
from handling import states
from handling.models import Order
from handling.selectors import due_for, handlers
from notifications.clocks import start_clock
from notifications.services import forget_texts, notify
from workflows.engine import create

RETURN_RULE = "order_return_within"


@dataclass(frozen=True)
class Brief:
    """What every order of one hand-over has in common. `text` must not name the resident.

    `due_rule`, `co_rule` and `sign_rule` are rulebook keys. `counted_from` is the
    day the answer's period runs from when it is not today's (闭会之日); a co-handler's runs from
    the day it is given. `contact_required`: no reply before a contact is on record (DBF 51).
    """

    source: models.Model
    region_code: str
    title: str
    text: str
    due_rule: str
    place: str = ""
    station_code: str = ""
    instruction: str = ""
    round: int = 1
    sign_rule: str = "order_sign_within"
    co_rule: str = "co_opinion_within"
    counted_from: date | None = None
    contact_required: bool = False
    confidential: bool = False


def next_code(prefix: str, sequence: str) -> str:
    """A number from a database sequence: nobody waits, nothing is used twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence])
        return f"{prefix}{cursor.fetchone()[0]:08d}"


@transaction.atomic
def assign(
    brief: Brief, *, leads: list[Unit], co: list[Unit], actor: Actor, now: datetime
) -> list[Order]:
    """Give one matter to units: one lead alone is 独办, with `co` 主办, several leads are 分办.

    Raises InputInvalid when nobody leads, a unit stands twice, or co-handlers lack one lead.
    """
    _check_units(leads, co)
    role = states.LEAD if co else states.SOLE if len(leads) == 1 else states.PART
    orders = [give(brief, unit=u, role=role, lead=None, actor=actor, now=now) for u in leads]
    orders += [
        give(brief, unit=u, role=states.CO, lead=orders[0], actor=actor, now=now) for u in co
    ]
    return orders


def _check_units(leads: list[Unit], co: list[Unit]) -> None:
    if not leads:
        raise InputInvalid("no_unit", "请至少选择一个承办单位。", {"units": "请选择承办单位。"})
    if co and len(leads) > 1:
        raise InputInvalid(
            "one_lead", "有会办单位时，只能有一个主办单位。", {"units": "只选一个主办单位。"}
        )
    every = [u.pk for u in (*leads, *co)]
    if len(set(every)) < len(every):
        raise InputInvalid(
            "unit_twice", "同一个单位选了两次。", {"co_units": "主办单位不能同时会办。"}
        )


def give(
    brief: Brief, *, unit: Unit, role: str, lead: Order | None, actor: Actor, now: datetime,
    previous: Order | None = None,
) -> Order:  # fmt: skip
    """Create one order, start its clock for signing and tell the unit."""
    today = local_date(now)
    rule = brief.co_rule if role == states.CO else brief.due_rule
    start = today if role == states.CO else brief.counted_from or today
    due = due_for(rule, brief.region_code, start)
    order = Order(
        code=next_code("B", "handling_order_number"), state=states.ASSIGNED, round=brief.round,
        region_code=brief.region_code, source_type=brief.source._meta.label_lower,
        source_code=brief.source.code, station_code=brief.station_code,  # type: ignore[attr-defined]
        unit=unit, role=role, lead=lead, previous=previous, title=brief.title[:120],
        text=brief.text, place=brief.place, instruction=brief.instruction,
        assigned_by=actor.actor_label, assigned_at=now, due_on=due.on, original_due_on=due.on,
        basis=due.basis, provisional=due.provisional, due_rule=rule, sign_rule=brief.sign_rule,
        return_until=due_for(RETURN_RULE, brief.region_code, today).on,
        counted_from=start, confidential=brief.confidential,
        contact_required=brief.contact_required and role != states.CO,
    )  # fmt: skip
    create(
        order, actor=actor, action="handling.order.assigned", now=now,
        source=order.source_code, unit=unit.code, role=role, due_on=due.on.isoformat(),
    )  # fmt: skip
    sign_by = due_for(brief.sign_rule, brief.region_code, today)
    start_clock(order, name=brief.sign_rule, due=sign_by, now=now, round=brief.round,
                fresh=True)  # fmt: skip
    notify(
        user_ids=handlers(order, today), kind="handling.assigned", obj=order,
        text=f"有新的交办单待签收：{order.title}", key=f"assigned:{order.code}", now=now,
    )  # fmt: skip
    return order


def brief_of(order: Order, source: Any) -> Brief:
    """The brief an order was given with, for giving it to somebody else; its period runs anew."""
    return Brief(
        source=source, region_code=order.region_code, title=order.title, text=order.text,
        due_rule=order.due_rule, co_rule=order.due_rule, place=order.place,
        station_code=order.station_code, instruction=order.instruction, round=order.round,
        sign_rule=order.sign_rule, contact_required=order.contact_required,
        confidential=order.confidential,
    )  # fmt: skip


@transaction.atomic
def erase_words(source: models.Model, words: str) -> int:
    """Put `words` in place of what the orders of `source` repeat of it. Returns how many.

    Title, text, place and instruction are copies of somebody's words or speak of them; the
    inbox lines that quote the title follow. Units, dates, states and replies stay.
    """
    orders = Order.objects.of(source)
    codes = list(orders.values_list("code", flat=True))
    forget_texts("handling.order", codes, words)
    return int(orders.update(title=words, text=words, place="", instruction=""))
