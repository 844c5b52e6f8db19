"""A sheet between its check and its import."""

import secrets

from django.db import models


def new_token() -> str:
    return secrets.token_urlsafe(24)


class SheetDraft(models.Model):
    """An uploaded sheet that was checked and waits for 「确认导入」; gone after a day.

    In the database and not in a process's memory: the next request may meet another worker.
    """

    token = models.CharField("凭据", max_length=40, unique=True, default=new_token)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    register = models.CharField("名册", max_length=20)
    name = models.CharField("文件名", max_length=120)
    data = models.BinaryField("内容")
    created_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "待导入的表"

    def __str__(self) -> str:
        return f"{self.register} {self.name}"
