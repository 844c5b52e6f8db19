"""Congresses, their terms, sessions and organs."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from congress.models.base import CongressPartQuerySet, Placed, PublicQuerySet, prefix_index
from congress.models.regions import Region
from congress.states import CongressLevel, OrganKind, chinese_number


class Congress(Placed):
    """A people's congress of one of the five levels."""

    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("级别", choices=CongressLevel)
    region = models.ForeignKey(
        Region,
        verbose_name="行政区",
        on_delete=models.PROTECT,
        related_name="congresses",
        null=True,
        blank=True,
    )
    region_code = models.CharField("区划代码", max_length=15, blank=True, editable=False)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人民代表大会"
        ordering = ("level", "region_code", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(level=CongressLevel.NATIONAL, region=None, region_code="")
                | (~Q(level=CongressLevel.NATIONAL) & Q(region__isnull=False)),
                name="congress_has_region",
                violation_error_message="除全国人大外，应填写行政区。",
            ),
            models.UniqueConstraint(
                fields=["region_code"],
                name="one_congress_per_region",
                violation_error_message="这个行政区已有人民代表大会。",
            ),
        ]
        indexes = [prefix_index("region_code", "congress_region_prefix")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the scope column equal to the region's code."""
        self.region_code = self.region.code if self.region else ""
        super().save(*args, **kwargs)


class Term(Placed):
    """One term (届) of a congress, five years from first session to next first session."""

    congress = models.ForeignKey(
        Congress, verbose_name="人大", on_delete=models.PROTECT, related_name="terms"
    )
    number = models.PositiveSmallIntegerField("届次")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("届满日期", null=True, blank=True)

    objects = CongressPartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "届"
        ordering = ("congress", "-number")
        constraints = [
            models.UniqueConstraint(fields=["congress", "number"], name="one_term_per_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="term_number_counts_from_one"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="term_ends_after_start",
                violation_error_message="届满日期应晚于起始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"第{chinese_number(self.number)}届"

    @property
    def place_code(self) -> str:
        """Return the place of its congress."""
        return self.congress.region_code


class SessionQuerySet(PublicQuerySet["Session"]):
    """Sessions: scope is that of the term's congress."""

    region_field = "term__congress__region_code"


class Session(Placed):
    """One numbered session (次会议) of a term."""

    term = models.ForeignKey(
        Term, verbose_name="届", on_delete=models.PROTECT, related_name="sessions"
    )
    number = models.PositiveSmallIntegerField("会次")
    opens_on = models.DateField("开幕日期")
    closes_on = models.DateField("闭幕日期", null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会议"
        ordering = ("term", "-number")
        constraints = [
            models.UniqueConstraint(fields=["term", "number"], name="one_session_per_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="session_counts_from_one"),
            models.CheckConstraint(
                condition=Q(closes_on=None) | Q(closes_on__gte=F("opens_on")),
                name="session_closes_after_opening",
                violation_error_message="闭幕日期不应早于开幕日期。",
            ),
        ]

    def __str__(self) -> str:
        term, number = chinese_number(self.term.number), chinese_number(self.number)
        return f"{term}届{number}次会议"

    @property
    def place_code(self) -> str:
        """Return the place of its congress."""
        return self.term.congress.region_code


class Organ(Placed):
    """A body of a congress: 代工委, 专委会, 街道工委, 主席团. Its name is the local one."""

    congress = models.ForeignKey(
        Congress, verbose_name="人大", on_delete=models.PROTECT, related_name="organs"
    )
    code = models.CharField("代码", max_length=30, unique=True)
    kind = models.CharField("类别", max_length=20, choices=OrganKind)
    name = models.CharField("名称", max_length=60)
    region_code = models.CharField(
        "区划代码", max_length=15, blank=True, help_text="街道工委填街道代码；其余同本级人大。"
    )
    retired_on = models.DateField("撤销日期", null=True, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人大机构"
        ordering = ("congress", "kind", "code")
        constraints = [
            models.UniqueConstraint(fields=["congress", "name"], name="organ_name_in_congress"),
        ]
        indexes = [prefix_index("region_code", "organ_region_prefix")]

    def __str__(self) -> str:
        return self.name
