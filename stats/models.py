"""Figures of days gone by, kept as they were taken."""

from django.db import models

from core.visibility import ScopedQuerySet


class SnapshotQuerySet(ScopedQuerySet["Snapshot"]):
    """Figures of places down to the town are public: numbers of items, nothing of a person."""

    def visible_to(self, user: object) -> "SnapshotQuerySet":
        return self.all()


class Snapshot(models.Model):
    """The calendar year so far in one place, as it stood at the end of `on`.

    Today's is taken anew every few minutes; after midnight it is counted once more and is then
    `final`. `body` holds numbers by kind, dimension and key, never a rate: rates are reckoned when
    they are shown, so that both sides of the fraction are always there.
    """

    on = models.DateField("截至日期")
    scope = models.CharField("区划代码", max_length=15, blank=True)
    taken_at = models.DateTimeField("统计时间")
    final = models.BooleanField("已定", default=False)
    body = models.JSONField("数字")

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "统计快照"
        ordering = ["-on", "scope"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "on"], name="one_snapshot_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.scope or '全部'}"
