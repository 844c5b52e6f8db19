"""The append-only log and the seals over it. A database trigger refuses UPDATE and DELETE."""

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from core.visibility import ScopedQuerySet, prefix_q


class EntryQuerySet(ScopedQuerySet["Entry"]):
    """Entries are read inside their region by whoever may view the log.

    What happened nowhere in particular (an unknown name at the door) is the auditor's to read.
    """

    def _visible(self, user: Any) -> "EntryQuerySet":
        inside = prefix_q("region_code", user.region_prefixes("audit.view_entry"))
        if user.has_perm("audit.verify_entry"):
            inside |= Q(region_code="")
        return self.filter(inside)

    def of(self, obj: models.Model) -> "EntryQuerySet":
        """The entries of one object, oldest first."""
        code = str(getattr(obj, "code", obj.pk))
        return self.filter(object_type=obj._meta.label_lower, object_code=code).order_by("id")


class Entry(models.Model):
    """Who did what to which object, when. Holds codes and dates, never personal text."""

    at = models.DateTimeField("时间")
    actor_kind = models.CharField("操作者类型", max_length=10)
    actor_id = models.BigIntegerField("操作者", null=True)
    actor_label = models.CharField("操作者名称", max_length=80)
    action = models.CharField("动作", max_length=60)
    transition = models.CharField("流程动作", max_length=40, blank=True)
    object_type = models.CharField("对象类型", max_length=60)
    object_code = models.CharField("对象编号", max_length=60)
    region_code = models.CharField("区划代码", max_length=15, blank=True)
    from_state = models.CharField("原状态", max_length=24, blank=True)
    to_state = models.CharField("新状态", max_length=24, blank=True)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    data = models.JSONField("数据", default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_code", "id"], name="audit_entry_object"),
            models.Index(fields=["actor_id", "id"], name="audit_entry_actor"),
            # written in order of time: a few kilobytes find any span of days
            BrinIndex(fields=["at"], name="audit_entry_at"),
            models.Index(
                fields=["region_code"], name="audit_entry_region", opclasses=["varchar_pattern_ops"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.action} {self.object_code}"


class SealQuerySet(ScopedQuerySet["Seal"]):
    """Seals hold hashes only and belong to no region."""

    def _visible(self, user: Any) -> "SealQuerySet":
        return self if user.has_perm("audit.view_seal") else self.none()


class Seal(models.Model):
    """A hash over all entries of (previous.last_id, last_id], chained to the previous seal."""

    last_id = models.BigIntegerField("止于", unique=True)
    count = models.PositiveIntegerField("条数")
    previous_hash = models.CharField("前一封印", max_length=64)
    hash = models.CharField("封印", max_length=64)
    sealed_at = models.DateTimeField("封存时间")

    objects = SealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "日志封印"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.last_id} {self.hash[:12]}"

    def covered_by(self, grant: Any) -> bool:
        """It covers the whole log: whose role may see seals may see them all."""
        return True
