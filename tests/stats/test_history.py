"""As of any day: an item stands where it stood then, whatever became of it later."""

from datetime import date, timedelta

import pytest

from handling.models import Order
from jobs.services import drain
from stats.checking import check
from stats.definitions import RATES
from stats.rules import Span
from stats.selectors import count_now
from tests.voices.conftest import say
from tests.world import NOW, County
from voices.services import resident_of
from workflows.engine import apply

DAY = timedelta(days=1)


def step(obj, name, actor, now=NOW, **data):
    return apply(obj, name, actor=actor, now=now, data=data)


def fraction(code: str, on: date) -> tuple[int, int]:
    found = count_now("", Span(on), now=NOW).reading(RATES[code])
    return found.numerator, found.denominator


@pytest.fixture
def answered(county: County):
    """Answered on 21 November, rated 满意 on the 23rd, opened again on the 25th."""
    message = say(county).message
    deputy, staff = county.users["deputy"], county.users["congress_staff"]
    message = step(message, "accept", deputy)
    message = step(message, "answer", deputy, NOW + DAY, outcome="solved", text="已经修好了")
    message = step(message, "rate", resident_of(message), NOW + 3 * DAY, score="satisfied")
    return step(message, "reopen", staff, NOW + 5 * DAY, reason="又坏了")


def test_reopened_message_was_closed_in_between(answered):
    days = [date(2026, 11, day) for day in (19, 20, 21, 22, 23, 24, 25)]
    assert [fraction("message.closed", day) for day in days] == [
        (0, 0), (0, 1), (0, 1), (0, 1), (1, 1), (1, 1), (0, 1),
    ]  # fmt: skip
    assert [fraction("message.answered", day) for day in days] == [
        (0, 0), (0, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1),
    ]  # fmt: skip
    assert [fraction("message.satisfied", day) for day in days[2:5]] == [(0, 0), (0, 0), (1, 1)]
    assert [check(Span(day)).differences for day in days] == [[]] * 7


def test_second_round_has_a_satisfaction_of_its_own(county, answered):
    keeper, later = county.users["station_keeper"], NOW + 6 * DAY
    message = step(answered, "reply", keeper, later, outcome="solved", text="换了整根线")
    day = date(2026, 11, 27)
    assert fraction("message.satisfied_again", day) == (0, 0)
    step(message, "rate", resident_of(message), later + DAY, score="unsatisfied", reason="还坏")
    assert fraction("message.satisfied_again", day) == (0, 1)
    assert fraction("message.satisfied", day) == (0, 1)
    assert fraction("message.satisfied", date(2026, 11, 26)) == (1, 1)
    assert check(Span(day)).differences == []


def test_lapsed_message_is_closed_and_not_rated(county):
    deputy = county.users["deputy"]
    message = step(say(county).message, "accept", deputy)
    step(message, "answer", deputy, outcome="explained", text="施工停电，周五恢复")
    drain(now=NOW + 60 * DAY)
    day = date(2027, 1, 31)
    assert (fraction("message.closed", day), fraction("message.satisfied", day)) == ((1, 1), (0, 0))
    assert fraction("message.solved", day) == (0, 1)
    assert check(Span(day)).differences == []


@pytest.fixture
def order(county: County) -> Order:
    message = step(say(county).message, "accept", county.users["deputy"])
    message = step(message, "refer", county.users["deputy"], opinion="属实")
    step(
        message, "transfer", county.users["station_keeper"], units=[county.units[0].code],
        title="路灯不亮", text="路灯坏了三天",
    )  # fmt: skip
    return Order.objects.get()


def test_extension_moves_the_effective_day_and_not_the_original(county, order):
    handler, keeper = county.users["unit_handler"], county.users["station_keeper"]
    assert order.due_on == date(2026, 12, 20)
    order = step(order, "sign", handler)
    order = step(
        order, "request_extension", handler, NOW + 20 * DAY, wanted_on="2027-01-10",
        reason="等配件",
    )  # fmt: skip
    order = step(order, "decide_extension", keeper, NOW + 21 * DAY, decision="granted", reason="可")
    before, after = date(2026, 12, 9), date(2026, 12, 31)
    assert fraction("order.on_time", after) == (0, 0)  # not due yet, as extended
    assert fraction("order.on_time_original", after) == (0, 1)
    assert fraction("order.on_time", before) == (0, 0)
    replied = NOW + 45 * DAY  # 4 January: late by the first day, in time by the new one
    step(order, "reply", handler, replied, outcome="solved", text="已更换", signer="局长")
    day = date(2027, 1, 31)
    assert (fraction("order.on_time", day), fraction("order.on_time_original", day)) == (
        (1, 1), (0, 1),
    )  # fmt: skip
    assert [check(Span(on)).differences for on in (before, after, day)] == [[]] * 3


def test_units_are_told_apart_with_their_numbers(county, order):
    found = count_now(county.code, Span(date(2026, 11, 30)), now=NOW)
    assert found.body["order"]["unit"][county.units[0].code]["given"] == 1
    assert found.keys("order", "unit") == [county.units[0].code]


def test_places_add_up(county, neighbour):
    for one in (county, neighbour):
        say(one)
    whole = count_now("", Span(date(2026, 11, 30)), now=NOW)
    assert whole.counts("message")["received"] == 2
    below = whole.body["message"]["place"]
    assert {code: counts["received"] for code, counts in below.items()} == {
        county.code: 1, neighbour.code: 1,
    }  # fmt: skip
    village = count_now(county.deputy.region_code, Span(date(2026, 11, 30)), now=NOW)
    assert village.counts("message")["received"] == 1
    assert count_now("370999", Span(date(2026, 11, 30)), now=NOW).counts("message") == {}
