"""What every object with a workflow carries."""

from django.db import models


class Stateful(models.Model):
    """An object whose `state` only `workflows.engine.apply` writes."""

    code = models.CharField("编号", max_length=40, unique=True, editable=False)
    state = models.CharField("状态", max_length=24, editable=False)
    round = models.PositiveSmallIntegerField("轮次", default=1, editable=False)
    region_code = models.CharField("区划代码", max_length=15, editable=False)
    created_at = models.DateTimeField("创建时间", editable=False)
    state_at = models.DateTimeField("进入本状态", editable=False)

    class Meta:
        abstract = True
