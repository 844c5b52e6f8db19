"""Reception days by rule: 「每月15日 9:00–11:00，逢节假日顺延」 and the days that come of it."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

EXAMPLES = "每月15日 9:00–11:00，逢节假日顺延；单月15日 9:00–11:00；每周一 14:00–17:00；每月第2个周三 9:00–11:00"
_WEEKDAYS = "一二三四五六日"
_DIGITS = {word: n for n, word in enumerate("一二三四", 1)}
_DASH = "(?:-|–|—|－|~|～|至|到)+"
_RULE = re.compile(
    rf"""(?:(?P<months>每月|单月|双月)(?:(?P<day>\d{{1,2}})[日号]|第?(?P<nth>[1-4一二三四])个
        (?:周|星期)(?P<nthday>[一二三四五六日天]))|每(?:周|星期)(?P<weekday>[一二三四五六日天]))
        (?:上午|下午)?(?P<h1>\d{{1,2}})[:：点时](?P<m1>\d{{2}})?分?{_DASH}
        (?:上午|下午)?(?P<h2>\d{{1,2}})[:：点时](?P<m2>\d{{2}})?分?
        [，,。；;（(]?(?P<holiday>[^）)。]*)[）)。]?""",
    re.VERBOSE,
)
_PATTERNS = {"每月": (1, 0), "单月": (2, 1), "双月": (2, 0)}
DEFER, SKIP, KEEP = "defer", "skip", "keep"
_HOLIDAY_WORDS = {DEFER: "，逢节假日顺延", SKIP: "，逢节假日暂停", KEEP: ""}


@dataclass(frozen=True)
class PlannedDay:
    """One day of the rule; `deferred_from` is the day it would have been but for a holiday."""

    on: date
    deferred_from: date | None = None


@dataclass(frozen=True)
class ReceptionRule:
    """When a station receives people. Exactly one of `day`, `nth` with weekday, weekday is set."""

    months: str
    day: int
    nth: int
    weekday: int
    starts_at: time
    ends_at: time
    holiday: str

    def __str__(self) -> str:
        """The rule as it is shown and stored; parsing it gives the same rule."""
        if self.day:
            when = f"{self.months}{self.day}日"
        elif self.nth:
            when = f"{self.months}第{self.nth}个周{_WEEKDAYS[self.weekday]}"
        else:
            when = f"每周{_WEEKDAYS[self.weekday]}"
        hours = f"{_clock(self.starts_at)}–{_clock(self.ends_at)}"
        return f"{when} {hours}{_HOLIDAY_WORDS[self.holiday]}"

    def days(
        self, after: date, until: date, is_working: Callable[[date], bool]
    ) -> list[PlannedDay]:
        """The days after `after` up to `until`, in order, no day twice.

        A day on a holiday moves to the next working day, is left out, or stays, as the rule
        says. A rule that names a Saturday or Sunday means it: only such a day is never moved.
        """
        found: dict[date, PlannedDay] = {}
        first = after - timedelta(days=14)  # a day before may be deferred into the period
        for on in self._regular(first, until):
            planned = self._moved(on, is_working)
            if planned and after < planned.on <= until:
                found.setdefault(planned.on, planned)
        return [found[on] for on in sorted(found)]

    def _moved(self, on: date, is_working: Callable[[date], bool]) -> PlannedDay | None:
        weekend_meant = not self.day and self.weekday >= 5
        if self.holiday == KEEP or weekend_meant or is_working(on):
            return PlannedDay(on)
        if self.holiday == SKIP:
            return None
        later = on
        while not is_working(later):
            later += timedelta(days=1)
        return PlannedDay(later, deferred_from=on)

    def _regular(self, first: date, last: date) -> Iterator[date]:
        if not self.day and not self.nth:
            on = first + timedelta(days=(self.weekday - first.weekday()) % 7)
            while on <= last:
                yield on
                on += timedelta(days=7)
            return
        every, remainder = _PATTERNS[self.months]
        month = first.replace(day=1)
        while month <= last:
            if month.month % every == remainder % every:
                on = self._in_month(month)
                if first <= on <= last:
                    yield on
            month = (month + timedelta(days=31)).replace(day=1)

    def _in_month(self, month: date) -> date:
        if self.day:
            return month.replace(day=min(self.day, monthrange(month.year, month.month)[1]))
        offset = (self.weekday - month.weekday()) % 7 + 7 * (self.nth - 1)
        return month + timedelta(days=offset)


def parse_rule(text: str) -> ReceptionRule | None:
    """The rule a text means, or None when it is not understood (`EXAMPLES` says what is)."""
    found = _RULE.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        return None
    starts, ends = _time(found["h1"], found["m1"]), _time(found["h2"], found["m2"])
    day, nth = int(found["day"] or 0), found["nth"] or ""
    holiday = _holiday(found["holiday"])
    if starts is None or ends is None or ends <= starts or holiday is None:
        return None
    if found["day"] and not 1 <= day <= 31:
        return None
    letter = (found["nthday"] or found["weekday"] or "一").replace("天", "日")
    return ReceptionRule(
        months=found["months"] or "", day=day, nth=_DIGITS.get(nth) or int(nth or 0),
        weekday=_WEEKDAYS.index(letter), starts_at=starts, ends_at=ends, holiday=holiday,
    )  # fmt: skip


def _holiday(words: str) -> str | None:
    if not words:
        return KEEP
    for part, meaning in (("顺延", DEFER), ("停", SKIP), ("取消", SKIP), ("照常", KEEP)):
        if part in words:
            return meaning
    return None


def _time(hour: str, minute: str | None) -> time | None:
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        return None


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"
