"""Working days, due dates, and years that are not published yet."""

from datetime import UTC, date, datetime

import pytest
from chinese_calendar import constants

from audit.actors import SYSTEM
from audit.models import Entry
from congress import registry
from congress.models import CalendarDay, CalendarYear
from congress.rules import DueDate, DueWords, Duration
from congress.selectors import (
    calendar,
    describe_due,
    due_date,
    is_working_day,
    say_day,
    working_day_offset,
    working_days_left,
)
from congress.services import load_calendar, load_presets, load_year
from congress.services.calendar import SpecialDay
from congress.states import Measure

pytestmark = pytest.mark.django_db

BASIS = "依据《某条例》第1条"


def period(amount, unit=Measure.WORKING_DAYS):
    return Duration(amount, unit, BASIS)


@pytest.fixture
def listener():
    heard = []
    registry.on_calendar_loaded(hear := lambda years, now: heard.append((years, now)))
    yield heard
    registry._listeners.remove(hear)


@pytest.mark.parametrize(
    ("start", "months", "on"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 3, 15), 3, date(2026, 6, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_due_date_month_ends(start, months, on):
    assert due_date(start, period(months, Measure.MONTHS)) == DueDate(on, BASIS, False)


def test_due_date_days_count_rest_days():
    assert due_date(date(2026, 2, 13), period(5, Measure.DAYS)) == DueDate(
        date(2026, 2, 18), BASIS, False
    )


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ],
)
def test_is_working_day_make_up_weekends_of_2026(day):
    assert day.weekday() >= 5
    assert is_working_day(day) is True


@pytest.mark.parametrize("day", [date(2026, 1, 2), date(2026, 2, 16), date(2026, 10, 7)])
def test_is_working_day_holidays_of_2026(day):
    assert day.weekday() < 5
    assert is_working_day(day) is False


def test_is_working_day_follows_the_published_table_for_three_years():
    stored = {d.on: d.is_working for d in CalendarDay.objects.all()}
    published = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
    assert stored == {d: w for d, w in published.items() if 2024 <= d.year <= 2026}
    assert CalendarYear.objects.filter(published=True).count() == 3


def test_due_date_over_spring_festival_counts_the_make_up_saturday():
    # 11, 12, 13, Saturday 14 is worked, 15 to 23 are off, 24
    assert due_date(date(2026, 2, 10), period(5)) == DueDate(date(2026, 2, 24), BASIS, False)


def test_due_date_starts_counting_the_day_after():
    assert due_date(date(2026, 3, 6), period(1)) == DueDate(date(2026, 3, 9), BASIS, False)


def test_due_date_in_unpublished_year_is_provisional():
    assert due_date(date(2026, 12, 30), period(5)) == DueDate(date(2027, 1, 6), BASIS, True)


def test_due_date_months_are_never_provisional():
    assert due_date(date(2026, 12, 30), period(3, Measure.MONTHS)).provisional is False


def test_loading_a_year_settles_its_dates_and_tells_the_listeners(listener, now):
    days = [SpecialDay(date(2027, 1, n), False, "元旦") for n in (1, 4)]

    loaded = load_year(year=2027, days=days, source="通知", actor=SYSTEM, now=now)

    assert loaded is True
    assert listener == [([2027], now)]
    assert due_date(date(2026, 12, 30), period(5)) == DueDate(date(2027, 1, 8), BASIS, False)
    assert Entry.objects.filter(action="congress.calendar_loaded", data={"year": 2027}).count() == 1


def test_loading_the_same_year_twice_tells_nobody(listener, now):
    days = [SpecialDay(date(2027, 1, 1), False, "元旦")]
    load_year(year=2027, days=days, source="通知", actor=SYSTEM, now=now)

    assert load_year(year=2027, days=days, source="通知", actor=SYSTEM, now=now) is False
    assert len(listener) == 1


def test_loading_the_builtin_years_leaves_a_loaded_year_alone(now):
    days = [SpecialDay(date(2026, 6, 1), False, "当地节日")]
    load_year(year=2026, days=days, source="本地", actor=SYSTEM, now=now)

    assert load_calendar(now=now) == []
    assert load_presets() == 0
    assert is_working_day(date(2026, 6, 1)) is False
    assert is_working_day(date(2026, 2, 16)) is True


def test_calendar_is_read_once(django_assert_num_queries):
    calendar()
    with django_assert_num_queries(0):
        for n in range(1, 28):
            due_date(date(2026, 4, n), period(20))
            describe_due(date(2026, 4, 1), date(2026, 4, n))


@pytest.mark.parametrize(
    ("today", "due", "done", "words"),
    [
        ((3, 2), (3, 17), None, ("ok", "●", "还剩11个工作日")),
        ((3, 2), (3, 5), None, ("warn", "▲", "还剩3个工作日")),
        ((3, 2), (3, 2), None, ("warn", "▲", "今天到期")),
        ((3, 4), (3, 2), None, ("late", "■", "逾期2个工作日")),
        ((3, 6), (3, 8), None, ("warn", "▲", "还剩2天（休息日到期）")),
        ((3, 8), (3, 6), None, ("late", "■", "逾期1个工作日")),
        ((3, 9), (3, 8), None, ("late", "■", "逾期1天（休息日到期）")),
        ((3, 20), (3, 12), (3, 10), ("done", "●", "提前2天办好")),
        ((3, 20), (3, 12), (3, 12), ("done", "●", "当天按期办好")),
        ((3, 20), (3, 12), (3, 15), ("done", "▲", "晚了3天办好")),
    ],
)
def test_describe_due(today, due, done, words):
    done_on = date(2026, *done) if done else None

    found = describe_due(date(2026, *today), date(2026, *due), done_on, basis=BASIS)

    assert (found.level, found.sign, found.words) == words
    assert (found.on, found.basis) == (date(2026, *due), BASIS)


def test_describe_due_says_that_a_date_is_provisional():
    found = describe_due(date(2026, 12, 30), date(2027, 1, 6), provisional=True)

    assert found == DueWords("ok", "●", "还剩5个工作日（暂定）", "", date(2027, 1, 6))


def test_working_day_offset_goes_both_ways():
    due = date(2026, 2, 24)
    assert [working_day_offset(due, n) for n in (-3, -1, 0, 1)] == [
        date(2026, 2, 12),
        date(2026, 2, 14),
        due,
        date(2026, 2, 25),
    ]
    assert working_days_left(date(2026, 2, 12), due) == 3
    assert working_days_left(due, date(2026, 2, 12)) == -3


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 20, 6, 5, tzinfo=UTC), "昨天 14:05"),
        (datetime(2026, 11, 20, 17, 0, tzinfo=UTC), "今天 01:00"),
        (datetime(2026, 11, 6, 6, 5, tzinfo=UTC), "11月6日"),
        (datetime(2025, 11, 6, 6, 5, tzinfo=UTC), "2025年11月6日"),
    ],
)
def test_say_day_in_local_time(moment, words):
    assert say_day(moment, datetime(2026, 11, 21, 8, 0, tzinfo=UTC)) == words
