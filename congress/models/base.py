"""What the public registers share: scope columns and their index.

Everything in this app is public data: who governs where, which unit is called what,
which rule holds since when. So `visible_to` shows every row to everybody; what a member
of staff may change is narrower and is asked for with `managed_by`.
"""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.contrib.postgres.indexes import OpClass
from django.db.models import F, Index, Model

from core.visibility import ScopedQuerySet, prefix_q

M = TypeVar("M", bound=Model)


def prefix_index(field: str, name: str) -> Index:
    """Index a region code for `LIKE '370782%'`; a plain index cannot serve that."""
    return Index(OpClass(F(field), "varchar_pattern_ops"), name=name)


class PublicQuerySet(ScopedQuerySet[M]):
    """Rows everybody may read; the region code says who may manage them."""

    region_field = "region_code"

    def visible_to(self, user: Any) -> Self:
        """Return all rows: these registers are public."""
        return self.all()

    def managed_by(self, user: Any) -> Self:
        """Return the rows in the regions of this user's grants; none for the public."""
        if user is None or not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self.all()
        return self.filter(prefix_q(self.region_field, user.region_prefixes()))


class CongressPartQuerySet(PublicQuerySet[M]):
    """Terms, organs and the like: scope is that of their congress."""

    region_field = "congress__region_code"


class Placed(Model):
    """A row that belongs to a place; a grant over that place reaches it."""

    class Meta:
        abstract = True

    @property
    def place_code(self) -> str:
        """Return the division code that a grant has to reach."""
        return str(self.region_code)  # type: ignore[attr-defined]

    def covered_by(self, grant: Any) -> bool:
        """Tell whether a grant's scope covers this row (asked by `User.has_perm`)."""
        return bool(grant.covers_region(self.place_code))
