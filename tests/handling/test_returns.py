"""申退: whoever gave the order decides and gives it anew by the rulebook's day (DOMAIN §2.3)."""

from datetime import date, datetime

import pytest
from django.test import Client

from handling.models import Order
from jobs.services import drain
from notifications.models import Clock, Notification
from tests.voices.conftest import say
from tests.world import NOW, make_county
from workflows.engine import apply

DECIDE_BY = date(2026, 11, 27)  # five working days from Friday 20 November


@pytest.fixture
def county(db):
    return make_county()


@pytest.fixture
def returned(county) -> Order:
    """An order its unit has asked to give back, by its page."""
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    message = apply(say(county).message, "accept", actor=deputy, now=NOW)
    message = apply(message, "refer", actor=deputy, now=NOW, data={"opinion": ""})
    asked = {"units": [county.units[0].code], "title": "路灯不亮", "text": "请修"}
    apply(message, "transfer", actor=keeper, now=NOW, data=asked)
    return apply(
        Order.objects.get(), "request_return", actor=county.users["unit_head"], now=NOW,
        data={"reason": "不归我们管"},
    )  # fmt: skip


def running() -> list[tuple[str, str, date]]:
    rows = Clock.objects.filter(object_type="handling.order", stopped_at=None).order_by("id")
    return [(clock.object_code, clock.name, clock.due_on) for clock in rows]


def reminded(on: date) -> set[str]:
    drain(now=datetime(on.year, on.month, on.day, 9, tzinfo=NOW.tzinfo))
    rows = Notification.objects.filter(kind="notifications.reminder", object_type="handling.order")
    return set(rows.values_list("user__username", flat=True))


def test_the_station_is_reminded_to_decide_and_not_the_unit(county, returned):
    assert running() == [(returned.code, "order_reassign_within", DECIDE_BY)]
    people = reminded(DECIDE_BY)
    assert county.users["station_keeper"].username in people
    assert county.users["unit_head"].username not in people


def test_the_day_stands_on_the_page_and_on_the_stations_home(county, returned):
    Clock.objects.filter(stopped_at=None).update(due_on=date(2031, 5, 6))
    keeper = Client()
    keeper.force_login(county.users["station_keeper"])
    assert "2031年5月6日前" in keeper.get(f"/desk/orders/{returned.code}/").content.decode()
    for page in ("/desk/orders/?tab=returned", "/desk/"):
        assert "5月6日" in keeper.get(page).content.decode(), page


@pytest.mark.parametrize(("decision", "rule"), [
    ("granted", "message_sign_within"), ("refused", "message_handle_within"),
])  # fmt: skip
def test_a_decision_ends_that_time_and_the_units_runs(county, returned, decision, rule):
    keeper = Client()
    keeper.force_login(county.users["station_keeper"])
    sent = keeper.post(
        f"/desk/orders/{returned.code}/decide_return/",
        {"decision": decision, "unit": county.units[1].code, "reason": "按三定方案"},
    )
    assert sent.status_code == 302
    assert [name for _, name, _ in running()] == [rule]
