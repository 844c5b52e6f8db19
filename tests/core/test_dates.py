from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import add_months, add_working_days, local_date, working_days_between

DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


def weekday(day):
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -13, date(2024, 12, 15)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_add_months_keeps_the_day_or_takes_the_last(start, months, end):
    assert add_months(start, months) == end


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday to Monday
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # Saturday
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 11, 23), -1, date(2026, 11, 20)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
    ],
)
def test_add_working_days_skips_what_is_not_worked(start, count, end):
    assert add_working_days(start, count, weekday) == end


def test_add_working_days_ends_when_nothing_is_worked():
    with pytest.raises(ValueError, match="no working day"):
        add_working_days(date(2026, 1, 1), 1, lambda day: False)


@given(DAYS, st.integers(-40, 40))
def test_working_days_between_undoes_add_working_days(start, count):
    assert working_days_between(start, add_working_days(start, count, weekday), weekday) == count


def test_working_days_between_counts_the_end_not_the_start():
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert working_days_between(friday, monday, weekday) == 1
    assert working_days_between(monday, friday, weekday) == -1
    assert working_days_between(monday, monday, weekday) == 0


def test_local_date_is_the_day_in_china():
    assert local_date(datetime(2026, 11, 20, 16, 0, tzinfo=UTC)) == date(2026, 11, 21)
    assert local_date(datetime(2026, 11, 20, 15, 59, tzinfo=UTC)) == date(2026, 11, 20)
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 11, 20))  # noqa: DTZ001
