"""Dates and due dates as people say them. Pure functions; `today` and `now` are arguments."""

from dataclasses import dataclass
from datetime import date, datetime

WEEKDAYS = "一二三四五六日"
#: From how many working days on a due date is called out before it comes.
SOON_WITHIN = 3


@dataclass(frozen=True)
class DueBadge:
    """What the due badge shows: words, tone (`""`, `soon`, `late`, `ok`), exact date, basis."""

    words: str
    tone: str
    on: date
    basis: str = ""


def day_words(on: date, *, today: date) -> str:
    """「今天」「昨天」「明天」「11月9日」, with the year when it is another one."""
    near = {0: "今天", -1: "昨天", 1: "明天"}.get((on - today).days)
    if near:
        return near
    short = f"{on.month}月{on.day}日"
    return short if on.year == today.year else f"{on.year}年{short}"


def moment_words(at: datetime, *, now: datetime) -> str:
    """「刚刚」「今天 14:05」「昨天 19:42」「11月9日」; both in local time."""
    seconds = (now - at).total_seconds()
    if 0 <= seconds < 60:
        return "刚刚"
    words = day_words(at.date(), today=now.date())
    return f"{words} {at:%H:%M}" if abs((at.date() - now.date()).days) <= 1 else words


def exact_words(value: date | datetime) -> str:
    """「2026年11月20日 周五 14:05」, for `title` and for paper."""
    day = f"{value.year}年{value.month}月{value.day}日 周{WEEKDAYS[value.weekday()]}"
    return f"{day} {value:%H:%M}" if isinstance(value, datetime) else day


def due_badge(on: date, *, left: int, basis: str = "", provisional: bool = False) -> DueBadge:
    """The badge of an open due date. `left`: working days left, 0 on the day, negative after it."""
    if left < 0:
        words, tone = f"逾期{-left}个工作日", "late"
    elif left == 0:
        words, tone = "今天到期", "soon"
    else:
        words, tone = f"还剩{left}个工作日", "soon" if left <= SOON_WITHIN else ""
    return DueBadge(words + ("（暂定）" if provisional else ""), tone, on, basis)


def met_badge(on: date, *, done_on: date, basis: str = "") -> DueBadge:
    """The badge of a due date that is behind us: kept, early, or missed."""
    days = (on - done_on).days
    if days < 0:
        return DueBadge(f"晚了{-days}天办好", "late", on, basis)
    return DueBadge(f"提前{days}天办好" if days else "当天按期办好", "ok", on, basis)
