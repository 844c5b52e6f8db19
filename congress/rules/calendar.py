"""Working days and due dates: how they are counted and how people say them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from congress.rules.rulebook import Duration
from congress.states import Measure
from core.dates import LOCAL_ZONE, add_months, add_working_days, working_days_between
from core.wording import due_badge, met_badge, moment_words

SIGNS = {"ok": "●", "warn": "▲", "late": "■", "done": "●"}
LEVELS = {"": "ok", "soon": "warn", "late": "late"}


@dataclass(frozen=True)
class DueDate:
    """A day something is due, with the rule that made it so.

    `provisional` (暂定): it was counted through a year whose holidays are not published yet, and
    is counted again when that year's table is loaded.
    """

    on: date
    basis: str
    provisional: bool = False


@dataclass(frozen=True)
class DueWords:
    """A due date as people read it: a sign and words, never a bare colour.

    `level` is ok, warn, late or done; `tone`, `on`, `basis` are what the due badge shows.
    """

    level: str
    sign: str
    words: str
    tone: str
    on: date
    basis: str = ""


class Calendar:
    """The published holidays and make-up days; other days follow the week.

    Immutable, so it may be shared by threads. `years` are the published ones.
    """

    def __init__(self, days: Mapping[date, bool], years: frozenset[int]) -> None:
        self.days = days
        self.years = years
        self._offsets: dict[tuple[date, int], date] = {}

    def is_working(self, day: date) -> bool:
        """Tell whether people work on that day, make-up Saturdays included."""
        listed = self.days.get(day)
        return day.weekday() < 5 if listed is None else listed

    def due_date(self, start: date, duration: Duration) -> DueDate:
        """Count a period from the day after `start`; 月 is a calendar month (DOMAIN §7.3).

        A period in days or months ends on its last day even when nobody works then: the local
        rules on suggestions do not move it.
        """
        if duration.unit is Measure.MONTHS:
            return DueDate(add_months(start, duration.amount), duration.basis)
        if duration.unit is Measure.DAYS:
            return DueDate(start + timedelta(days=duration.amount), duration.basis)
        on = self.offset(start, duration.amount)
        return DueDate(on, duration.basis, not self.covers(start, on))

    def covers(self, start: date, end: date) -> bool:
        """Tell whether every year touched by this span has a published table."""
        return self.years.issuperset(range(start.year, end.year + 1))

    def offset(self, day: date, count: int) -> date:
        """Return the working day that many working days after (before) a day; itself for 0."""
        key = (day, count)
        found = self._offsets.get(key)
        if found is None:
            found = self._offsets[key] = add_working_days(day, count, self.is_working)
        return found

    def left(self, today: date, due: date) -> int:
        """Count working days after today up to the due day; negative when it is behind."""
        return working_days_between(today, due, self.is_working)

    def describe(
        self,
        today: date,
        due: date,
        done_on: date | None = None,
        *,
        basis: str = "",
        provisional: bool = False,
    ) -> DueWords:
        """Say how a due date stands: 还剩3个工作日, 今天到期, 逾期2个工作日, 提前2天办好."""
        if done_on is not None:
            met = met_badge(due, done_on=done_on, basis=basis)
            sign = "▲" if met.tone == "late" else SIGNS["done"]
            return DueWords("done", sign, met.words, met.tone, due, basis)
        left = self.left(today, due)
        if left == 0 and due != today:
            return self._over_rest_days(today, due, basis)
        badge = due_badge(due, left=left, basis=basis, provisional=provisional)
        level = LEVELS[badge.tone]
        return DueWords(level, SIGNS[level], badge.words, badge.tone, due, basis)

    def _over_rest_days(self, today: date, due: date, basis: str) -> DueWords:
        """Words for a due day with only rest days between: no working day to count."""
        days = (due - today).days
        level, tone = ("warn", "soon") if days > 0 else ("late", "late")
        words = f"还剩{days}天（休息日到期）" if days > 0 else f"逾期{-days}天（休息日到期）"
        return DueWords(level, SIGNS[level], words, tone, due, basis)


def say_day(moment: datetime, now: datetime) -> str:
    """Say a moment as people do, in local time: 昨天 14:05, 11月6日."""
    return moment_words(moment.astimezone(LOCAL_ZONE), now=now.astimezone(LOCAL_ZONE))
