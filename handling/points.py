"""逐条答复: the answers to single points put together to the text of one reply."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from congress.states import chinese_number
from handling.states import OUTCOMES

_OUTCOMES = dict(OUTCOMES)


@dataclass(frozen=True)
class Answered:
    """One point with its answer; `promise` is empty when nothing more is promised."""

    number: int
    point: str
    answer: str
    outcome: str
    promise: str = ""
    promise_on: date | None = None


def heading(number: int, point: str) -> str:
    """一、关于“……”."""
    return f"{chinese_number(number)}、关于“{point.strip().rstrip('。；;')}”"


def promise_words(words: str, until: date | None) -> str:
    """承诺事项 with the day it is to be done by."""
    said = f"承诺事项：{words.rstrip('。')}"
    return f"{said}，{until.year}年{until.month}月{until.day}日前办到。" if until else f"{said}。"


def composed(opening: str, points: Iterable[Answered]) -> str:
    """The whole reply: what is said in general, then each point with its answer and promise."""
    parts = [opening.strip()] if opening.strip() else []
    for one in points:
        outcome = f"（{_OUTCOMES[one.outcome]}）" if one.outcome in _OUTCOMES else ""
        parts += [heading(one.number, one.point) + outcome, one.answer.strip()]
        if one.promise:
            parts.append(promise_words(one.promise, one.promise_on))
    return "\n".join(parts)


def opening_of(text: str, first_point: str) -> str:
    """What stands before the answer to the first point."""
    return text.partition(heading(1, first_point))[0].strip()
