"""Dates and due dates in words."""

from datetime import date

import pytest
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware

from core.wording import DueBadge, day_words, due_badge, met_badge, moment_words

ON = date(2026, 12, 2)


def local(text):
    return make_aware(parse_datetime(text))


@pytest.mark.parametrize(
    ("left", "words", "tone"),
    [
        (11, "还剩11个工作日", ""),
        (4, "还剩4个工作日", ""),
        (3, "还剩3个工作日", "soon"),
        (0, "今天到期", "soon"),
        (-2, "逾期2个工作日", "late"),
    ],
)
def test_due_badge_says_how_many_working_days_are_left(left, words, tone) -> None:
    assert due_badge(ON, left=left, basis="依据") == DueBadge(words, tone, ON, "依据")


def test_due_badge_of_an_unpublished_year_says_so() -> None:
    assert due_badge(ON, left=200, provisional=True).words == "还剩200个工作日（暂定）"


@pytest.mark.parametrize(
    ("done_on", "words", "tone"),
    [
        (date(2026, 11, 30), "提前2天办好", "ok"),
        (date(2026, 12, 2), "当天按期办好", "ok"),
        (date(2026, 12, 5), "晚了3天办好", "late"),
    ],
)
def test_met_badge_says_early_kept_or_missed(done_on, words, tone) -> None:
    assert met_badge(ON, done_on=done_on) == DueBadge(words, tone, ON, "")


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 11, 20), "今天"),
        (date(2026, 11, 19), "昨天"),
        (date(2026, 11, 21), "明天"),
        (date(2026, 11, 9), "11月9日"),
        (date(2025, 11, 9), "2025年11月9日"),
    ],
)
def test_day_words(on, words) -> None:
    assert day_words(on, today=date(2026, 11, 20)) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (local("2026-11-20 14:04:40"), "刚刚"),
        (local("2026-11-20 09:00:00"), "今天 09:00"),
        (local("2026-11-19 19:42:00"), "昨天 19:42"),
        (local("2026-11-09 08:00:00"), "11月9日"),
        (local("2026-11-20 15:00:00"), "今天 15:00"),
    ],
)
def test_moment_words(at, words) -> None:
    assert moment_words(at, now=local("2026-11-20 14:05:00")) == words
