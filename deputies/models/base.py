"""What every register shares: where a row lies, and who therefore sees it."""

from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Index

from core.visibility import ScopedQuerySet, prefix_q


def prefix_index(field: str, name: str) -> Index:
    """An index for `LIKE '370782%'`; a plain one cannot serve that outside the C locale."""
    return Index(OpClass(F(field), "varchar_pattern_ops"), name=name)


class RegionScoped(models.Model):
    """A row that lies in one division and is covered by region grants."""

    region_code = models.CharField("区划代码", max_length=15, db_index=False)

    class Meta:
        abstract = True

    def covered_by(self, grant: Any) -> bool:
        return bool(grant.covers_region(self.region_code))


class RegisterQuerySet(ScopedQuerySet[Any]):
    """Registers are worked inside the region of the grant that gives `view`."""

    region_field = "region_code"

    def _visible(self, user: Any) -> Any:
        perm = f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"
        return self.filter(prefix_q(self.region_field, user.region_prefixes(perm)))
