"""The calendar is loaded late, units merge: open work follows."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from audit.actors import SYSTEM
from congress.services import load_year, merge_unit
from congress.services.calendar import SpecialDay
from handling.models import Order
from notifications.models import Clock
from tests.voices.conftest import say
from tests.world import NOW, make_county
from voices.models import Message
from workflows.engine import apply

LATE = datetime(2026, 12, 30, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def county(db):
    return make_county()


def test_provisional_dates_are_recounted_when_the_year_is_published(county, monkeypatch):
    monkeypatch.setattr("tests.voices.conftest.NOW", LATE)
    message = say(county).message
    assert (message.due_on, message.provisional) == (date(2027, 1, 6), True)
    holiday = [SpecialDay(date(2027, 1, day), False, "假日") for day in (4, 5, 6)]
    load_year(year=2027, days=holiday, source="测试", actor=SYSTEM, now=LATE)
    message = Message.objects.get()
    assert (message.due_on, message.provisional) == (date(2027, 1, 11), False)
    clock = Clock.objects.get(stopped_at=None)
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 11), False)


def test_open_orders_follow_a_merged_unit(county):
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    message = say(county).message
    message = apply(message, "accept", actor=deputy, now=NOW)
    message = apply(message, "refer", actor=deputy, now=NOW, data={"opinion": ""})
    data = {"units": [county.units[0].code], "title": "t", "text": "x"}
    apply(message, "transfer", actor=keeper, now=NOW, data=data)
    merge_unit(
        unit=county.units[0], into=county.units[1], on=date(2026, 11, 20),
        actor=county.users["congress_staff"], now=NOW,
    )  # fmt: skip
    order = Order.objects.get()
    assert order.unit == county.units[1]
    handler = county.users["unit_handler_1"]
    assert apply(order, "sign", actor=handler, now=NOW).state == "signed"
