"""Reminders: each stage of each clock exactly once, whatever the nights are like."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts.models import User
from audit.actors import SYSTEM
from congress.rules import DueDate
from congress.selectors import working_day_offset
from congress.services.calendar import SpecialDay, load_year
from core.dates import local_date
from jobs.services import drain
from notifications.clocks import move_clock, start_clock, stop_clock
from notifications.models import Clock, Notification, Reminder
from notifications.registry import Subject, register_subject
from notifications.reminders import _due_words, remind

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = date(2026, 9, 14)
STAGES = {-3: ["owner"], -1: ["owner"], 0: ["owner"], 1: ["owner", "station"],
          3: ["station", "office"], 5: ["office", "leader"]}  # fmt: skip
AUDIENCES = ["owner", "station", "office", "leader"]


def night(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 0, 10, tzinfo=SHANGHAI)


def thing(number: int) -> SimpleNamespace:
    meta = SimpleNamespace(label_lower="tests.thing")
    return SimpleNamespace(_meta=meta, code=f"T{number}", region_code="370782001")


@pytest.fixture
def people(db) -> dict[str, int]:
    found = {
        audience: User.objects.create(username=audience, name=audience).pk for audience in AUDIENCES
    }
    register_subject(
        Subject(
            "tests.thing",
            lambda codes, audience, on: {code: [found[audience]] for code in codes},
            lambda codes: {code: f"第{code}件" for code in codes},
            lambda code: f"/desk/{code}/",
        )
    )
    return found


def start(number: int, due: date, on: date = START) -> Clock:
    return start_clock(
        thing(number), name="message_accept_within", due=DueDate(due, "依据", False), now=night(on)
    )


def told() -> set[tuple[str, int, date, int]]:
    """(object, stage, due date, person) of every notice, out of its key."""
    found = set()
    for key, code in Notification.objects.values_list("key", "object_code"):
        _, _, due_on, stage, user = key.split(":")
        found.add((code, int(stage), date.fromisoformat(due_on), int(user)))
    assert len(found) == Notification.objects.count()
    return found


def expected(code, due, started, nights, people, until=None):
    """Reckoned night by night from the rulebook's table alone."""
    found, last = set(), started
    for on in nights:
        if until is not None and on >= until:
            break
        passed = [s for s in STAGES if last < working_day_offset(due, s) <= on]
        if passed:
            audiences = {a for s in passed for a in STAGES[s]}
            found |= {(code, max(passed), due, people[a]) for a in audiences}
        last = max(last, on)
    return found


def in_threads(count, function):
    def closing():
        try:
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        tasks = [pool.submit(closing) for _ in range(count)]
        return [task.result(120) for task in tasks]


class Season:
    """120 clocks over sixty days: some moved, some stopped, some nights missed."""

    def __init__(self) -> None:
        chance = random.Random(7)
        self.due = {n: START + timedelta(days=chance.randrange(-3, 50)) for n in range(120)}
        self.days = [START + timedelta(days=n) for n in range(1, 61)]
        missed = set(chance.sample(range(60), 18))
        self.nights = [day for n, day in enumerate(self.days) if n not in missed]
        self.moved = {n: START + timedelta(days=20) for n in range(0, 120, 11)}
        self.stopped = {n: START + timedelta(days=15 + n % 9) for n in range(5, 120, 13)}

    def new_due(self, number: int) -> date:
        return self.due[number] + timedelta(days=14)

    def happen_on(self, day: date) -> None:
        """What people did in the afternoon before the night of that day."""
        before = night(day) - timedelta(hours=8)
        for number in (n for n, on in self.moved.items() if on == day):
            move_clock(thing(number), due=DueDate(self.new_due(number), "延期"), now=before)
        for number in (n for n, on in self.stopped.items() if on == day):
            stop_clock(thing(number), now=before)

    def expected(self, people: dict[str, int]) -> set[tuple[str, int, date, int]]:
        wanted = set()
        for number, due in self.due.items():
            code, moved, stopped = f"T{number}", self.moved.get(number), self.stopped.get(number)
            ends = min((day for day in (moved, stopped) if day), default=None)
            wanted |= expected(code, due, START, self.nights, people, until=ends)
            if moved and not (stopped and stopped <= moved):
                started, new = moved - timedelta(days=1), self.new_due(number)
                nights = [n for n in self.nights if n >= moved]
                wanted |= expected(code, new, started, nights, people, until=stopped)
        return wanted


@pytest.mark.django_db(transaction=True)
def test_sixty_days_give_exactly_the_expected_set(people):
    """Every night twice, every fifth one by two processes at once, eighteen nights missed."""
    season = Season()
    for number, due in season.due.items():
        start(number, due)
    for day in season.days:
        season.happen_on(day)
        if day not in season.nights:
            continue
        if day.day % 5 == 0:
            in_threads(2, lambda day=day: remind(now=night(day)))
        remind(now=night(day))
        remind(now=night(day))

    wanted = season.expected(people)
    assert told() == wanted
    assert len(wanted) > 500


@pytest.mark.django_db(transaction=True)
def test_two_at_once_share_the_work(people):
    for number in range(2500):
        start(number, START + timedelta(days=2))
    counts = in_threads(2, lambda: remind(now=night(START + timedelta(days=2))))
    assert sum(counts) == 2500
    assert Notification.objects.count() == 2500
    assert Reminder.objects.count() == 2500


@pytest.mark.django_db
class TestOne:
    def test_words_say_what_the_badge_says(self, people):
        start(1, date(2026, 9, 18))
        remind(now=night(date(2026, 9, 15)))
        notice = Notification.objects.get()
        assert notice.text == "第T1件：还剩3个工作日（9月18日到期）"
        assert (notice.user_id, notice.kind) == (people["owner"], "notifications.reminder")

    def test_words_of_a_rest_day_stand_in_one_pair_of_brackets(self):
        words = _due_words(date(2026, 9, 19), today=date(2026, 9, 18))
        assert words == "还剩1天（9月19日，休息日到期）"

    def test_stopped_clock_is_silent(self, people):
        start(1, date(2026, 9, 18))
        assert stop_clock(thing(1), now=night(START)) == 1
        assert remind(now=night(date(2026, 10, 30))) == 0

    def test_starting_again_replaces_the_running_clock(self, people):
        start(1, date(2026, 9, 18))
        start(1, date(2026, 9, 30))
        assert Clock.objects.filter(stopped_at=None).count() == 1
        assert Clock.objects.count() == 2

    def test_moved_clock_reminds_of_its_new_date(self, people):
        start(1, date(2026, 9, 18))
        remind(now=night(date(2026, 9, 17)))
        move_clock(thing(1), due=DueDate(date(2026, 9, 25), "延期"), now=night(date(2026, 9, 17)))
        assert remind(now=night(date(2026, 9, 18))) == 0
        remind(now=night(date(2026, 9, 22)))
        clock = Clock.objects.get()
        assert clock.original_due_on == date(2026, 9, 18)
        assert {(s, d) for _, s, d, _ in told()} == {
            (-1, date(2026, 9, 18)), (-3, date(2026, 9, 25)),
        }  # fmt: skip

    def test_object_nobody_registered_does_not_stop_the_scan(self, people):
        start(1, date(2026, 9, 18))
        Clock.objects.update(object_type="tests.unknown")
        start(2, date(2026, 9, 18))
        assert remind(now=night(date(2026, 9, 18))) == 1

    def test_recurring_job_reminds(self, people):
        start(1, START + timedelta(days=1))
        assert drain(now=night(START + timedelta(days=1))).kinds["notifications.remind"] == 1
        assert Notification.objects.count() == 1

    def test_provisional_date_is_counted_again_when_the_year_is_loaded(self, people):
        made = datetime(2026, 12, 30, 9, tzinfo=SHANGHAI)
        before = start_clock(
            thing(1), name="message_accept_within", now=made,
            due=DueDate(date(2027, 1, 6), "依据", True),
        )  # fmt: skip
        extended = start_clock(
            thing(2), name="message_accept_within", now=made,
            due=DueDate(date(2027, 1, 6), "依据", True),
        )  # fmt: skip
        move_clock(thing(2), due=DueDate(date(2027, 2, 1), "延期", True), now=made)
        # a long holiday: the first eleven days of the year off
        days = [SpecialDay(date(2027, 1, d), False, "元旦") for d in range(1, 12)]
        load_year(year=2027, days=days, source="试", actor=SYSTEM, now=made)

        before.refresh_from_db()
        extended.refresh_from_db()
        assert (before.due_on, before.provisional) == (date(2027, 1, 15), False)
        assert before.next_on == working_day_offset(date(2027, 1, 15), -3)
        assert extended.due_on == date(2027, 2, 1)

    def test_reminder_still_to_be_told_survives_the_loading(self, people):
        made = datetime(2026, 12, 30, 9, tzinfo=SHANGHAI)
        start_clock(
            thing(1), name="message_accept_within", now=made,
            due=DueDate(date(2027, 1, 4), "依据", False),
        )  # fmt: skip
        clock = Clock.objects.get()
        pending = clock.next_on
        later = night(pending) + timedelta(hours=9)
        load_year(
            year=2027, days=[SpecialDay(date(2027, 3, d), False, "试") for d in range(1, 12)],
            source="试", actor=SYSTEM, now=later,
        )  # fmt: skip
        assert remind(now=later) == 1

    def test_days_are_local_days(self, people):
        """At 16:30 UTC it is already tomorrow in Shanghai."""
        start(1, date(2026, 9, 18))
        assert local_date(datetime(2026, 9, 14, 16, 30, tzinfo=UTC)) == date(2026, 9, 15)
        assert remind(now=datetime(2026, 9, 14, 15, 30, tzinfo=UTC)) == 0
        assert remind(now=datetime(2026, 9, 14, 16, 30, tzinfo=UTC)) == 1
