"""常用筛选: what somebody looks for again and again in a list of the admin, under a name."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.people import User
from core.visibility import ScopedQuerySet


class SavedFilterQuerySet(ScopedQuerySet["SavedFilter"]):
    """One's own, and what colleagues of the same office share; nobody else's."""

    def _visible(self, user: Any) -> "SavedFilterQuerySet":
        shared = Q(office=user.home_region_code) & ~Q(office="")
        return self.filter(Q(owner_id=user.pk) | shared)

    def visible_to(self, user: Any) -> "SavedFilterQuerySet":
        """The emergency account sees no more than it owns: words searched for may be names."""
        return self._visible(user) if user.is_authenticated and user.is_active else self.none()


class SavedFilter(models.Model):
    """A query string of one register (`proposals.proposal`), as the list itself understands it.

    `office` is the division code of the office it is shared with, empty while it is the owner's
    alone. What was searched for (`q`) may be a person's name: such a one is never shared.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_filters")
    register = models.CharField("列表", max_length=60)
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=500)
    office = models.CharField("分享给", max_length=15, blank=True)
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "register", "name"], name="one_saved_filter_of_a_name"
            ),
            models.CheckConstraint(
                condition=Q(office="") | ~Q(query__regex=r"(^|&)q="),
                name="searched_words_are_not_shared",
            ),
        ]
        indexes = [models.Index(fields=["register", "office"], name="saved_filter_office")]

    def __str__(self) -> str:
        return self.name
