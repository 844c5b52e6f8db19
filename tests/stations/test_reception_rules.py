"""Reception rules: the words people write, and the days that come of them."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.rules.receptions import EXAMPLES, PlannedDay, ReceptionRule, parse_rule

HOLIDAYS = {date(2026, 10, n) for n in range(1, 9)}


def working(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("每月15日 9:00–11:00，逢节假日顺延", "每月15日 9:00–11:00，逢节假日顺延"),
        ("每月25日上午9:00-11:00（遇节假日顺延）", "每月25日 9:00–11:00，逢节假日顺延"),
        ("单月15号 9点至11点", "单月15日 9:00–11:00"),
        ("双月 1日 14:30—17:00。", "双月1日 14:30–17:00"),
        ("每星期天 9：00～11：00", "每周日 9:00–11:00"),
        ("每月第二个周三 9:00—11:00，节假日暂停", "每月第2个周三 9:00–11:00，逢节假日暂停"),
    ],
)
def test_rule_is_understood_and_stored_in_one_spelling(text, stored):
    assert str(parse_rule(text)) == stored
    assert parse_rule(stored) == parse_rule(text)


@pytest.mark.parametrize(
    "text",
    ["", "随时", "每月32日 9:00–11:00", "每月0日 9:00–11:00", "每月15日", "每月15日 11:00–9:00",
     "每月15日 25:00–26:00",
     "每月15日 9:00–11:00，看情况", "每月第5个周三 9:00–11:00"],
)  # fmt: skip
def test_what_is_no_rule_is_none(text):
    assert parse_rule(text) is None


def test_all_examples_are_understood():
    assert all(parse_rule(example) for example in EXAMPLES.split("；"))


def test_holiday_defers_to_the_next_working_day():
    rule = parse_rule("每月3日 9:00–11:00，逢节假日顺延")
    assert rule.days(date(2026, 9, 10), date(2026, 11, 30), working) == [
        PlannedDay(date(2026, 10, 9), deferred_from=date(2026, 10, 3)),
        PlannedDay(date(2026, 11, 3)),
    ]


def test_a_day_deferred_into_the_period_is_in_it():
    rule = parse_rule("每月3日 9:00–11:00，逢节假日顺延")
    assert rule.days(date(2026, 10, 5), date(2026, 10, 31), working) == [
        PlannedDay(date(2026, 10, 9), deferred_from=date(2026, 10, 3))
    ]


def test_holiday_skips_or_keeps_when_the_rule_says_so():
    skipping = parse_rule("每周四 9:00–11:00，逢节假日暂停")
    keeping = parse_rule("每周四 9:00–11:00")
    period = (date(2026, 9, 30), date(2026, 10, 15), working)
    assert [p.on.day for p in skipping.days(*period)] == [15]
    assert [p.on.day for p in keeping.days(*period)] == [1, 8, 15]


def test_two_days_deferred_onto_one_are_one():
    rule = parse_rule("每周四 9:00–11:00，逢节假日顺延")
    days = rule.days(date(2026, 9, 30), date(2026, 10, 12), working)
    assert [p.on for p in days] == [date(2026, 10, 9)]


def test_the_31st_is_the_last_day_of_a_short_month():
    rule = parse_rule("每月31日 9:00–11:00")
    days = rule.days(date(2027, 1, 31), date(2027, 4, 30), working)
    assert [p.on for p in days] == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_odd_and_even_months():
    year = (date(2026, 12, 31), date(2027, 12, 31), working)
    assert [p.on.month for p in parse_rule("单月15日 9:00–11:00").days(*year)] == [
        1,
        3,
        5,
        7,
        9,
        11,
    ]
    assert [p.on.month for p in parse_rule("双月15日 9:00–11:00").days(*year)] == [
        2,
        4,
        6,
        8,
        10,
        12,
    ]


def test_second_wednesday():
    rule = parse_rule("每月第2个周三 9:00–11:00")
    days = rule.days(date(2026, 10, 31), date(2026, 12, 31), working)
    assert [p.on for p in days] == [date(2026, 11, 11), date(2026, 12, 9)]


def test_a_rule_that_names_a_sunday_means_it():
    rule = parse_rule("每周日 9:00–11:00，逢节假日顺延")
    days = rule.days(date(2026, 11, 1), date(2026, 11, 15), working)
    assert [p.on.day for p in days] == [8, 15]


@given(
    months=st.sampled_from(["每月", "单月", "双月"]),
    day=st.integers(1, 31),
    hour=st.integers(0, 22),
    holiday=st.sampled_from(["defer", "skip", "keep"]),
)
def test_every_rule_reads_back_as_itself(months, day, hour, holiday):
    rule = ReceptionRule(months, day, 0, 0, time(hour), time(hour + 1, 30), holiday)
    assert parse_rule(str(rule)) == rule
