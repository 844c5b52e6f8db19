"""The working-day calendar: published years and the days that break the week's rule."""

from __future__ import annotations

from typing import Any

from django.db import models

from congress.models.base import PublicQuerySet


class CalendarQuerySet(PublicQuerySet["CalendarYear"]):
    """The calendar is the nation's: whoever has the right may manage it, wherever they are."""

    def managed_by(self, user: Any) -> CalendarQuerySet:
        """Return all years to whoever is signed in; the right is asked for beside."""
        return self.all() if user.is_authenticated else self.none()


class CalendarYear(models.Model):
    """A year whose holiday notice has been published and loaded."""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    published = models.BooleanField("已公布", default=True)
    source = models.CharField("来源", max_length=120)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度日历"
        ordering = ("-year",)

    def __str__(self) -> str:
        return f"{self.year}年"


class CalendarDay(models.Model):
    """A day that differs from the week's rule: a holiday or a make-up working day."""

    on = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班")
    name = models.CharField("名称", max_length=30)
    source = models.CharField("来源", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日与调休"
        ordering = ("on",)

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.name}{'（上班）' if self.is_working else ''}"
