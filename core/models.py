"""Rows of the kernel itself."""

from django.db import models


class RateBucket(models.Model):
    """How often one caller did one thing in the running window. Holds no address, only a hash."""

    key = models.CharField("键", max_length=110, primary_key=True)
    hits = models.PositiveIntegerField("次数")
    expires_at = models.DateTimeField("窗口结束", db_index=True)

    class Meta:
        verbose_name = "频次计数"
        verbose_name_plural = "频次计数"

    def __str__(self) -> str:
        return f"{self.key} × {self.hits}"
