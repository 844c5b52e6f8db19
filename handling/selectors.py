"""Reads of orders: who may be given one, how long it may take, who has to be told."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models

from accounts.models import Grant
from accounts.selectors import nearest_region_users, users_with_role
from congress.models import Unit
from congress.rules import DueDate, Rule
from congress.selectors import due_date, rulebook_for_region, units_for
from handling.models import Order, Reply
from handling.states import RETURN_REQUESTED
from notifications.models import Clock

REASSIGN_RULE = "order_reassign_within"
STAFF = ("town_staff", "congress_staff")
REPLY_RULES = ("reply_within", "short_track_within", "rehandle_within")


def units_to_assign(region_code: str) -> models.QuerySet[Unit]:
    """The living units that may be given work from this place."""
    return units_for(region_code)


def open_load(units: Iterable[Unit]) -> dict[str, int]:
    """How many open orders each unit has on its hands, by code, in one query."""
    open_orders = Order.objects.open().filter(unit__in=list(units)).order_by()
    return dict(open_orders.values_list("unit__code").annotate(n=models.Count("id")))


def due_for(rule: str, region_code: str, on: date) -> DueDate:
    """The due date a rule of the place gives when counted from `on`."""
    return due_date(on, rulebook_for_region(region_code, on).duration(rule))


def extension_ceiling(order: Order) -> DueDate:
    """The latest day an order may be extended to, by the rules of the day it was assigned.

    Suggestions have a ceiling of their own; other work may take its period once more.
    """
    start = order.started_on
    rules = rulebook_for_region(order.region_code, start)
    if order.due_rule == "reply_within":
        return due_date(start, rules.duration("reply_extended_to"))
    return due_date(order.original_due_on, rules.duration(order.due_rule))


def extension_consent(order: Order) -> Rule | None:
    """The local rule by which a unit may extend its reply without anybody's consent, or None.

    Replies to deputies only, by the rules of the day the order was assigned; everything else is
    extended by whoever gave it.
    """
    if order.due_rule not in REPLY_RULES:
        return None
    rules = rulebook_for_region(order.region_code, order.started_on)
    rule = rules.rule("reply_extension_consent")
    return None if rule.value else rule


def dispatchers(order: Order, on: date) -> list[int]:
    """Accounts at the station that gave the order, or else the staff of the place."""
    found: list[int] = []
    if order.station_code:
        found = users_with_role(
            "station_keeper", scope_kind=Grant.STATION, scope_code=order.station_code, on=on
        )
    return found or nearest_region_users(*STAFF, region_code=order.region_code, on=on)


def handlers(order: Order, on: date) -> list[int]:
    """Accounts of the unit that works on the order."""
    return users_with_role(
        "unit_handler", "unit_head", scope_kind=Grant.UNIT, scope_code=order.unit.code, on=on
    )


def copy_readers(reply: Reply, on: date) -> list[int]:
    """Accounts of everybody the letter is copied to."""
    found: set[int] = set()
    for copy in reply.copies.all():
        if copy.kind == "unit":
            found |= set(
                users_with_role(
                    "unit_handler", "unit_head", scope_kind=Grant.UNIT, scope_code=copy.target,
                    on=on,
                )
            )  # fmt: skip
        elif copy.kind == "deputy":
            found |= set(
                users_with_role(
                    "deputy", scope_kind=Grant.DEPUTY, scope_code=copy.target, on=on
                )
            )  # fmt: skip
        elif copy.kind == "office":
            found |= set(nearest_region_users(*STAFF, region_code=copy.target, on=on))
    return sorted(found)


def recipients(codes: list[str], audience: str, on: date) -> dict[str, list[int]]:
    """Who is reminded about orders: owner unit, station dispatcher, office and leader staff.

    An order that was asked back is its dispatcher's until that is decided.
    """
    orders = Order.objects.filter(code__in=codes).select_related("unit")
    asked: dict[Any, list[int]] = {}
    found: dict[str, list[int]] = defaultdict(list)
    for order in orders:
        asked_back = order.state == RETURN_REQUESTED
        place = (order.unit.code, order.station_code, order.region_code, asked_back)
        if place not in asked:
            asked[place] = _audience(order, audience, on)
        found[order.code] = asked[place]
    return dict(found)


def _audience(order: Order, audience: str, on: date) -> list[int]:
    if audience == "owner" and order.state != RETURN_REQUESTED:
        return handlers(order, on)
    if audience in ("owner", "station"):
        return dispatchers(order, on)
    if audience == "office":
        return nearest_region_users(*STAFF, region_code=order.region_code, on=on)
    return nearest_region_users("congress_staff", region_code=order.region_code, on=on)


def _deciding() -> models.QuerySet[Clock]:
    return Clock.objects.filter(object_type="handling.order", name=REASSIGN_RULE, stopped_at=None)


def decide_by(orders: Iterable[Order]) -> dict[str, Clock]:
    """By when a return that was asked for is to be decided, by order. One query."""
    codes = [order.code for order in orders if order.state == RETURN_REQUESTED]
    rows = _deciding().filter(object_code__in=codes)
    return {clock.object_code: clock for clock in rows} if codes else {}


def decide_by_of(code: str) -> models.Subquery:
    """The same day for rows that are annotated; `code` leads to the order's."""
    found = _deciding().filter(object_code=models.OuterRef(code))
    return models.Subquery(found.values("due_on")[:1])


def titles(codes: list[str]) -> dict[str, str]:
    return {
        code: f"交办单「{title}」"
        for code, title in Order.objects.filter(code__in=codes).values_list("code", "title")
    }


def nobody(codes: list[str], audience: str, on: date) -> dict[str, list[int]]:
    """A letter has no clock: nobody is reminded of it."""
    return {}


def letter_titles(codes: list[str]) -> dict[str, str]:
    return {code: f"答复函 {code}" for code in codes}
