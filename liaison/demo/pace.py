"""Moments one after the other on working days, as offices work."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from liaison.demo.world import moment


class Pace:
    """Goes forward through the working days of the past, never beyond the last of them."""

    def __init__(self, rng: random.Random, workdays: Sequence[date], start: int) -> None:
        self._rng, self._days, self._index = rng, workdays, start
        self.now = moment(workdays[start], rng.randint(7, 20), rng.randrange(60))

    def after(self, least: int, most: int) -> datetime:
        """The next moment, so many working days later (now and then much more: people are late)."""
        rng = self._rng
        days = rng.randint(least, most)
        if rng.random() < 0.07:
            days += rng.randint(1, most + 4)
        self._index = min(self._index + days, len(self._days) - 1)
        following = moment(self._days[self._index], rng.randint(8, 17), rng.randrange(60))
        self.now = following if following > self.now else self.now + timedelta(minutes=20)
        return self.now

    @property
    def left(self) -> int:
        """How many working days of the past are still to come."""
        return len(self._days) - 1 - self._index
