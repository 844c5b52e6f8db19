"""The queue: everything that must happen later is a row here before anything else."""

from typing import Any

from django.db import models
from django.db.models import Q

from core.visibility import ScopedQuerySet


class DueWorkQuerySet(ScopedQuerySet["DueWork"]):
    """The queue belongs to no region: whoever may look at it sees it whole."""

    def _visible(self, user: Any) -> "DueWorkQuerySet":
        return self if user.has_perm("jobs.view_duework") else self.none()


class DueWork(models.Model):
    """One thing to do at or after `run_at`, exactly once per `(kind, key)`."""

    kind = models.CharField("种类", max_length=60)
    key = models.CharField("键", max_length=160)
    payload = models.JSONField("参数", default=dict)
    run_at = models.DateTimeField("应执行时间")
    claimed_until = models.DateTimeField("占用至", null=True, blank=True)
    claim = models.UUIDField("占用者", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    losses = models.PositiveSmallIntegerField("随进程丢失次数", default=0)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    dead_at = models.DateTimeField("放弃时间", null=True, blank=True)
    last_error = models.CharField("最近错误", max_length=200, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = DueWorkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待办工作"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="due_work_once")]
        indexes = [
            models.Index(
                fields=["run_at", "id"],
                name="due_work_open",
                condition=Q(done_at__isnull=True, dead_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    def covered_by(self, grant: Any) -> bool:
        """It belongs to no region: whose role may look after the machine may look after it all."""
        return True

    @property
    def code(self) -> str:
        """What the audit log calls this row."""
        return f"W{self.pk}"


class OwnQuerySet(ScopedQuerySet[Any]):
    """Whoever pressed the button sees what came of it, and nobody else."""

    def _visible(self, user: Any) -> "OwnQuerySet":
        return self.filter(created_by=user.pk)


class BulkRun(models.Model):
    """One step for many things (批量操作), done bit by bit while its page may be closed.

    `started_at` is empty until the person has confirmed. `data` is what was filled in for all of
    them: choices and codes, nothing of a resident.
    """

    code = models.CharField("批号", max_length=20, unique=True)
    kind = models.CharField("操作", max_length=60)
    data = models.JSONField("填写的内容", default=dict)
    total = models.PositiveIntegerField("件数")
    created_by = models.BigIntegerField("谁做的")
    created_label = models.CharField("谁做的", max_length=80)
    created_at = models.DateTimeField("时间")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批量操作"
        ordering = ["-id"]
        indexes = [models.Index(fields=["created_by", "-id"], name="bulk_run_of")]

    def __str__(self) -> str:
        return self.code

    def covered_by(self, grant: Any) -> bool:
        """It is the person's own, wherever the things are; each is asked for again when done."""
        return True


class BulkItem(models.Model):
    """One thing of a run; `refused` says why it was not done."""

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="items", verbose_name="批次")
    position = models.PositiveIntegerField("第几件")
    object_code = models.CharField("编号", max_length=60)
    done_at = models.DateTimeField("处理时间", null=True, blank=True)
    refused = models.CharField("没有做的原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批量操作的一件"
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="one_bulk_item_per_position")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.position}"


class Export(models.Model):
    """A register being written to a file that is too long to wait for; kept for a day.

    `address` is the list's query as the person had narrowed it; whose right it is and what they
    see is asked again when the file is written.
    """

    code = models.CharField("编号", max_length=20, unique=True)
    register = models.CharField("名册", max_length=80)
    title = models.CharField("文件名", max_length=80)
    kind = models.CharField("格式", max_length=4)
    address = models.TextField("筛选条件", blank=True)
    total = models.PositiveIntegerField("行数")
    written = models.PositiveIntegerField("已写", default=0)
    file = models.FileField("文件", upload_to="exports/", blank=True)
    problem = models.CharField("没有写成的原因", max_length=200, blank=True)
    created_by = models.BigIntegerField("谁导出的")
    created_label = models.CharField("谁导出的", max_length=80)
    created_at = models.DateTimeField("时间")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导出文件"
        ordering = ["-id"]
        indexes = [models.Index(fields=["created_by", "-id"], name="export_of")]

    def __str__(self) -> str:
        return self.title

    def covered_by(self, grant: Any) -> bool:
        """It is the person's own."""
        return True
